"""The console of the PIM database."""
