{{ config(materialized='steady_view') }}
-- The pictures of a product in the store's order: one main picture, then the gallery.
select
    images.store_id,
    images.product_id,
    images.position,
    images.media_id,
    case images.position when 1 then 'main' else 'gallery' end as role,
    media.url,
    media.alt_text
from {{ ref('stg_woo__product_images') }} as images
inner join {{ ref('media') }} as media
    on images.store_id = media.store_id and images.media_id = media.media_id
