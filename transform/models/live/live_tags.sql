{{ not_deleted('tags') }}
