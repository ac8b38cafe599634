{{ config(indexes=[{'columns': ['store_id', 'tag_id'], 'unique': true}]) }}
select
    term.store_id,
    term.id as tag_id,
    coalesce(nullif(btrim({{ function('decode_html') }}(term.name)), ''), '(no name)') as name,
    term.slug,
    term.description,
    term.count as published_products,
    deletions.id is not null as is_deleted,
    deletions.deleted_at,
    translations.language,
    translations.translation_group,
    translations.is_default_language
from {{ known_terms('product_tags', 'tag') }} as term
left join {{ ref('int_translations') }} as translations
    on term.store_id = translations.store_id and translations.stream = 'product_tags' and term.id = translations.id
left join {{ ref('int_deletions') }} as deletions
    on term.store_id = deletions.store_id and deletions.stream = 'product_tags' and term.id = deletions.id
