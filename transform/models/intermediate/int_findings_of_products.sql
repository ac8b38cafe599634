{{ config(materialized='ephemeral') }}
-- What the row of a product shows, and its parent's: identity, texts, pictures, stock. Of the products that this build
-- works out anew.
with live as materialized (
    {{ live_affected_products([
        'parent_id', 'name', 'sku', 'parent_sku', 'gtin', 'gtin_kind', 'gtin_source', 'main_image_id', 'main_image_url',
        'description_digest', 'short_description_digest', 'stock_kept_by', 'stock_quantity'
    ]) }}
)

select store_id, product_id, 'no_name' as check_name, null as severity, '' as subject,
    'The product has no name.' as message
from live
where not is_variation and name is null and {{ was_sent('name', 'products') }}

union all
select store_id, product_id, 'no_sku', when_unpublished, '',
    case
        when not is_variation then 'The product has no SKU, so it cannot be matched with other stores.'
        when parent_sku is null then 'The variation has no SKU, and neither has its parent.'
        else 'The variation has no SKU of its own: the store shows its parent''s, ' || parent_sku || '.'
    end
from live
where sku is null and {{ was_sent('sku') }}

union all
select store_id, product_id, 'bad_gtin', null, gtin_source,
    'The GTIN ' || left(gtin, 40) || ' (from ' || gtin_source || ') '
    || case
        when gtin ~ '^([0-9]{8}|[0-9]{12,14}|[0-9]{9}[0-9X])$' then 'has a wrong check digit: it was probably mistyped.'
        else 'is no GTIN: one has 8, 12, 13 or 14 digits, an old ISBN 10.'
    end
from live
where gtin is not null and gtin_kind is null

union all
select store_id, product_id, 'no_image', when_unpublished, '',
    case when is_variation then 'Neither the variation nor its parent has a picture.' else 'The product has no picture.' end
from live
where main_image_id is null and main_image_url is null and {{ was_sent('images', 'products') }}

union all
select store_id, product_id, 'no_description', when_unpublished, '',
    case
        when short_description_digest is not null then 'The product has a short description but no long one.'
        else 'The product has no description.'
    end
from live
where not is_variation and description_digest is null and {{ was_sent('description', 'products') }}

union all
select store_id, product_id, 'stock_without_quantity', null, '',
    case stock_kept_by
        when 'parent' then 'The parent keeps the stock of this variation, but has no quantity.'
        else 'Stock is kept, but there is no quantity.'
    end
from live
left join {{ ref('stores') }} as stores using (store_id)
where
    stock_kept_by <> 'none'
    and stock_quantity is null
    and coalesce(stores.keeps_stock, true)
    and {{ was_sent('stock_quantity') }}

union all
select live.store_id, live.product_id, 'no_category', when_unpublished, '',
    'The product is in no category but the store''s catch-all.'
from live
where
    not live.is_variation
    and {{ was_sent('categories', 'products') }}
    and not exists (
        select 1
        from {{ ref('stg_woo__product_terms') }} as terms
        where
            terms.store_id = live.store_id
            and terms.product_id = live.product_id
            and terms.taxonomy = 'category'
            and not coalesce({{ is_catch_all('terms.slug') }}, false)
    )

union all
select live.store_id, live.product_id, 'no_alt_text', null, '',
    counted.silent || ' of ' || counted.shown || ' pictures have no alternative text.'
from (
    select
        store_id,
        product_id,
        count(*) as shown,
        count(*) filter (
            where case when images.media_id is null then images.alt_text else pictures.alt_text end is null
        ) as silent
    from live as own
    inner join {{ ref('stg_woo__product_images') }} as images using (store_id, product_id)
    left join {{ ref('int_pictures') }} as pictures using (store_id, media_id)
    where images.media_id is null or pictures.url is not null
    group by store_id, product_id
) as counted
inner join live using (store_id, product_id)
left join {{ ref('int_product_facts') }} as parent
    on live.store_id = parent.store_id and live.parent_id = parent.product_id
-- A picture that a variation takes from its parent is reported there.
where
    counted.silent > 0
    and (live.main_image_id, case when live.main_image_id is null then live.main_image_url end)
    is distinct from (parent.main_image_id, case when parent.main_image_id is null then parent.main_image_url end)
