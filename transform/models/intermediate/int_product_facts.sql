{{ config(incremental_strategy='append', pre_hook='{{ drop_affected_products() }}', indexes=[
    {'columns': ['store_id', 'product_id'], 'unique': true}, {'columns': ['store_id', 'parent_id']}, {'columns': ['sku'], 'type': 'hash'}
]) }}
-- What is known of a product or variation beside its texts, as the store shows it: what a variation lacks is its parent's.
select
    own.store_id,
    own.product_id,
    own.is_variation,
    case when own.is_variation then 'variation' else own.kind end as kind,
    case when own.is_variation then own.parent_id end as parent_id,
    -- A variation without an SKU is shown with its parent's; that one is not its own.
    case when own.sku is distinct from coalesce(parent.sku, shared.sku) then own.sku end as sku,
    coalesce(parent.sku, shared.sku) as parent_sku,
    case
        when own.is_variation
            then nullif(concat_ws(' - ', parent.name, own.name), '')
        else own.name
    end as name,
    own.status,
    -- Shoppers see a variation with its parent only, and under a simple product not at all; nothing behind a password.
    coalesce(
        own.status = 'publish'
        and not own.has_password
        and not coalesce(parent.has_password, false)
        and (
            not own.is_variation
            or (parent.status = 'publish' and parent.kind not in ('simple', 'grouped', 'external'))
        ),
        false
    ) as is_published,
    own.has_password or coalesce(parent.has_password, false) as has_password,
    deletions.id is not null as is_deleted,
    deletions.deleted_at,
    deletions.reason as deletion_reason,
    own.description_digest,
    own.short_description_digest,
    gtins.gtin,
    gtins.gtin_as_sent,
    gtins.gtin_kind,
    gtins.gtin_source,
    nullif(coalesce(stores.requested_currency, stores.currency), 'unknown') as currency,
    stores.prices_include_tax,
    own.price,
    own.regular_price,
    own.sale_price,
    own.sale_from,
    own.sale_to,
    own.is_on_sale,
    stores.weight_unit,
    coalesce(own.weight, parent.weight) as weight,
    stores.dimension_unit,
    coalesce(own.length, parent.length) as length,
    coalesce(own.width, parent.width) as width,
    coalesce(own.height, parent.height) as height,
    coalesce(own.tax_status, parent.tax_status) as tax_status,
    -- An empty class is the one named standard; a variation's "parent" comes in raw content.
    coalesce(nullif(coalesce(nullif(own.tax_class, 'parent'), parent.tax_class), ''), 'standard') as tax_class,
    coalesce(own.shipping_class, parent.shipping_class) as shipping_class,
    case when own_image.product_id is not null then own_image.media_id else parent_image.media_id end as main_image_id,
    case when own_image.product_id is not null then own_image.url else parent_image.url end as main_image_url,
    own_image.media_id as own_main_image_id,
    case
        when own.manage_stock = 'true' then 'product'
        when own.manage_stock = 'parent' then 'parent'
        else 'none'
    end as stock_kept_by,
    case
        when own.manage_stock = 'true' then own.stock_quantity
        when own.manage_stock = 'parent' then coalesce(parent.stock_quantity, own.stock_quantity)
    end as stock_quantity,
    own.stock_status,
    coalesce(case when own.manage_stock = 'parent' then parent.backorders end, own.backorders) as backorders,
    coalesce(case when own.manage_stock = 'parent' then parent.low_stock_amount end, own.low_stock_amount) as low_stock_amount,
    own.not_numbers,
    coalesce(jsonb_array_length(own.listed_variations), 0) as listed_variations,
    translations.language,
    translations.translation_group,
    translations.is_default_language
from {{ ref('stg_woo__products') }} as own
{{ only_affected_products('own') }}
left join {{ ref('stg_woo__products') }} as parent
    on own.store_id = parent.store_id and own.parent_id = parent.product_id
    and own.is_variation and not parent.is_variation
-- Where the parent did not come, an SKU that several of its variations have is its own.
left join lateral (
    select own.sku
    where
        own.is_variation
        and parent.product_id is null
        and exists (
            select 1
            from {{ ref('stg_woo__products') }} as sibling
            where
                sibling.store_id = own.store_id
                and sibling.parent_id = own.parent_id
                and sibling.is_variation
                and sibling.sku = own.sku
                and sibling.product_id <> own.product_id
        )
) as shared on true
left join {{ ref('stg_woo__product_images') }} as own_image
    on own.store_id = own_image.store_id and own.product_id = own_image.product_id and own_image.position = 1
left join {{ ref('stg_woo__product_images') }} as parent_image
    on parent.store_id = parent_image.store_id and parent.product_id = parent_image.product_id and parent_image.position = 1
left join {{ ref('int_deletions') }} as deletions
    on own.store_id = deletions.store_id and own.source = deletions.stream and own.product_id = deletions.id
left join {{ ref('int_translations') }} as translations
    on own.store_id = translations.store_id and own.source = translations.stream and own.product_id = translations.id
left join {{ ref('int_product_gtins') }} as gtins
    on own.store_id = gtins.store_id and own.product_id = gtins.product_id
left join {{ ref('stores') }} as stores
    on own.store_id = stores.store_id
