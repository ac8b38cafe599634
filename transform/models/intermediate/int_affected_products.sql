{{ config(materialized='table', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
{#-
  Products whose facts and findings have to be worked out anew: those that changed, the variations of those that changed,
  those found to be deleted or back, and those with a picture whose address or alternative text changed in another row.
  With the SKU that the last build gave them: a build that broke off may have come as far as the facts, but not as far as
  what is made from those.
-#}
-- depends_on: {{ ref('int_deletions') }}
-- depends_on: {{ ref('int_pictures') }}
-- depends_on: {{ ref('stg_woo__product_images') }}
{% set built = adapter.get_relation(this.database, this.schema, 'int_built_rows') if execute and not flags.FULL_REFRESH %}
{% set media = adapter.get_relation(this.database, model_schema(), 'media') if execute and not flags.FULL_REFRESH %}
with affected as (
    select store_id, product_id
    from {{ ref('stg_woo__landed_rows') }}
    where is_changed

    union
    select variation.store_id, variation.product_id
    from {{ ref('stg_woo__products') }} as variation
    inner join {{ ref('stg_woo__landed_rows') }} as parent
        on variation.store_id = parent.store_id and variation.parent_id = parent.product_id and parent.is_changed
    where variation.source = 'product_variations'

    {% if built -%}
    union
    -- Where the parent is missing, its variations together show its SKU.
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
    ) as changed
    inner join {{ ref('stg_woo__products') }} as sibling
        on changed.store_id = sibling.store_id and changed.parent_id = sibling.parent_id
    where
        sibling.source = 'product_variations'
        and not exists (
            select 1
            from {{ ref('stg_woo__products') }} as parent
            where
                parent.store_id = changed.store_id
                and parent.product_id = changed.parent_id
                and parent.source = 'products'
        )

    union
    select built.store_id, built.product_id
    from {{ built }} as built
    left join {{ ref('int_deletions') }} as deletions
        on built.store_id = deletions.store_id and built.source = deletions.stream and built.product_id = deletions.id
    where built.deleted_at is distinct from deletions.deleted_at
    {%- endif %}
    {%- if media %}

    union
    select images.store_id, images.product_id
    from {{ ref('int_pictures') }} as pictures
    inner join {{ media }} as former using (store_id, media_id)
    inner join {{ ref('stg_woo__product_images') }} as images using (store_id, media_id)
    where (pictures.url is null) <> (former.url is null) or (pictures.alt_text is null) <> (former.alt_text is null)
    {%- endif %}
)

{% if built %}
select affected.store_id, affected.product_id, built.sku as old_sku
from affected
left join {{ built }} as built using (store_id, product_id)
{% else %}
select store_id, product_id, null::text as old_sku
from affected
{% endif %}
