"""Reads a list page by page, so that no row is missed while the store is being edited."""
