{{ config(indexes=[{'columns': ['store_id', 'tag_id'], 'unique': true}]) }}
select
    term.store_id,
    term.id as tag_id,
    coalesce(nullif(btrim({{ function('decode_html') }}(term.name)), ''), '(no name)') as name,
    term.slug,
    term.description,
    term.count as published_products,
    deletions.id is not null as is_deleted,
    deletions.deleted_at
from {{ landed_terms('product_tags') }} as term
left join {{ ref('int_deletions') }} as deletions
    on term.store_id = deletions.store_id and deletions.stream = 'product_tags' and term.id = deletions.id
