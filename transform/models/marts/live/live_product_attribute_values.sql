{{ of_live_products('product_attribute_values') }}
    and not exists (
        select 1
        from {{ ref('attributes') }} as attributes
        where
            attributes.store_id = own.store_id
            and attributes.attribute_code = own.attribute_code
            and attributes.is_deleted
    )
