"""The console of the PIM database: its embedded PostgreSQL, and the demonstration."""
