{{ config(materialized='table', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
{#-
  Products whose facts and findings have to be worked out anew: those that changed, the variations of those that changed,
  those found to be deleted or back, their siblings and translations, and those with a picture whose address or alternative
  text changed in another row.
  With the SKU that the last build gave them: a build that broke off may have come as far as the facts, but not as far as
  what is made from those.
-#}
-- depends_on: {{ ref('int_deletions') }}
-- depends_on: {{ ref('int_translations') }}
-- depends_on: {{ ref('int_pictures') }}
-- depends_on: {{ ref('stg_woo__product_images') }}
{% set built = adapter.get_relation(this.database, this.schema, 'int_built_rows') if execute and not flags.FULL_REFRESH %}
{% set has_languages = built and 'translation_group' in adapter.get_columns_in_relation(built) | map(attribute='name') | list %}
{% set media = adapter.get_relation(this.database, model_schema(), 'media') if execute and not flags.FULL_REFRESH %}
with deleted_or_back as (
    {%- if built %}
    select built.store_id, built.product_id, built.parent_id
    from {{ built }} as built
    left join {{ ref('int_deletions') }} as deletions
        on built.store_id = deletions.store_id and built.source = deletions.stream and built.product_id = deletions.id
    where built.deleted_at is distinct from deletions.deleted_at
    {%- else %}
    select null::text as store_id, null::bigint as product_id, null::bigint as parent_id
    where false
    {%- endif %}
),

touched as (
    select store_id, product_id
    from {{ ref('stg_woo__landed_rows') }}
    where is_changed

    union
    select variation.store_id, variation.product_id
    from {{ ref('stg_woo__products') }} as variation
    inner join {{ ref('stg_woo__landed_rows') }} as parent
        on variation.store_id = parent.store_id and variation.parent_id = parent.product_id and parent.is_changed
    where variation.is_variation

    {% if built -%}
    union
    -- The variations of one parent show its SKU together where it is missing, and no two may have the same options.
    select sibling.store_id, sibling.product_id
    from (
        select own.store_id, own.parent_id
        from {{ ref('stg_woo__products') }} as own
        inner join {{ ref('stg_woo__landed_rows') }} as changed using (store_id, product_id)
        where changed.is_changed
        union
        select former.store_id, former.parent_id
        from {{ built }} as former
        inner join {{ ref('stg_woo__landed_rows') }} as changed using (store_id, product_id)
        where changed.is_changed
        union
        select store_id, parent_id
        from deleted_or_back
    ) as changed
    inner join {{ ref('stg_woo__products') }} as sibling
        on changed.store_id = sibling.store_id and changed.parent_id = sibling.parent_id
    where sibling.is_variation

    union
    select store_id, product_id
    from deleted_or_back
    {%- endif %}
    {%- if has_languages %}

    union
    select built.store_id, built.product_id
    from {{ built }} as built
    left join {{ ref('int_translations') }} as translations
        on built.store_id = translations.store_id and built.source = translations.stream and built.product_id = translations.id
    where
        (built.language, built.translation_group, built.is_default_language)
        is distinct from (translations.language, translations.translation_group, translations.is_default_language)
    {%- endif %}
    {%- if media %}

    union
    select images.store_id, images.product_id
    from {{ ref('int_pictures') }} as pictures
    inner join {{ media }} as former using (store_id, media_id)
    inner join {{ ref('stg_woo__product_images') }} as images using (store_id, media_id)
    where (pictures.url is null) <> (former.url is null) or (pictures.alt_text is null) <> (former.alt_text is null)
    {%- endif %}
),

-- Which of several translations stands for all depends on each of them.
affected as (
    select store_id, product_id
    from touched
    union
    select member.store_id, member.id
    from (
        select touched.store_id, own.translation_group
        from touched
        inner join {{ ref('int_translations') }} as own
            on touched.store_id = own.store_id and own.stream in ('products', 'product_variations') and touched.product_id = own.id
        {%- if has_languages %}
        union
        select touched.store_id, built.translation_group
        from touched
        inner join {{ built }} as built using (store_id, product_id)
        {%- endif %}
    ) as touched_groups
    inner join {{ ref('int_translations') }} as member
        on touched_groups.store_id = member.store_id
        and touched_groups.translation_group = member.translation_group
        and member.stream in ('products', 'product_variations')
)

{% if built %}
select affected.store_id, affected.product_id, built.sku as old_sku
from affected
left join {{ built }} as built using (store_id, product_id)
{% else %}
select store_id, product_id, null::text as old_sku
from affected
{% endif %}
