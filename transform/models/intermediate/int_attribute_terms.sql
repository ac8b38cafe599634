{{ config(indexes=[{'columns': ['store_id', 'term_id'], 'unique': true}, {'columns': ['store_id', 'attribute_id']}]) }}
-- The options that a store defines for its global attributes.
select
    term.store_id,
    term.id as term_id,
    term.attribute_id,
    btrim({{ function('decode_html') }}(term.name)) as name,
    {{ function('option_code') }}({{ function('decode_html') }}(term.name)) as name_code,
    coalesce(nullif(term.slug, ''), term.id::text) as slug,
    term.menu_order,
    deletions.id is not null as is_deleted,
    deletions.deleted_at
from {{ landed('product_attribute_terms', {
    'store_id': 'text', 'id': 'bigint', 'attribute_id': 'bigint', 'name': 'text', 'slug': 'text', 'menu_order': 'bigint'
}) }} as term
left join {{ ref('int_deletions') }} as deletions
    on term.store_id = deletions.store_id
    and deletions.stream = 'product_attribute_terms'
    and term.id = deletions.id
