{{ of_live_products('stock') }}
