"""The demonstration: two sample stores, synced the way a user would."""
