{{ config(indexes=[{'columns': ['store_id', 'key'], 'unique': true}]) }}
-- What custom fields hold: how many live products and variations have them, of which types, and how well they are filled.
with live as (
    select store_id, count(*) as products
    from {{ ref('product_facts') }}
    where not is_deleted
    group by store_id
),

filled as (
    select
        custom.store_id,
        custom.key,
        count(distinct custom.product_id) as product_count,
        count(distinct custom.product_id) filter (where not facts.is_variation) as own_product_count,
        count(distinct custom.product_id) filter (
            where custom.value not in ('null', '""', '[]', '{}')
        ) as filled_count,
        array_agg(distinct custom.value_type) as value_types,
        left(min(custom.value_text) filter (where custom.value not in ('null', '""', '[]', '{}')), 200) as example
    from {{ ref('product_custom_values') }} as custom
    inner join {{ ref('product_facts') }} as facts
        on custom.store_id = facts.store_id and custom.product_id = facts.product_id
    where not facts.is_deleted
    group by custom.store_id, custom.key
),

listed as (
    select store_id, name as key
    from {{ landed('product_custom_fields', {'store_id': 'text', 'name': 'text'}) }} as names
)

select
    store_id,
    key,
    left(key, 1) = '_' as is_private,
    coalesce(filled.product_count, 0) as product_count,
    coalesce(filled.own_product_count, 0) as own_product_count,
    coalesce(filled.product_count - filled.own_product_count, 0) as variation_count,
    filled.value_types,
    filled.example,
    coalesce(round(filled.filled_count::numeric / nullif(live.products, 0), 4), 0) as fill_rate
from filled
full outer join listed using (store_id, key)
left join live using (store_id)
