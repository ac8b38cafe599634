{#- The rows of a table that are of products still in the shop. -#}
{% macro of_live_products(model) -%}
    select own.*
    from {{ ref(model) }} as own
    inner join {{ ref('product_facts') }} as facts
        on own.store_id = facts.store_id and own.product_id = facts.product_id
    where not facts.is_deleted
{%- endmacro %}

{#- The rows of a table that are still in the shop. -#}
{% macro not_deleted(model) -%}
    select *
    from {{ ref(model) }}
    where not is_deleted
{%- endmacro %}
