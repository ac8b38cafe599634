"""Sets up the Python environment of a checkout."""
