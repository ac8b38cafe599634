{{ config(indexes=[{'columns': ['store_id', 'media_id'], 'unique': true}]) }}
-- Pictures, as the row read last tells of them: one picture can serve many products.
with told as (
    select store_id, media_id, url, name, alt_text, max(synced_at) as synced_at, count(*) as uses
    from {{ ref('shop_images') }}
    group by store_id, media_id, url, name, alt_text
)

select distinct on (store_id, media_id)
    store_id,
    media_id,
    url,
    {{ decoded('name') }} as name,
    {{ decoded('alt_text') }} as alt_text,
    sum(uses) over (partition by store_id, media_id) as product_count
from told
order by store_id, media_id, url is null, synced_at desc, url, name, alt_text
