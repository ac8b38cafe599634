{{ not_deleted('attributes') }}
