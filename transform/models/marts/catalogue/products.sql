{{ config(materialized='steady_view') }}
-- Products and variations. Columns named own_... are as the store sent them; the plain ones are as it shows them.
{%- set columns = [
    'facts.store_id',
    'facts.product_id',
    'facts.kind',
    'facts.sku',
    'facts.parent_id',
    'facts.parent_sku',
    'facts.name',
    'own.name as own_name',
    'own.slug',
    'own.permalink',
    'facts.status',
    'facts.is_published',
    'coalesce(own.visibility, parent.visibility) as visibility',
    'own.is_featured',
    'facts.is_deleted',
    'facts.deleted_at',
    'facts.deletion_reason',
    'own.description',
    'own.short_description',
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
    'own.weight as own_weight',
    'own.length as own_length',
    'own.width as own_width',
    'own.height as own_height',
    'own.tax_status as own_tax_status',
    'own.tax_class as own_tax_class',
    'own.shipping_class as own_shipping_class',
    'facts.own_main_image_id',
    'own.manage_stock as own_manage_stock',
    'own.stock_quantity as own_stock_quantity',
    'own.sku as own_sku',
    'facts.not_numbers',
    'own.is_virtual',
    'own.is_downloadable',
    'own.is_purchasable',
    'own.is_sold_individually',
    'own.external_url',
    'own.button_text',
    'own.reviews_allowed',
    'own.average_rating',
    'own.rating_count',
    'own.total_sales',
    'own.menu_order',
    'own.created_at',
    'own.modified_at',
    'built.synced_at',
    'own.sku_as_sent',
    'facts.gtin_as_sent',
    'facts.main_image_url',
    'facts.has_password',
    'facts.language',
    'facts.translation_group',
    'facts.is_default_language'
] -%}
{%- set taken = [] -%}
{%- for column in columns %}{% do taken.append(column.replace(' as ', '.').split('.') | last) %}{% endfor %}
select
    {{ columns | join(',\n    ') }}
    {%- for field in var('promoted_custom_fields') %},
    promoted.{{ adapter.quote(new_column(field, taken)) }}
    {%- endfor %}
from {{ ref('int_product_facts') }} as facts
inner join {{ ref('stg_woo__products') }} as own
    on facts.store_id = own.store_id and facts.product_id = own.product_id
left join {{ ref('stg_woo__products') }} as parent
    on facts.store_id = parent.store_id and facts.parent_id = parent.product_id
left join {{ ref('int_built_rows') }} as built
    on facts.store_id = built.store_id and facts.product_id = built.product_id
left join {{ ref('int_promoted_values') }} as promoted
    on facts.store_id = promoted.store_id and facts.product_id = promoted.product_id
