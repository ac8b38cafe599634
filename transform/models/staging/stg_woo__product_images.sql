{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}]) }}
-- The pictures of a product in the store's order, the main one first. A variation's gallery (since 11.0) is ids only.
select
    landed.store_id,
    landed.product_id,
    place as position,
    (entry ->> 'id')::bigint as media_id,
    case when jsonb_typeof(entry -> 'src') = 'string' then nullif(entry ->> 'src', '') end as url,
    entry ->> 'name' as name,
    nullif(btrim(entry ->> 'alt'), '') as alt_text
from {{ changed_products() }}
cross join lateral (
    select entry, place from jsonb_array_elements(landed.images) with ordinality as listed (entry, place)
    union all
    select jsonb_build_object('id', entry), place + 1
    from jsonb_array_elements(landed.gallery_image_ids) with ordinality as listed (entry, place)
) as pictures
where entry ->> 'id' ~ '^[1-9][0-9]{0,17}$'
