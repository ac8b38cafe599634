{#- The rows of a taxonomy: what the store lists, and what only its products name. -#}
{% macro known_terms(table, taxonomy) -%}
    (
        select *
        from {{ landed(table, {
            'store_id': 'text', 'id': 'bigint', 'name': 'text', 'slug': 'text', 'description': 'text', 'count': 'bigint',
            'parent': 'bigint', 'menu_order': 'bigint', 'image': 'object'
        }) }} as listed
        union all
        select store_id, term_id, name, slug, null, null, null, null, null
        from {{ ref('int_unlisted_terms') }}
        where taxonomy = '{{ taxonomy }}'
    )
{%- endmacro %}

{#- A tree of terms, each with its path. Loops and parents that are not there end the path. -#}
{% macro term_tree(table, taxonomy, id) %}
with recursive terms as (
    select
        term.store_id,
        term.id,
        nullif(term.parent, 0) as parent_id,
        coalesce(nullif(btrim({{ function('decode_html') }}(term.name)), ''), '(no name)') as name,
        term.slug,
        term.description,
        term.count,
        term.menu_order,
        case when term.image ->> 'id' ~ '^[1-9][0-9]{0,17}$' then (term.image ->> 'id')::bigint end as media_id,
        deletions.id is not null as is_deleted,
        deletions.deleted_at,
        translations.language,
        translations.translation_group,
        translations.is_default_language
    from {{ known_terms(table, taxonomy) }} as term
    left join {{ ref('int_translations') }} as translations
        on term.store_id = translations.store_id and translations.stream = '{{ table }}' and term.id = translations.id
    left join {{ ref('int_deletions') }} as deletions
        on term.store_id = deletions.store_id and deletions.stream = '{{ table }}' and term.id = deletions.id
),

climb as (
    select store_id, id, parent_id as next_id, is_deleted, array[id] as ids, array[name] as names
    from terms
    union all
    select
        climb.store_id,
        climb.id,
        parent.parent_id,
        climb.is_deleted,
        parent.id || climb.ids,
        parent.name || climb.names
    from climb
    inner join terms as parent
        on climb.store_id = parent.store_id and climb.next_id = parent.id
        and (not parent.is_deleted or climb.is_deleted)
    where climb.next_id <> all(climb.ids) -- else the path has come round
),

paths as (
    select distinct on (store_id, id) store_id, id, next_id, ids, names, next_id = any(ids) as is_loop
    from climb
    order by store_id, id, cardinality(ids) desc
)

select
    terms.store_id,
    terms.id as {{ id }},
    terms.parent_id,
    terms.name,
    terms.slug,
    array_to_string(paths.names, ' > ') as path,
    paths.names as path_names,
    paths.ids as path_ids,
    cardinality(paths.ids) as depth,
    paths.next_id is not null and not paths.is_loop as has_missing_parent,
    coalesce(paths.is_loop, false) as is_in_loop,
    terms.description,
    terms.media_id,
    terms.menu_order,
    terms.count as published_products,
    terms.is_deleted,
    terms.deleted_at,
    terms.language,
    terms.translation_group,
    terms.is_default_language
from terms
inner join paths on terms.store_id = paths.store_id and terms.id = paths.id
{% endmacro %}
