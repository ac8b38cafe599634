"""Measures what the project promises. `make bench` runs all but `faults` and `model`, which run by themselves."""
