{{ config(incremental_strategy='append', pre_hook='{{ drop_changed() }}',
          indexes=[{'columns': ['store_id', 'product_id']}]) }}
-- Which categories, brands and tags the store gives a product, in its order.
select distinct on (landed.store_id, landed.product_id, lists.taxonomy, (entry ->> 'id')::bigint)
    landed.store_id,
    landed.product_id,
    lists.taxonomy,
    (entry ->> 'id')::bigint as term_id,
    place as position,
    entry ->> 'name' as name,
    entry ->> 'slug' as slug
from {{ changed_products() }}
cross join lateral (
    values ('category', landed.categories), ('brand', landed.brands), ('tag', landed.tags)
) as lists (taxonomy, entries)
cross join lateral jsonb_array_elements(lists.entries) with ordinality as listed (entry, place)
where entry ->> 'id' ~ '^[1-9][0-9]{0,17}$'
order by landed.store_id, landed.product_id, lists.taxonomy, (entry ->> 'id')::bigint, place
