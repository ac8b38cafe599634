{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_skus() }}', indexes=[{'columns': ['sku'], 'type': 'hash'}]) }}
-- Which product stands for an SKU in a store. Where several carry it: a published one, a product rather than a variation.
select distinct on (facts.sku, facts.store_id)
    facts.sku,
    facts.store_id,
    facts.product_id,
    count(*) over (partition by facts.sku, facts.store_id) > 1 as is_duplicate
from {{ ref('int_product_facts') }} as facts
{{ only_affected_skus('facts') }}
where facts.sku is not null and not facts.is_deleted
order by facts.sku, facts.store_id, facts.is_published desc, facts.is_variation, facts.product_id
