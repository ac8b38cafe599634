{{ of_live_products('product_tags') }}
    and not own.is_tag_deleted
