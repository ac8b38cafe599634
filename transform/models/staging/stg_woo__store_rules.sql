{#-
  A digest of what all products of a store are read by: its currency, taxes, languages, units and clock, whether it keeps stock, the names of
  its attributes, options, categories and brands, which fields came at all, and which stores there are. When it changes,
  all its rows count as changed.
-#}
{% set lists = {
    'product_attributes': ['name', 'slug'],
    'product_attribute_terms': ['attribute_id', 'name', 'slug'],
    'product_categories': ['name', 'parent'],
    'product_brands': ['name']
} %}
with parts as (
    select
        store_id,
        concat_ws(
            '|', currency, requested_currency, prices_include_tax, calculate_taxes, price_decimals, weight_unit, dimension_unit,
            manage_stock, name, home, language, namespaces
        ) as part
    from {{ landed('stores', {
        'store_id': 'text', 'currency': 'text', 'weight_unit': 'text', 'dimension_unit': 'text', 'manage_stock': 'text',
        'name': 'text', 'requested_currency': 'text', 'prices_include_tax': 'text', 'calculate_taxes': 'text',
        'price_decimals': 'text', 'home': 'text', 'language': 'text', 'namespaces': 'array'
    }) }} as stores
    union all
    -- The hours from UTC of a store with a time zone change with the season, and nothing depends on them.
    select store_id, coalesce(time_zone, ahead_of_utc::text)
    from {{ ref('stg_woo__store_clocks') }}
    union all
    select store_id, string_agg(concat_ws('.', source, field), '|' order by source, field)
    from {{ ref('stg_woo__sent_fields') }}
    group by store_id
    {%- for table, columns in lists.items() %}
    union all
    select
        listed.store_id,
        md5(string_agg(concat_ws('|', listed.id, {% for column in columns %}listed.{{ column }}, {% endfor %}snapshots.started_at > listed.synced_at), '/' order by listed.id))
    from {{ landed(table, dict(
        {'store_id': 'text', 'id': 'bigint', 'synced_at': 'timestamp', 'attribute_id': 'bigint', 'parent': 'bigint'},
        name='text', slug='text'
    )) }} as listed
    left join {{ landed('snapshots', {'store_id': 'text', 'stream': 'text', 'started_at': 'timestamp'}) }} as snapshots
        on listed.store_id = snapshots.store_id and snapshots.stream = '{{ table }}'
    group by listed.store_id
    {% endfor %}
)

select
    store_id,
    md5(
        string_agg(part, '/' order by part)
        || (select string_agg(distinct everywhere.store_id, '/' order by everywhere.store_id) from parts as everywhere)
    ) as digest
from parts
group by store_id
