{{ config(indexes=[{'columns': ['store_id', 'stream', 'id'], 'unique': true}, {'columns': ['store_id', 'translation_group']}]) }}
{#-
  The language of products, variations and terms of stores with a language plugin (Polylang, WPML), and which of them are
  translations of each other. Empty without such a plugin.

  A row lists its translations: {"en": 1, "de": "2"}. One that was read before another one joined does not list it, so a
  group is known by the lowest id in any list that a row is in. A variation without a language has its parent's; without a
  list it belongs to those of its SKU under the parent's translations.
-#}
{% set taxonomies = ['product_categories', 'product_tags', 'product_brands', 'product_attribute_terms'] %}
with posts as (
    select store_id, source, product_id, parent_id, is_variation, sku, language, translations
    from {{ ref('stg_woo__products') }}
    where language is not null or translations is not null
),

translated_variations as (
    select variation.store_id, variation.source, variation.product_id, variation.parent_id, variation.sku, parent.language
    from posts as parent
    inner join {{ ref('stg_woo__products') }} as variation
        on parent.store_id = variation.store_id and parent.product_id = variation.parent_id
    where variation.is_variation and variation.language is null and variation.translations is null and parent.language is not null
),

sent as (
    select store_id, source as stream, 'posts' as kind, product_id as id, language, translations
    from posts
    union all
    select store_id, source, 'posts', product_id, language, null
    from translated_variations
    {%- for table in taxonomies %}
    union all
    select
        term.store_id,
        '{{ table }}',
        '{{ table }}',
        term.id,
        nullif(btrim({{ json_text("term.extra_fields -> 'lang'") }}), ''),
        case when jsonb_typeof(term.extra_fields -> 'translations') = 'object' then term.extra_fields -> 'translations' end
    from {{ landed(table, {'store_id': 'text', 'id': 'bigint', 'extra_fields': 'object'}) }} as term
    where term.extra_fields ? 'lang' or term.extra_fields ? 'translations'
    {%- endfor %}
),

listed as (
    select sent.store_id, sent.kind, sent.id, translation.language, translation.id as listed_id
    from sent
    cross join lateral (
        select named.language, (named.id #>> '{}')::bigint as id
        from jsonb_each(sent.translations) as named (language, id)
        where named.id #>> '{}' ~ '^[1-9][0-9]{0,17}$'
    ) as translation
),

lists as (
    select store_id, kind, id, least(id, min(listed_id)) as lowest
    from listed
    group by store_id, kind, id
),

grouped as (
    select store_id, kind, member as id, min(lowest) as translation_group
    from (
        select lists.store_id, lists.kind, lists.id as member, lists.lowest from lists
        union all
        select listed.store_id, listed.kind, listed.listed_id, lists.lowest
        from listed
        inner join lists using (store_id, kind, id)
    ) as memberships
    group by store_id, kind, member
),

-- Variations that their plugin does not link.
by_sku as (
    select
        variation.store_id,
        variation.product_id as id,
        min(variation.product_id) over (
            partition by variation.store_id, parents.translation_group, variation.sku
        ) as translation_group
    from (
        select store_id, product_id, parent_id, sku from translated_variations
        union all
        select store_id, product_id, parent_id, sku from posts where is_variation
    ) as variation
    inner join grouped as parents
        on variation.store_id = parents.store_id and parents.kind = 'posts' and variation.parent_id = parents.id
    where variation.sku is not null
),

in_languages as (
    select
        sent.store_id,
        sent.stream,
        sent.id,
        coalesce(sent.language, (
            select min(listed.language)
            from listed
            where listed.store_id = sent.store_id and listed.kind = sent.kind and listed.id = sent.id and listed.listed_id = sent.id
        )) as language,
        coalesce(grouped.translation_group, by_sku.translation_group) as translation_group
    from sent
    left join grouped on sent.store_id = grouped.store_id and sent.kind = grouped.kind and sent.id = grouped.id
    left join by_sku on sent.store_id = by_sku.store_id and sent.kind = 'posts' and sent.id = by_sku.id
),

-- A store's own language, else that of most of its products.
defaults as (
    select distinct on (used.store_id) used.store_id, used.language
    from (
        select store_id, language, count(*) filter (where stream = 'products') as products, min(id) as first_id
        from in_languages
        where language is not null
        group by store_id, language
    ) as used
    left join {{ landed('stores', {'store_id': 'text', 'language': 'text'}) }} as stores using (store_id)
    order by
        used.store_id,
        coalesce(lower(replace(used.language, '_', '-')) = lower(replace(stores.language, '_', '-')), false) desc,
        coalesce(
            lower(substring(used.language from '^[A-Za-z]+')) = lower(substring(stores.language from '^[A-Za-z]+')), false
        ) desc,
        used.products desc,
        used.first_id
)

select
    own.store_id,
    own.stream,
    own.id,
    own.language,
    own.translation_group,
    own.language is not distinct from defaults.language as is_default_language
from in_languages as own
left join defaults using (store_id)
where own.language is not null
