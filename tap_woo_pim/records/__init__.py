"""Turns rows into Singer records."""
