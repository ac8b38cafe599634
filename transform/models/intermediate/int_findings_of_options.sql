{{ config(materialized='ephemeral') }}
-- What the options of a variation show beside those of its parent and its siblings, of the variations that this build works
-- out anew.
with live as not materialized (
    {{ live_affected_products(['parent_id', 'is_published']) }}
    and facts.is_variation
),

parents as not materialized (
    select distinct store_id, parent_id
    from live
),

siblings as not materialized (
    select facts.store_id, facts.product_id, facts.parent_id
    from {{ ref('int_product_facts') }} as facts
    inner join parents using (store_id, parent_id)
    where facts.is_variation and facts.is_published and not facts.is_deleted
),

combinations as not materialized (
    select
        siblings.store_id,
        siblings.product_id,
        siblings.parent_id,
        string_agg(
            own.attribute_code || '=' || coalesce(own.option_code, '*'), '|' order by own.attribute_code, own.option_code
        ) as combination,
        string_agg(coalesce(own.value, 'any'), ', ' order by own.attribute_position, own.attribute_code) as options
    from siblings
    inner join {{ ref('product_attribute_values') }} as own using (store_id, product_id)
    where own.is_variation_axis
    group by siblings.store_id, siblings.product_id, siblings.parent_id
),

unknown as materialized (
    select
        live.store_id, live.product_id, live.parent_id, live.when_unpublished, own.attribute_code, own.option_code, own.value
    from live
    inner join {{ ref('product_attribute_values') }} as own using (store_id, product_id)
    inner join {{ ref('int_product_facts') }} as parent
        on live.store_id = parent.store_id and live.parent_id = parent.product_id
    where
        own.is_variation_axis
        and not own.is_any
        and not exists (
            select 1
            from {{ ref('product_attribute_values') }} as offered
            where
                offered.store_id = live.store_id
                and offered.product_id = live.parent_id
                and offered.attribute_code = own.attribute_code
                and offered.option_code = own.option_code
        )
)

select live.store_id, live.product_id, 'duplicate_combination' as check_name, null as severity, '' as subject,
    'Several variations are ' || left(shared.options, 80) || ', so only one of them can be chosen: ids ' || shared.ids
    || case when shared.carriers > 10 then ', ...' else '' end || '.' as message
from (
    select store_id, parent_id, combination, count(*) as carriers, min(options) as options,
        array_to_string((array_agg(product_id order by product_id))[1:10], ', ') as ids
    from combinations
    group by store_id, parent_id, combination
    having count(*) > 1
) as shared
inner join combinations using (store_id, parent_id, combination)
inner join live using (store_id, product_id)

union all
select unknown.store_id, unknown.product_id, 'unknown_option', unknown.when_unpublished,
    unknown.attribute_code || ' ' || unknown.option_code,
    'The parent does not offer "' || left(unknown.value, 80) || '", so nobody can choose this variation.'
from unknown
where
    -- Variations of old stores have slugs for options: 50-ml for 50 ml.
    not exists (
        select 1
        from {{ ref('product_attribute_values') }} as offered
        where
            offered.store_id = unknown.store_id
            and offered.product_id = unknown.parent_id
            and offered.attribute_code = unknown.attribute_code
            and {{ function('name_keys') }}(offered.value) && {{ function('name_keys') }}(unknown.value)
            and {{ function('name_keys') }}(unknown.value) <> array['', '']
    )
