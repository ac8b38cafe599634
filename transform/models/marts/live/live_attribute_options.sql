{{ not_deleted('attribute_options') }}
