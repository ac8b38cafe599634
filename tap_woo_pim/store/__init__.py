"""One store: where its API is, how it authenticates, what it can do."""
