{{ config(indexes=[{'columns': ['sku', 'store_id'], 'unique': true}]) }}
-- Which product stands for an SKU in a store. Where several carry it: a published one, a product rather than a variation.
select distinct on (sku, store_id)
    sku,
    store_id,
    product_id,
    count(*) over (partition by sku, store_id) > 1 as is_duplicate
from {{ ref('product_facts') }}
where sku is not null and not is_deleted
order by sku, store_id, is_published desc, is_variation, product_id
