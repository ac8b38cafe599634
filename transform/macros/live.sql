{#- The rows of a table that are of products still in the store. -#}
{% macro of_live_products(model) -%}
    select own.*
    from {{ ref(model) }} as own
    inner join {{ ref('int_product_facts') }} as facts
        on own.store_id = facts.store_id and own.product_id = facts.product_id
    where not facts.is_deleted
{%- endmacro %}

{#- The rows of a table that are still in the store. -#}
{% macro not_deleted(model) -%}
    select *
    from {{ ref(model) }}
    where not is_deleted
{%- endmacro %}

{#-
  Whether a row of a product is of one still in the store. As few are not, to look for those in a table of many rows is
  quicker than to find the facts of every product.
-#}
{% macro is_in_store(alias) -%}
    not exists (
        select 1
        from {{ ref('int_product_facts') }} as gone
        where gone.is_deleted and gone.store_id = {{ alias }}.store_id and gone.product_id = {{ alias }}.product_id
    )
{%- endmacro %}
