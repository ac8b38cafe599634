{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_products() }}', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
-- The GTIN of a product: the store's own field, else the first of the custom fields that gtin_meta_keys names.
{%- set keys = [] -%}
{%- for key in var('gtin_meta_keys') %}{% do keys.append(literal(key)) %}{% endfor -%}
{%- set keys = 'array[' ~ keys | join(', ') ~ ']::text[]' %}
with fields as (
    select own.store_id, own.product_id, own.global_unique_id as gtin, 'global_unique_id' as source, 0 as rank
    from {{ ref('stg_woo__products') }} as own
    {{ only_affected_products('own') }}
    where own.global_unique_id is not null

    union all
    select own.store_id, own.product_id, own.value_text, own.key, array_position({{ keys }}, own.key)
    from {{ ref('product_custom_values') }} as own
    {{ only_affected_products('own') }}
    where own.key = any({{ keys }})
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
