{{ not_deleted('product_translations') }}
