{{ config(indexes=[{'columns': ['store_id', 'brand_id'], 'unique': true}]) }}
{{ term_tree('product_brands', 'brand', 'brand_id') }}
