{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}]) }}
-- The pictures of a product in the store's order, the main one first. One without an attachment has no media_id.
select
    landed.store_id,
    landed.product_id,
    pictures.place as position,
    pictures.media_id,
    pictures.url,
    pictures.name,
    pictures.alt_text
from {{ changed_products() }}
cross join lateral {{ pictures() }} as pictures
