"""Talks to a store over HTTP: requests, responses, retries, and what a failure means."""
