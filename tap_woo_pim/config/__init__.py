"""The settings: declared, read, checked."""
