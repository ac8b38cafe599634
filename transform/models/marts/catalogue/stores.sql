{{ config(indexes=[{'columns': ['store_id'], 'unique': true}]) }}
-- The stores. One whose own row is missing, but not what it sells, is there with its id alone.
with landed as (
    select *
    from {{ landed('stores', {
        'store_id': 'text', 'name': 'text', 'url': 'text', 'home': 'text', 'language': 'text', 'timezone_string': 'text',
        'currency': 'text', 'currency_symbol': 'text', 'price_decimals': 'bigint', 'prices_include_tax': 'text',
        'requested_currency': 'text', 'calculate_taxes': 'text',
        'weight_unit': 'text', 'dimension_unit': 'text', 'default_country': 'text', 'manage_stock': 'text',
        'woocommerce_version': 'text', 'synced_at': 'timestamp'
    }) }} as stores
),

known as (
    select store_id from landed
    union
    select distinct store_id from {{ ref('stg_woo__products') }}
    {%- for table in (
        'product_categories', 'product_tags', 'product_brands', 'product_attributes', 'product_attribute_terms',
        'product_custom_fields', 'unread_rows'
    ) %}
    union
    select store_id from {{ landed(table, {'store_id': 'text'}) }} as {{ table }}
    {%- endfor %}
)

select
    known.store_id,
    {{ function('decode_html') }}(landed.name) as name,
    coalesce(landed.home, landed.url) as url,
    landed.language,
    nullif(landed.timezone_string, '') as time_zone,
    landed.currency,
    {{ function('decode_html') }}(landed.currency_symbol) as currency_symbol,
    landed.price_decimals,
    -- Where no taxes are calculated, a price is the same with and without.
    case when landed.calculate_taxes is distinct from 'no' then landed.prices_include_tax = 'yes' end as prices_include_tax,
    landed.weight_unit,
    landed.dimension_unit,
    split_part(landed.default_country, ':', 1) as country,
    landed.manage_stock = 'yes' as keeps_stock,
    landed.woocommerce_version,
    landed.synced_at,
    nullif(landed.requested_currency, '') as requested_currency
from known
left join landed on known.store_id = landed.store_id
