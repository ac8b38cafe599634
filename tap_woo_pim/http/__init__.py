"""Asks a store over HTTP: requests, answers, retries, and what a failure means."""
