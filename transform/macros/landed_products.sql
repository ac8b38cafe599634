{#-
  Landed products and variations in one shape, their values as landed, as a subquery.

  No view: the loader must be free to alter its tables. No ephemeral model: dbt puts those before the first "with" of a
  statement, and takes the one of "with ordinality" for it (1.11).
-#}
{% macro landed_products() %}
{% set both = {
    'store_id': 'text', 'synced_at': 'timestamp', 'xmin': 'text',
    'name': 'text', 'permalink': 'text', 'status': 'text', 'description': 'text',
    'date_created_gmt': 'timestamp', 'date_modified_gmt': 'timestamp',
    'sku': 'text', 'global_unique_id': 'text',
    'price': 'text', 'regular_price': 'text', 'sale_price': 'text',
    'date_on_sale_from_gmt': 'timestamp', 'date_on_sale_to_gmt': 'timestamp',
    'on_sale': 'boolean', 'purchasable': 'boolean', 'virtual': 'boolean', 'downloadable': 'boolean',
    'tax_status': 'text', 'tax_class': 'text',
    'manage_stock': 'text', 'stock_quantity': 'numeric', 'stock_status': 'text', 'backorders': 'text',
    'low_stock_amount': 'numeric',
    'weight': 'text', 'dimensions': 'object', 'shipping_class': 'text',
    'parent_id': 'bigint', 'menu_order': 'bigint', 'attributes': 'array', 'meta_data': 'array', 'extra_fields': 'object'
} %}
{% set of_products = {
    'id': 'bigint', 'type': 'text', 'slug': 'text', 'post_password': 'text', 'featured': 'boolean', 'catalog_visibility': 'text',
    'short_description': 'text', 'total_sales': 'bigint', 'external_url': 'text', 'button_text': 'text',
    'sold_individually': 'boolean', 'reviews_allowed': 'boolean', 'average_rating': 'text', 'rating_count': 'bigint',
    'upsell_ids': 'array', 'cross_sell_ids': 'array', 'grouped_products': 'array', 'variations': 'array',
    'categories': 'array', 'brands': 'array', 'tags': 'array', 'images': 'array'
} %}
{% set of_variations = {'id': 'bigint', 'type': 'text', 'image': 'object', 'gallery_image_ids': 'array'} %}

(
select
    {{ both | join(', ') }},
    id as product_id,
    'products' as source,
    {{ of_products | reject('equalto', 'id') | join(', ') }},
    null::jsonb as gallery_image_ids
from {{ landed('products', dict(both, **of_products)) }} as products
union all
select
    {{ both | join(', ') }},
    id as product_id,
    'product_variations' as source,
    coalesce(nullif(type, ''), 'variation') as type,
    {% for name, type in of_products.items() if name not in ('id', 'type', 'images') -%}
    null::{{ 'jsonb' if type == 'array' else type }} as {{ name }},
    {% endfor -%}
    case when image is not null then jsonb_build_array(image) else '[]'::jsonb end as images,
    gallery_image_ids
from {{ landed('product_variations', dict(both, **of_variations)) }} as variations
)
{% endmacro %}

{#-
  A digest of all values of those rows of a landed table that were written since the last build.

  Args:
      table: name of the landed table.
      built: the relation with what was built, none for all rows.
-#}
{% macro landed_digests(table, built) -%}
    {%- set found = source('woo', table) -%}
    {%- set relation = adapter.get_relation(found.database, found.schema, found.identifier) if execute -%}
    {%- if relation -%}
    select
        landed.store_id,
        landed.id as product_id,
        '{{ table }}' as source,
        hash_record_extended(
            row(
                {%- for column in adapter.get_columns_in_relation(relation) if column.name != 'synced_at' and not column.name.startswith('_sdc_') %}
                {{ 'landed.' ~ column.quoted ~ (', ' if not loop.last) }}
                {%- endfor %}
            ),
            0
        ) as digest
    from {{ relation }} as landed
    {%- if built %}
    left join {{ built }} as built
        on landed.store_id = built.store_id and landed.id = built.product_id and built.source = '{{ table }}'
    where built.landed_version is distinct from landed.xmin::text
    {%- endif %}
    {%- else -%}
    select null::text as store_id, null::bigint as product_id, null::text as source, null::bigint as digest where false
    {%- endif -%}
{%- endmacro %}
