{{ config(materialized='steady_view') }}
-- The custom fields that promoted_custom_fields names, a typed column each. Of several values the first counts.
{%- set fields = var('promoted_custom_fields') %}
select
    store_id,
    product_id
    {%- for field in fields %},
    {{ promoted_column(field) }} as {{ adapter.quote(field.column) }}
    {%- endfor %}
from {{ ref('product_custom_values') }}
where
    position = 1
    and key in ({% for field in fields %}{{ literal(field.key) }}, {% endfor %}null)
group by store_id, product_id
