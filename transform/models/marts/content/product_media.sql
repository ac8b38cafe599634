{{ config(materialized='steady_view') }}
-- The pictures of a product in the store's order: one main picture, then the gallery.
select
    images.store_id,
    images.product_id,
    images.position,
    images.media_id,
    case images.position when 1 then 'main' else 'gallery' end as role,
    coalesce(media.url, images.url) as url,
    case when images.media_id is null then images.alt_text else media.alt_text end as alt_text
from {{ ref('stg_woo__product_images') }} as images
left join {{ ref('media') }} as media
    on images.store_id = media.store_id and images.media_id = media.media_id
