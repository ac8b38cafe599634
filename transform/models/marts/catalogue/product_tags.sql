{{ config(materialized='steady_view') }}
-- Which tags a product has, in the store's order.
select
    terms.store_id,
    terms.product_id,
    terms.term_id as tag_id,
    terms.position,
    coalesce(tags.name, {{ decoded('terms.name') }}) as name,
    coalesce(tags.is_deleted, false) as is_tag_deleted
from {{ ref('stg_woo__product_terms') }} as terms
left join {{ ref('tags') }} as tags
    on terms.store_id = tags.store_id and terms.term_id = tags.tag_id
where terms.taxonomy = 'tag'
