{{ of_live_products('product_brands') }}
    and not own.is_brand_deleted
