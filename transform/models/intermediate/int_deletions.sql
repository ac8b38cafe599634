{{ config(full_refresh=false, indexes=[{'columns': ['store_id', 'stream', 'id'], 'unique': true}]) }}
{#-
  What is gone from the stores, why, and since when that has been known. A date once found stays, also in a full refresh,
  for the landed tables know the last full sync only; a row that comes back loses it.
-#}
{% set terms = [
    'product_categories', 'product_tags', 'product_brands', 'product_attributes', 'product_attribute_terms'
] %}
with snapshots as (
    select store_id, stream, started_at
    from {{ landed('snapshots', {'store_id': 'text', 'stream': 'text', 'started_at': 'timestamp'}) }} as snapshots
),

products as not materialized (
    -- When a row was seen last changes with each full sync, and the rest of it does not.
    select
        own.store_id, own.source, own.product_id, own.parent_id, own.is_variation, own.kind, own.status,
        own.listed_variations,
        coalesce(own.trashed_at, own.modified_at, landed.synced_at) as trashed_at,
        landed.synced_at
    from {{ ref('stg_woo__products') }} as own
    inner join {{ ref('stg_woo__landed_rows') }} as landed
        on own.store_id = landed.store_id and own.product_id = landed.product_id
),

gone as (
    select store_id, source as stream, product_id as id, 'trashed' as reason, trashed_at as since
    from products
    where status = 'trash'

    union all
    -- Not met in the last full sync.
    select store_id, source, product_id, 'vanished', vanished_at
    from {{ ref('stg_woo__landed_rows') }}
    where vanished_at is not null

    union all
    -- The store trashes variations with their parent, but does not always get to all of them.
    select variation.store_id, variation.source, variation.product_id, 'trashed', parent.trashed_at
    from products as variation
    inner join products as parent
        on variation.store_id = parent.store_id and variation.parent_id = parent.product_id
    where variation.is_variation and parent.status = 'trash'

    union all
    -- Left out of the list of a parent read later. Only published and private variations are in that list, and those of
    -- a trashed or future parent are neither.
    select variation.store_id, variation.source, variation.product_id, 'vanished', parent.synced_at
    from products as variation
    inner join products as parent
        on variation.store_id = parent.store_id and variation.parent_id = parent.product_id
    where
        variation.is_variation
        and variation.status in ('publish', 'private')
        and parent.kind not in ('simple', 'grouped', 'external')
        and parent.status not in ('trash', 'future')
        and parent.synced_at > variation.synced_at
        and not parent.listed_variations @> to_jsonb(variation.product_id)

    {% for stream in terms %}
    union all
    select term.store_id, '{{ stream }}', term.id, 'vanished', snapshots.started_at
    from {{ landed(stream, {'store_id': 'text', 'id': 'bigint', 'synced_at': 'timestamp'}) }} as term
    inner join snapshots
        on term.store_id = snapshots.store_id
        and snapshots.stream = '{{ stream }}'
        and term.synced_at < snapshots.started_at
    {% endfor %}
),

first_known as (
    select distinct on (store_id, stream, id) store_id, stream, id, reason, since
    from gone
    order by store_id, stream, id, since, reason
)

select
    first_known.store_id,
    first_known.stream,
    first_known.id,
    first_known.reason,
    {% if is_incremental() -%}
    coalesce(known.deleted_at, first_known.since) as deleted_at
    {%- else -%}
    first_known.since as deleted_at
    {%- endif %}
from first_known
{% if is_incremental() -%}
left join {{ this }} as known using (store_id, stream, id)
{%- endif %}
