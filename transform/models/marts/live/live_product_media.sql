{{ of_live_products('product_media') }}
