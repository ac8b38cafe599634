{{ config(indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
-- The GTIN of a product: the shop's own field, else the first of the custom fields that gtin_meta_keys names.
{%- set keys = [] -%}
{%- for key in var('gtin_meta_keys') %}{% do keys.append(literal(key)) %}{% endfor -%}
{%- set keys = 'array[' ~ keys | join(', ') ~ ']::text[]' %}
with fields as (
    select store_id, product_id, global_unique_id as gtin, 'global_unique_id' as source, 0 as rank
    from {{ ref('shop_products') }}
    where global_unique_id is not null

    union all
    select store_id, product_id, value_text, key, array_position({{ keys }}, key)
    from {{ ref('product_custom_values') }}
    where key = any({{ keys }})
),

cleaned as (
    select store_id, product_id, upper(regexp_replace(gtin, '[\s.-]', '', 'g')) as gtin, source, rank
    from fields
)

select distinct on (store_id, product_id)
    store_id,
    product_id,
    gtin,
    source as gtin_source,
    {{ function('gtin_kind') }}(gtin) as gtin_kind
from cleaned
where gtin <> ''
order by store_id, product_id, rank, gtin
