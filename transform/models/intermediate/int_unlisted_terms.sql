{{ config(indexes=[{'columns': ['store_id', 'taxonomy', 'term_id'], 'unique': true}]) }}
-- Categories, brands and tags that products name and the store's own lists lack: some plugins keep brands in a taxonomy of
-- their own, and a list may be left out of the sync.
select distinct on (terms.store_id, terms.taxonomy, terms.term_id)
    terms.store_id,
    terms.taxonomy,
    terms.term_id,
    terms.name,
    terms.slug
from {{ ref('stg_woo__product_terms') }} as terms
left join {{ ref('int_deletions') }} as gone
    on terms.store_id = gone.store_id and gone.stream = 'products' and terms.product_id = gone.id
where
    gone.id is null
    {%- for taxonomy, table in {'category': 'product_categories', 'brand': 'product_brands', 'tag': 'product_tags'}.items() %}
    and (terms.taxonomy <> '{{ taxonomy }}' or not exists (
        select 1
        from {{ landed(table, {'store_id': 'text', 'id': 'bigint'}) }} as listed
        where listed.store_id = terms.store_id and listed.id = terms.term_id
    ))
    {%- endfor %}
order by terms.store_id, terms.taxonomy, terms.term_id, terms.name, terms.slug
