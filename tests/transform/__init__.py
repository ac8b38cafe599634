"""The PIM model: real dbt on a real PostgreSQL, over rows that the real tap and loader brought."""
