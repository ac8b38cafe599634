{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_skus() }}', indexes=[{'columns': ['sku'], 'type': 'hash'}]) }}
-- Which product stands for an SKU in a store. Where several carry it: one of the default language, a published one, a
-- product rather than a variation. A translation stands for its SKU only where none of its group comes before it.
with carriers as (
    select
        facts.sku, facts.store_id, facts.product_id, facts.is_published, facts.is_variation,
        facts.language, facts.translation_group, facts.is_default_language
    from {{ ref('int_product_facts') }} as facts
    {{ only_affected_skus('facts') }}
    where facts.sku is not null and not facts.is_deleted
),

duplicates as (
    select distinct sku, store_id
    from carriers
    group by sku, store_id, language
    having count(distinct coalesce(translation_group, product_id)) > 1
)

select distinct on (carriers.sku, carriers.store_id)
    carriers.sku,
    carriers.store_id,
    carriers.product_id,
    duplicates.sku is not null as is_duplicate
from carriers
left join duplicates on carriers.sku = duplicates.sku and carriers.store_id = duplicates.store_id
where
    carriers.translation_group is null
    or not exists (
        select 1
        from {{ ref('int_product_facts') }} as original
        where
            original.translation_group is not null
            and original.store_id = carriers.store_id
            and original.translation_group = carriers.translation_group
            and original.sku is not null
            and original.sku <> carriers.sku
            and not original.is_deleted
            and (not original.is_default_language, original.product_id)
            < (not carriers.is_default_language, carriers.product_id)
    )
order by
    carriers.sku, carriers.store_id, carriers.is_default_language is false, carriers.is_published desc, carriers.is_variation,
    carriers.product_id
