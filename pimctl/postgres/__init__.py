"""The embedded PostgreSQL, and the database of the user's own that stands in its place."""
