"""Measures what the project promises. Each module runs by itself and prints one line of JSON; `faults` a table."""
