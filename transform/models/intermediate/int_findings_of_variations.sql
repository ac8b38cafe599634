{{ config(materialized='steady_view') }}
-- Variations, their parents and their options, all worked out anew in each build.
with live as not materialized (
    select *
    from {{ ref('int_product_facts') }}
    where not is_deleted
),

fully_synced as (
    select store_id, stream
    from {{ landed('snapshots', {'store_id': 'text', 'stream': 'text'}) }} as snapshots
),

attribute_values as not materialized (
    select attribute_values.*, attributes.name, attributes.is_global
    from {{ ref('live_product_attribute_values') }} as attribute_values
    inner join {{ ref('attributes') }} as attributes using (store_id, attribute_code)
)

select variation.store_id, variation.product_id, 'orphan_variation' as check_name, null as severity, '' as subject,
    case
        when parent.product_id is null then 'The parent of this variation is not in the store, so nobody can see or buy it.'
        when parent.is_deleted then 'The parent of this variation was deleted, so nobody can see or buy it.'
        else 'The parent of this variation, ' || parent.product_id || ', is a ' || parent.kind || ' product, so the store does not show it.'
    end as message
from live as variation
left join {{ ref('int_product_facts') }} as parent
    on variation.store_id = parent.store_id and variation.parent_id = parent.product_id
where
    variation.is_variation
    and case
        when parent.product_id is null
            then (variation.store_id, 'products') in (select store_id, stream from fully_synced)
        else parent.is_deleted or parent.kind in ('simple', 'grouped', 'external', 'variation')
    end

union all
select store_id, product_id, 'parent_without_variations', case when not is_published then 'info' end, '',
    'The variable product has no variations, so nobody can buy it.'
from live as parent
where
    -- Plugins have types of their own: variable-subscription.
    kind like 'variable%'
    and listed_variations = 0
    and {{ was_sent('variations', 'products') }}
    and not exists (
        select 1
        from live as variation
        where variation.is_variation and variation.store_id = parent.store_id and variation.parent_id = parent.product_id
    )

union all
select store_id, product_id, 'open_axis', null, attribute_code,
    'The variation leaves ' || name || ' open: it stands for any option of it.'
from attribute_values
where is_any

union all
select store_id, product_id, 'option_without_term', null, attribute_code || ' ' || option_code,
    '"' || left(value, 80) || '" is not among the options that the store defines for ' || name || '.'
from attribute_values
where
    is_global
    and not is_any
    and option_id is null
    and store_id in (select store_id from {{ ref('int_attribute_terms') }})
