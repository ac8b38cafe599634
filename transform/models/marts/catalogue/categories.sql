{{ config(indexes=[{'columns': ['store_id', 'category_id'], 'unique': true}]) }}
{{ term_tree('product_categories', 'category', 'category_id') }}
