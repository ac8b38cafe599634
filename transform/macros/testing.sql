{#-
  Lets a test wait for the last table. dbt builds nothing on a table whose test fails: one odd row of one store would keep
  the findings of all stores from being built, and with them the one that tells of it.
-#}
{% macro at_the_end() -%}
    -- depends_on: {{ ref('health_summary') }}
{%- endmacro %}

{#-
  The rows of `own` that this build wrote, by a key of products or of SKUs; all of them by any other key. What an earlier
  build wrote it has looked at: to look at 300,000 products again for a change of thirty took as long as the change.
-#}
{% macro of_this_build(key, nullable=[]) -%}
    {%- if 'product_id' in key -%}
    ({% if 'product_id' in nullable %}own.product_id is null or {% endif %}(own.store_id, own.product_id) in (
        select written.store_id, written.product_id from {{ ref('affected_products') }} as written
    ))
    {%- elif 'sku' in key -%}
    own.sku in (select written.sku from {{ ref('affected_skus') }} as written)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
