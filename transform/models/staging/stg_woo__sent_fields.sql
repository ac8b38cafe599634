{{ config(indexes=[{'columns': ['store_id', 'source', 'field'], 'unique': true}]) }}
{#-
  Which fields of products and variations came at all: of one that a user has deselected, nothing can be missed.

  The first five are never null in a store's answer, so that a store where each row lacks one did not send it. The others
  are null where a product has none; they came when the landed table has the column.
-#}
{% set never_null = {'name': 'text', 'description': 'text', 'images': 'array', 'categories': 'array', 'variations': 'array'} %}
{% set present = ['sku', 'price', 'stock_quantity'] %}
with stores as (
    select store_id from {{ landed('products', {'store_id': 'text'}) }} as products
    union
    select store_id from {{ landed('product_variations', {'store_id': 'text'}) }} as product_variations
)

select stores.store_id, sent.source, sent.field
from stores
cross join lateral (
    {%- for field, type in never_null.items() %}
    select 'products' as source, '{{ field }}' as field
    where exists (
        select 1
        from {{ landed('products', {'store_id': 'text', field: type}) }} as landed
        where landed.store_id = stores.store_id and landed.{{ field }} is not null
    )
    union all
    {%- endfor %}
    select source, field
    from (
        values
            {%- for table in ('products', 'product_variations') %}{% for field in present %}
            ('{{ table }}', '{{ field }}', {{ has_landed(table, field) }}),
            {%- endfor %}{% endfor %}
            (null, null, false)
    ) as columns (source, field, is_there)
    where is_there
) as sent
