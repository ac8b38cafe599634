{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}]) }}
-- Which products a product refers to, in its order.
select distinct on (landed.store_id, landed.product_id, lists.kind, entry::bigint)
    landed.store_id,
    landed.product_id,
    lists.kind,
    entry::bigint as related_product_id,
    place as position
from {{ changed_products() }}
cross join lateral (
    values
        ('upsell', landed.upsell_ids), ('cross_sell', landed.cross_sell_ids), ('grouped', landed.grouped_products)
) as lists (kind, entries)
cross join lateral jsonb_array_elements_text(lists.entries) with ordinality as listed (entry, place)
where entry ~ '^[1-9][0-9]{0,17}$'
order by landed.store_id, landed.product_id, lists.kind, entry::bigint, place
