{{ config(materialized='steady_view') }}
-- Which brands a product has, in the store's order.
select
    terms.store_id,
    terms.product_id,
    terms.term_id as brand_id,
    terms.position,
    coalesce(brands.name, {{ decoded('terms.name') }}) as name,
    coalesce(brands.is_deleted, false) as is_brand_deleted
from {{ ref('stg_woo__product_terms') }} as terms
left join {{ ref('brands') }} as brands
    on terms.store_id = brands.store_id and terms.term_id = brands.brand_id
where terms.taxonomy = 'brand'
