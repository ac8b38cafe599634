{{ of_live_products('product_categories') }}
    and not own.is_category_deleted
