{{ config(materialized='table', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}
{#-
  Products whose facts and findings have to be worked out anew: those that changed, the variations of those that changed,
  those that were found to be deleted or to be back, and those with a picture of which others tell otherwise. With the SKU that the last build had of them: one that broke off may have
  come as far as the facts, but not as far as what is made from those.
-#}
-- depends_on: {{ ref('deletions') }}
-- depends_on: {{ ref('told_pictures') }}
-- depends_on: {{ ref('shop_images') }}
{% set built = adapter.get_relation(this.database, this.schema, 'built_rows') if execute and not flags.FULL_REFRESH %}
{% set media = adapter.get_relation(this.database, target.schema, 'media') if execute and not flags.FULL_REFRESH %}
with affected as (
    select store_id, product_id
    from {{ ref('landed_rows') }}
    where is_changed

    union
    select variation.store_id, variation.product_id
    from {{ ref('shop_products') }} as variation
    inner join {{ ref('landed_rows') }} as parent
        on variation.store_id = parent.store_id and variation.parent_id = parent.product_id and parent.is_changed
    where variation.source = 'product_variations'

    {% if built -%}
    union
    -- Where the parent did not come, the variations of one tell of its SKU together.
    select sibling.store_id, sibling.product_id
    from (
        select own.store_id, own.parent_id
        from {{ ref('shop_products') }} as own
        inner join {{ ref('landed_rows') }} as changed using (store_id, product_id)
        where changed.is_changed
        union
        select former.store_id, former.parent_id
        from {{ built }} as former
        inner join {{ ref('landed_rows') }} as changed using (store_id, product_id)
        where changed.is_changed
    ) as changed
    inner join {{ ref('shop_products') }} as sibling
        on changed.store_id = sibling.store_id and changed.parent_id = sibling.parent_id
    where
        sibling.source = 'product_variations'
        and not exists (
            select 1
            from {{ ref('shop_products') }} as parent
            where
                parent.store_id = changed.store_id
                and parent.product_id = changed.parent_id
                and parent.source = 'products'
        )

    union
    select built.store_id, built.product_id
    from {{ built }} as built
    left join {{ ref('deletions') }} as deletions
        on built.store_id = deletions.store_id and built.source = deletions.stream and built.product_id = deletions.id
    where built.deleted_at is distinct from deletions.deleted_at
    {%- endif %}
    {%- if media %}

    union
    select images.store_id, images.product_id
    from {{ ref('told_pictures') }} as told
    inner join {{ media }} as former using (store_id, media_id)
    inner join {{ ref('shop_images') }} as images using (store_id, media_id)
    where (told.url is null) <> (former.url is null) or (told.alt_text is null) <> (former.alt_text is null)
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
