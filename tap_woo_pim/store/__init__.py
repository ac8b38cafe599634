"""One store: where its API is, how it takes the key, what it can do."""
