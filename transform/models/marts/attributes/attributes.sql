{{ config(indexes=[{'columns': ['attribute_code'], 'type': 'hash'}]) }}
-- Attributes: the global ones, known by their slug, and those local to products, known by their name in a plain form.
with spellings as (
    select store_id, attribute_code, name, max(nullif(attribute_id, 0)) as attribute_id, sum(uses) as uses
    from {{ ref('int_attribute_names') }}
    -- What variations alone name may be a slug of what their parent names.
    where
        is_named_by_products
        or attribute_id > 0
        or (store_id, attribute_code) in (
            select own.store_id, own.attribute_code
            from {{ ref('product_attribute_values') }} as own
        )
    group by store_id, attribute_code, name
),

used as (
    select
        store_id,
        attribute_code,
        min(attribute_id) as attribute_id,
        array_agg(name order by name) as spellings,
        (array_agg(name order by uses desc, name))[1] as name
    from spellings
    group by store_id, attribute_code
),

-- A slug is one attribute's, but a deleted attribute may have left it to a new one.
global_attributes as (
    select distinct on (store_id, attribute_code) *
    from {{ ref('int_global_attributes') }}
    order by store_id, attribute_code, is_deleted, attribute_id desc
),

counted as (
    select store_id, attribute_code, count(*) as product_count, bool_or(is_variation_axis) as is_variation_axis
    from (
        select store_id, product_id, attribute_code, bool_or(is_variation_axis) as is_variation_axis
        from {{ ref('product_attribute_values') }} as own
        where {{ is_in_store('own') }}
        group by store_id, product_id, attribute_code
    ) as having_it
    group by store_id, attribute_code
)

select
    store_id,
    attribute_code,
    coalesce(global_attributes.attribute_id, used.attribute_id) as attribute_id,
    coalesce(global_attributes.attribute_id, used.attribute_id) is not null as is_global,
    coalesce(global_attributes.name, used.name) as name,
    coalesce(used.spellings, array[global_attributes.name]) as spellings,
    global_attributes.type,
    coalesce(counted.is_variation_axis, false) as is_variation_axis,
    coalesce(counted.product_count, 0) as product_count,
    coalesce(global_attributes.is_deleted, false) as is_deleted,
    global_attributes.deleted_at
from used
full outer join global_attributes using (store_id, attribute_code)
left join counted using (store_id, attribute_code)
