{{ config(materialized='table', indexes=[{'columns': ['store_id', 'media_id'], 'unique': true}]) }}
-- Pictures as the row read last has them: one picture can serve many products. One without an attachment is known by its
-- address.
with sent as (
    select
        images.store_id, images.media_id, images.url, images.name, images.alt_text,
        max(landed.synced_at) as synced_at,
        count(*) as uses
    from {{ ref('stg_woo__product_images') }} as images
    inner join {{ ref('stg_woo__landed_rows') }} as landed
        on images.store_id = landed.store_id and images.product_id = landed.product_id
    group by images.store_id, images.media_id, images.url, images.name, images.alt_text
)

select distinct on (store_id, media_id, case when media_id is null then url end)
    store_id,
    media_id,
    url,
    {{ decoded('name') }} as name,
    {{ decoded('alt_text') }} as alt_text,
    sum(uses) over (partition by store_id, media_id, case when media_id is null then url end) as product_count
from sent
order by store_id, media_id, case when media_id is null then url end, url is null, synced_at desc, url, name, alt_text
