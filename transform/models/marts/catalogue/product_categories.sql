{{ config(materialized='steady_view') }}
-- Which categories a product is in, in the store's order. Where categories were not synced, the path is the name alone.
select
    terms.store_id,
    terms.product_id,
    terms.term_id as category_id,
    terms.position,
    coalesce(categories.name, {{ decoded('terms.name') }}) as name,
    coalesce(categories.path, {{ decoded('terms.name') }}) as path,
    coalesce(categories.is_deleted, false) as is_category_deleted
from {{ ref('stg_woo__product_terms') }} as terms
left join {{ ref('categories') }} as categories
    on terms.store_id = categories.store_id and terms.term_id = categories.category_id
where terms.taxonomy = 'category'
