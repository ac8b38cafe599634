{{ config(materialized='table', indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}, {'columns': ['is_changed']}]) }}
{#-
  Every landed product and variation, whether it changed since the last build, and those that were taken out of the
  landed tables (is_changed without a source). `int_built_rows` has what the last build was made from.

  PostgreSQL gives a row a new xmin when it is written. It shows a new row more surely than synced_at, which stays the
  same when a row comes twice in one run. A full sync writes all rows again, most of them as they were, so a row of a new
  xmin is compared by a digest of its values: it is_landed_anew, but has only changed when that differs.

  Whether the last full sync met a row is worked out here, too: rows and snapshots that a sync brings while the model is
  built belong together, and to the next build.
-#}
{%- set built = adapter.get_relation(this.database, this.schema, 'int_built_rows') if execute and not flags.FULL_REFRESH -%}
with landed as (
    -- An id is one post of the store. Should it be in both tables, the newer row counts.
    select distinct on (store_id, product_id)
        store_id,
        product_id,
        source,
        synced_at,
        xmin as landed_version
    from {{ landed_products() }} as both_tables
    order by store_id, product_id, synced_at desc nulls last, source
),

rules as materialized (
    select store_id, md5('{{ rules_digest() }}' || digest) as rules
    from {{ ref('stg_woo__store_rules') }}
),

versioned as (
    select landed.*, rules.rules, case when landed.synced_at < snapshots.started_at then snapshots.started_at end as vanished_at
    from landed
    left join rules on landed.store_id = rules.store_id
    left join {{ landed('snapshots', {'store_id': 'text', 'stream': 'text', 'started_at': 'timestamp'}) }} as snapshots
        on landed.store_id = snapshots.store_id and landed.source = snapshots.stream
),

digests as (
    {{ landed_digests('products', built) }}
    union all
    {{ landed_digests('product_variations', built) }}
)

{% if built %}
select
    store_id,
    product_id,
    versioned.source,
    versioned.synced_at,
    versioned.vanished_at,
    versioned.landed_version,
    versioned.rules,
    coalesce(digests.digest, built.digest) as digest,
    built.landed_version is distinct from versioned.landed_version as is_landed_anew,
    (built.digest, built.source, built.rules)
    is distinct from (coalesce(digests.digest, built.digest), versioned.source, versioned.rules) as is_changed
from versioned
left join digests using (store_id, product_id, source)
full outer join {{ built }} as built using (store_id, product_id)
{% else %}
select versioned.*, digests.digest, true as is_landed_anew, true as is_changed
from versioned
inner join digests using (store_id, product_id, source)
{% endif %}
