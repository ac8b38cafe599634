{{ config(
    incremental_strategy='append',
    pre_hook='{{ drop_changed() }}',
    indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}, {'columns': ['store_id', 'parent_id']}]
) }}
-- Products and variations with their own values, typed.
{%- set gtin_fields = var('gtin_meta_keys') | selectattr('field', 'defined') | map(attribute='field') | list %}
{%- set blanks = "E' \\t\\r\\n\\u00a0'" %}
{#- PHP says false where there is no size (5.9.0). -#}
{% set numbers = {
    'price': 'landed.price',
    'regular_price': 'landed.regular_price',
    'sale_price': 'landed.sale_price',
    'weight': 'landed.weight',
    'length': "nullif(landed.dimensions ->> 'length', 'false')",
    'width': "nullif(landed.dimensions ->> 'width', 'false')",
    'height': "nullif(landed.dimensions ->> 'height', 'false')"
} %}
select
    landed.store_id,
    landed.product_id,
    landed.source,
    -- Some plugins list variations among the products, or give them types of their own: subscription_variation.
    landed.source = 'product_variations' or coalesce(landed.type like '%variation', false) as is_variation,
    nullif(landed.parent_id, 0) as parent_id,
    coalesce(landed.type, 'simple') as kind,
    landed.status,
    nullif(btrim({{ decoded('landed.name') }}), '') as name,
    landed.slug,
    landed.permalink,
    landed.catalog_visibility as visibility,
    landed.featured as is_featured,
    landed.description,
    landed.short_description,
    md5(nullif(btrim(landed.description, {{ blanks }}), '')) as description_digest,
    md5(nullif(btrim(landed.short_description, {{ blanks }}), '')) as short_description_digest,
    nullif({{ function('cleaned_code') }}(landed.sku), '') as sku,
    landed.sku as sku_as_sent,
    landed.global_unique_id,
    {%- if gtin_fields %}
    (
        select jsonb_object_agg(field, value)
        from jsonb_each(landed.extra_fields) as fields (field, value)
        where field in ({% for field in gtin_fields %}{{ literal(field) }}{{ ', ' if not loop.last }}{% endfor %})
    ) as gtin_fields,
    {%- else %}
    null::jsonb as gtin_fields,
    {%- endif %}
    {%- for name, text in numbers.items() %}
    {%- if 'price' in name %}
    {{ money(function('to_number') ~ '(' ~ text ~ ')', 'stores.price_decimals') }} as {{ name }},
    {%- else %}
    {{ function('to_number') }}({{ text }}) as {{ name }},
    {%- endif %}
    {%- endfor %}
    -- What stands in the place of a number and is none: {field: text}.
    case
        -- A quick look first: plain numbers, none too long.
        when
            concat_ws('|', {{ numbers.values() | join(', ') }}) !~ '^([0-9]*([.][0-9]+)?([|]|$))*$'
            or length(concat_ws('|', {{ numbers.values() | join(', ') }})) > 40 then nullif(
            jsonb_strip_nulls(
                jsonb_build_object(
                    {%- for name, text in numbers.items() %}
                    '{{ name }}',
                    case when {{ function('to_number') }}({{ text }}) is null then nullif(btrim({{ text }}), '') end{{ ',' if not loop.last }}
                    {%- endfor %}
                )
            ),
            '{}'
        )
    end as not_numbers,
    landed.date_on_sale_from_gmt as sale_from,
    landed.date_on_sale_to_gmt as sale_to,
    landed.on_sale as is_on_sale,
    landed.purchasable as is_purchasable,
    landed.total_sales,
    landed.virtual as is_virtual,
    landed.downloadable as is_downloadable,
    landed.sold_individually as is_sold_individually,
    landed.external_url,
    {{ decoded('landed.button_text') }} as button_text,
    landed.tax_status,
    landed.tax_class,
    landed.shipping_class,
    landed.manage_stock,
    landed.stock_quantity,
    -- WooCommerce before 3.5 sends a flag in its place.
    coalesce(
        landed.stock_status,
        case landed.extra_fields ->> 'in_stock' when 'true' then 'instock' when 'false' then 'outofstock' end
    ) as stock_status,
    landed.backorders,
    landed.low_stock_amount,
    landed.reviews_allowed,
    {{ function('to_number') }}(landed.average_rating) as average_rating,
    landed.rating_count,
    landed.menu_order,
    coalesce(landed.post_password <> '', false) as has_password,
    {{ language_of_row() }} as language,
    case when jsonb_typeof(landed.extra_fields -> 'translations') = 'object' then landed.extra_fields -> 'translations' end
        as translations,
    landed.variations as listed_variations,
    landed.date_created_gmt as created_at,
    landed.date_modified_gmt as modified_at,
    -- WordPress's own note of it: the modified date moves with later changes, and stays where an importer writes it.
    case
        when landed.status = 'trash' then (
            select to_timestamp(max((entry ->> 'value')::bigint)) at time zone 'UTC'
            from jsonb_array_elements(landed.meta_data) as listed (entry)
            where entry ->> 'key' = '_wp_trash_meta_time' and entry ->> 'value' ~ '^[1-9][0-9]{8,9}$'
        )
    end as trashed_at
from {{ changed_products() }}
left join {{ landed('stores', {
    'store_id': 'text', 'home': 'text', 'language': 'text', 'namespaces': 'array', 'price_decimals': 'integer'
}) }} as stores
    on landed.store_id = stores.store_id
