{{ of_live_products('product_relations') }}
