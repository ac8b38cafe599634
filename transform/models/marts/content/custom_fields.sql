{{ config(indexes=[{'columns': ['store_id', 'key'], 'unique': true}]) }}
-- What custom fields hold: how many live products and variations have them, of which types, and how well they are filled.
with live as (
    select store_id, count(*) as products
    from {{ ref('int_product_facts') }}
    where not is_deleted
    group by store_id
),

of_products as (
    select
        custom.store_id,
        custom.key,
        custom.product_id,
        facts.is_variation,
        bool_or(custom.value not in ('null', '""', '[]', '{}')) as is_filled,
        min(left(custom.value_text, 200) collate "C") filter (where custom.value not in ('null', '""', '[]', '{}')) as example
    from {{ ref('product_custom_values') }} as custom
    inner join {{ ref('int_product_facts') }} as facts
        on custom.store_id = facts.store_id and custom.product_id = facts.product_id
    where not facts.is_deleted
    group by custom.store_id, custom.key, custom.product_id, facts.is_variation
),

filled as (
    select
        store_id,
        key,
        count(*) as product_count,
        count(*) filter (where not is_variation) as own_product_count,
        count(*) filter (where is_filled) as filled_count,
        min(example) as example
    from of_products
    group by store_id, key
),

types as (
    select store_id, key, array_agg(value_type order by value_type) as value_types
    from (
        select distinct custom.store_id, custom.key, custom.value_type
        from {{ ref('product_custom_values') }} as custom
        where {{ is_in_store('custom') }}
    ) as distinct_types
    group by store_id, key
),

listed as (
    select distinct names.store_id, {{ field_key('names.name') }} as key
    from {{ landed('product_custom_fields', {'store_id': 'text', 'name': 'text', 'synced_at': 'timestamp'}) }} as names
    left join {{ landed('snapshots', {'store_id': 'text', 'stream': 'text', 'started_at': 'timestamp'}) }} as snapshots
        on names.store_id = snapshots.store_id and snapshots.stream = 'product_custom_fields'
    -- A name that the last full sync did not meet is listed no more.
    where snapshots.started_at is null or names.synced_at >= snapshots.started_at
)

select
    store_id,
    key,
    left(key, 1) = '_' as is_private,
    coalesce(filled.product_count, 0) as product_count,
    coalesce(filled.own_product_count, 0) as own_product_count,
    coalesce(filled.product_count - filled.own_product_count, 0) as variation_count,
    types.value_types,
    filled.example,
    coalesce(round(filled.filled_count::numeric / nullif(live.products, 0), 4), 0) as fill_rate
from filled
full outer join listed using (store_id, key)
left join types using (store_id, key)
left join live using (store_id)
