{{ of_live_products('product_custom_values') }}
