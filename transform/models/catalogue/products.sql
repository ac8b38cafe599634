{{ config(materialized='steady_view') }}
-- Products and variations. Columns named own_... are as the shop sent them; the plain ones are as it shows them.
{%- set columns = [
    'facts.store_id',
    'facts.product_id',
    'facts.kind',
    'facts.sku',
    'facts.parent_id',
    'facts.parent_sku',
    'facts.name',
    'shop.name as own_name',
    'shop.slug',
    'shop.permalink',
    'facts.status',
    'facts.is_published',
    'coalesce(shop.visibility, parent.visibility) as visibility',
    'shop.is_featured',
    'facts.is_deleted',
    'facts.deleted_at',
    'facts.deletion_reason',
    'shop.description',
    'shop.short_description',
    'facts.gtin',
    'facts.gtin_kind',
    'case when facts.gtin is not null then facts.gtin_kind is not null end as is_gtin_valid',
    'facts.gtin_source',
    'facts.currency',
    'facts.price',
    'facts.regular_price',
    'facts.sale_price',
    'facts.is_on_sale',
    'facts.weight',
    'facts.weight_unit',
    'facts.length',
    'facts.width',
    'facts.height',
    'facts.dimension_unit',
    'facts.tax_status',
    'facts.tax_class',
    'facts.shipping_class',
    'facts.main_image_id',
    'facts.stock_kept_by',
    'facts.stock_quantity',
    'facts.stock_status',
    'shop.weight as own_weight',
    'shop.length as own_length',
    'shop.width as own_width',
    'shop.height as own_height',
    'shop.tax_status as own_tax_status',
    'shop.tax_class as own_tax_class',
    'shop.shipping_class as own_shipping_class',
    'shop.main_image_id as own_main_image_id',
    'shop.manage_stock as own_manage_stock',
    'shop.stock_quantity as own_stock_quantity',
    'shop.sku as own_sku',
    'facts.not_numbers',
    'shop.is_virtual',
    'shop.is_downloadable',
    'shop.is_purchasable',
    'shop.is_sold_individually',
    'shop.external_url',
    'shop.button_text',
    'shop.reviews_allowed',
    'shop.average_rating',
    'shop.rating_count',
    'shop.total_sales',
    'shop.menu_order',
    'shop.created_at',
    'shop.modified_at',
    'built.synced_at'
] -%}
{%- set taken = [] -%}
{%- for column in columns %}{% do taken.append(column.replace(' as ', '.').split('.') | last) %}{% endfor %}
select
    {{ columns | join(',\n    ') }}
    {%- for field in var('promoted_custom_fields') %},
    promoted.{{ adapter.quote(new_column(field, taken)) }}
    {%- endfor %}
from {{ ref('product_facts') }} as facts
inner join {{ ref('shop_products') }} as shop
    on facts.store_id = shop.store_id and facts.product_id = shop.product_id
left join {{ ref('shop_products') }} as parent
    on facts.store_id = parent.store_id and facts.parent_id = parent.product_id
left join {{ ref('built_rows') }} as built
    on facts.store_id = built.store_id and facts.product_id = built.product_id
left join {{ ref('promoted_values') }} as promoted
    on facts.store_id = promoted.store_id and facts.product_id = promoted.product_id
