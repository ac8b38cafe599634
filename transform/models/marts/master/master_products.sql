{{ config(incremental_strategy='append', pre_hook=['{{ added_column("languages text[]") }}', '{{ drop_affected_skus() }}'], indexes=[{'columns': ['sku'], 'type': 'hash'}]) }}
-- One row for each SKU over all stores: who carries it, who does not (any more), and in what they disagree.
with carried as (
    select
        carriers.sku,
        (array_agg(facts.name order by facts.name is null, facts.store_id))[1] as name,
        (array_agg(facts.kind order by facts.store_id))[1] as kind,
        (array_agg(facts.gtin order by facts.gtin is null, facts.gtin_kind is null, facts.store_id))[1] as gtin,
        count(*) as store_count,
        array_agg(facts.store_id order by facts.store_id) as stores,
        jsonb_object_agg(facts.store_id, facts.product_id) as product_ids,
        array_remove(array_agg(case when carriers.is_duplicate then facts.store_id end order by facts.store_id), null) as duplicate_in
    from {{ ref('int_sku_carriers') }} as carriers
    {{ only_affected_skus('carriers') }}
    inner join {{ ref('int_product_facts') }} as facts
        on carriers.store_id = facts.store_id and carriers.product_id = facts.product_id
    group by carriers.sku
),

-- In which languages a store has what its carrier stands for.
spoken as (
    select carriers.sku, array_agg(distinct member.language order by member.language) as languages
    from {{ ref('int_sku_carriers') }} as carriers
    {{ only_affected_skus('carriers') }}
    inner join {{ ref('int_product_facts') }} as facts
        on carriers.store_id = facts.store_id and carriers.product_id = facts.product_id
    inner join (
        select store_id, sku, language, translation_group
        from {{ ref('int_product_facts') }}
        where language is not null and not is_deleted
    ) as member
        on carriers.store_id = member.store_id
        and (member.sku = carriers.sku or member.translation_group = facts.translation_group)
    group by carriers.sku
),

lost as (
    select facts.sku, array_agg(distinct facts.store_id order by facts.store_id) as stores
    from {{ ref('int_product_facts') }} as facts
    {{ only_affected_skus('facts') }}
    where
        facts.is_deleted
        and facts.sku is not null
        and not exists (
            select 1
            from {{ ref('int_sku_carriers') }} as carriers
            where carriers.sku = facts.sku and carriers.store_id = facts.store_id
        )
    group by facts.sku
),

differences as (
    select
        sku,
        array_agg(attribute order by attribute) as attributes,
        jsonb_object_agg(attribute, store_values) as store_values
    from (
        select own.sku, own.attribute, jsonb_object_agg(own.store_id, own.value) as store_values
        from {{ ref('master_product_differences') }} as own
        {{ only_affected_skus('own') }}
        group by own.sku, own.attribute
    ) as by_attribute
    group by sku
)

select
    carried.sku,
    carried.name,
    carried.kind,
    carried.gtin,
    carried.store_count,
    carried.stores,
    array(
        select store_id from {{ ref('stores') }} where store_id <> all(carried.stores) order by store_id
    ) as missing_stores,
    coalesce(lost.stores, '{}') as deleted_in,
    carried.duplicate_in,
    carried.product_ids,
    coalesce(differences.attributes, '{}') as differing_attributes,
    coalesce(differences.store_values, '{}') as differences,
    coalesce(spoken.languages, '{}') as languages
from carried
left join lost on carried.sku = lost.sku
left join spoken on carried.sku = spoken.sku
left join differences on carried.sku = differences.sku
