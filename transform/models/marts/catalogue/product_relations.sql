{{ config(materialized='steady_view') }}
-- Upsells, cross-sells, members of groups, parts of bundles and choices of composites. is_broken: the product referred to
-- is not there, or not any more.
select
    relations.store_id,
    relations.product_id,
    product.sku,
    relations.kind,
    relations.position,
    relations.related_product_id,
    related.sku as related_sku,
    related.product_id is null or related.is_deleted as is_broken,
    relations.quantity_min,
    relations.quantity_max
from {{ ref('stg_woo__product_relations') }} as relations
inner join {{ ref('int_product_facts') }} as product
    on relations.store_id = product.store_id and relations.product_id = product.product_id
left join {{ ref('int_product_facts') }} as related
    on relations.store_id = related.store_id and relations.related_product_id = related.product_id
