{{ not_deleted('products') }}
