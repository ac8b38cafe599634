{{ config(indexes=[{"columns": ["store_id", "product_id"], "unique": true}]) }}
{#-
  Every landed product and variation, whether it changed since the last build, and those that were taken out of the
  landed tables (is_changed without a source).

  PostgreSQL gives a row a new xmin when it is written. It tells a change more surely than synced_at, which stays the
  same when a row comes twice in one run.
-#}
{%- set done = adapter.get_relation(this.database, this.schema, 'shop_products') if execute and not flags.FULL_REFRESH -%}
with landed as (
    -- An id is one post of the shop. Should it be in both tables, the newer row counts.
    select distinct on (store_id, product_id)
        store_id,
        product_id,
        source,
        xmin as landed_version
    from {{ landed_products() }} as both_tables
    order by store_id, product_id, synced_at desc nulls last, source
)

{% if done %}
select
    store_id,
    product_id,
    landed.source,
    landed.landed_version,
    done.landed_version is distinct from landed.landed_version
        or done.source is distinct from landed.source
        or done.rules is distinct from '{{ rules_digest() }}' as is_changed
from landed
full outer join {{ done }} as done using (store_id, product_id)
{% else %}
select
    store_id,
    product_id,
    source,
    landed_version,
    true as is_changed
from landed
{% endif %}
