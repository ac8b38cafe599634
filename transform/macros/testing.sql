{#-
  Lets a test wait for the last table. dbt builds nothing on a table whose test fails: one odd row of one store would keep
  the findings of all stores from being built, and with them the finding about that row.
-#}
{% macro at_the_end() -%}
    -- depends_on: {{ ref('health_history') }}
{%- endmacro %}

{#-
  The rows of `own` that this build wrote, by a key of products or of SKUs; all of them by any other key. What an earlier
  build wrote it has looked at: to look at 300,000 products again for a change of thirty took as long as the change.
-#}
{% macro of_this_build(key, nullable=[]) -%}
    {%- if 'product_id' in key -%}
    ({% if 'product_id' in nullable %}own.product_id is null or {% endif %}exists (
        select 1
        from {{ ref('int_affected_products') }} as written
        where written.store_id = own.store_id and written.product_id = own.product_id
    ))
    {%- elif 'sku' in key -%}
    own.sku in (select written.sku from {{ ref('int_affected_skus') }} as written)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
