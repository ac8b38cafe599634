{{ not_deleted('categories') }}
