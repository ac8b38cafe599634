{{ config(materialized='steady_view') }}
-- What other products decide, of this store and others, so that all is worked out anew in each build: shared SKUs and
-- GTINs, relations; and promoted fields, and rows that did not come.
with live as not materialized (
    select *
    from {{ ref('int_product_facts') }}
    where not is_deleted
),

fully_synced as (
    select store_id, stream, started_at
    from {{ landed('snapshots', {'store_id': 'text', 'stream': 'text', 'started_at': 'timestamp'}) }} as snapshots

    union all

    -- Nothing vanishes from it, so it has no snapshot. Its row is written only when nothing is missing that an earlier one had.
    select store_id, 'stores', synced_at
    from {{ landed('stores', {'store_id': 'text', 'synced_at': 'timestamp'}) }} as stores
),

gtin_carriers as materialized (
    select store_id, product_id, language, coalesce(translation_group, product_id) as thing, gtin,
        {{ gtin_14('gtin', 'gtin_kind') }} as code, case when is_variation then parent_id end as parent_id
    from live
    where gtin_kind is not null
),

shared_gtins as (
    select *
    from gtin_carriers
    inner join (
        select store_id, code from gtin_carriers group by store_id, code having count(*) > 1
    ) as several using (store_id, code)
),

-- A parent that has the GTIN of one of its variations stands for that one.
sold_gtins as (
    select *
    from shared_gtins as own
    where not exists (
        select 1
        from shared_gtins as variation
        where
            variation.store_id = own.store_id and variation.parent_id = own.product_id and variation.code = own.code
    )
)

select live.store_id, live.product_id, 'duplicate_sku' as check_name, null as severity, '' as subject,
    'The SKU ' || sku || ' is on ' || shared.carriers || ' products or variations of this store: ids ' || shared.ids
    || case when shared.carriers > 10 then ', ...' else '' end || '.' as message
from (
    -- Translations share an SKU on purpose.
    select store_id, sku, live.language, count(*) as carriers,
        array_to_string((array_agg(live.product_id order by live.product_id))[1:10], ', ') as ids
    from {{ ref('int_sku_carriers') }} as standing
    inner join live using (store_id, sku)
    where standing.is_duplicate
    group by store_id, sku, live.language
    having count(distinct coalesce(live.translation_group, live.product_id)) > 1
) as shared
inner join live using (store_id, sku)
where live.language is not distinct from shared.language

union all
select sold.store_id, sold.product_id, 'duplicate_gtin', null, '',
    'The GTIN ' || sold.gtin || ' is on ' || shared.carriers || ' products or variations of this store: ids ' || shared.ids
    || case when shared.carriers > 10 then ', ...' else '' end || '.'
from (
    select store_id, code, language, count(*) as carriers,
        array_to_string((array_agg(product_id order by product_id))[1:10], ', ') as ids
    from sold_gtins
    group by store_id, code, language
    having count(distinct thing) > 1
) as shared
inner join sold_gtins as sold using (store_id, code)
where sold.language is not distinct from shared.language

union all
select relations.store_id, relations.product_id, 'broken_relation', null,
    relations.kind || ' ' || relations.related_product_id,
    case relations.kind
        when 'grouped' then 'The group holds product '
        when 'bundled' then 'The bundle holds product '
        when 'component' then 'The composite offers product '
        when 'upsell' then 'The upsells name product '
        else 'The cross-sells name product '
    end || relations.related_product_id || ', which is not in the store.'
from {{ ref('live_product_relations') }} as relations
where relations.is_broken and (relations.store_id, 'products') in (select store_id, stream from fully_synced)

union all
select live.store_id, live.product_id, 'deleted_elsewhere', null, '',
    'The SKU ' || live.sku || ' is live here, but in the trash or gone in ' || array_to_string(master.deleted_in, ', ') || '.'
from live
inner join {{ ref('master_products') }} as master using (sku)
where cardinality(master.deleted_in) > 0

union all
select custom.store_id, custom.product_id, 'custom_field_misfit', null, custom.key,
    'The custom field ' || custom.key || ' is "' || left(custom.value_text, 40) || '", which does not fit its column.'
from {{ ref('live_product_custom_values') }} as custom
inner join {{ ref('int_promoted_values') }} as promoted using (store_id, product_id)
where
    custom.position = 1
    and btrim(custom.value_text) <> ''
    and case custom.key
        {%- for field in var('promoted_custom_fields') %}
        when {{ literal(field.key) }} then promoted.{{ adapter.quote(field.column) }} is null
        {%- endfor %}
        when '' then false
    end

union all
select unread.store_id,
    case
        when unread.stream in ('products', 'product_variations')
            then substring(unread.position from '^id ([0-9]{1,18})$')::bigint
    end, 'unread_row', null,
    unread.stream || ' ' || unread.position,
    'The store could not deliver ' || unread.position || ' of ' || replace(unread.stream, '_', ' ') || ': ' || coalesce(unread.reason, 'no reason given')
from {{ landed('unread_rows', {
    'store_id': 'text', 'stream': 'text', 'position': 'text', 'reason': 'text', 'synced_at': 'timestamp'
}) }} as unread
left join fully_synced on unread.store_id = fully_synced.store_id and unread.stream = fully_synced.stream
-- A later full sync had it.
where fully_synced.started_at is null or unread.synced_at >= fully_synced.started_at
