{{ config(indexes=[{'columns': ['store_id', 'media_id'], 'unique': true}]) }}
-- Pictures, as the row read last tells of them: one picture can serve many products.
select distinct on (store_id, media_id)
    store_id,
    media_id,
    url,
    {{ decoded('name') }} as name,
    {{ decoded('alt_text') }} as alt_text,
    count(*) over (partition by store_id, media_id) as product_count
from {{ ref('shop_images') }}
order by store_id, media_id, url is null, synced_at desc, product_id
