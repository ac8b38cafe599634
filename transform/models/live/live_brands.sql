{{ not_deleted('brands') }}
