"""The ways in which a consumer key and its secret are shown to WooCommerce."""

from __future__ import annotations

from requests.auth import AuthBase, HTTPBasicAuth


def basic(consumer_key: str, consumer_secret: str) -> AuthBase:
    """Show the key in the Authorization header. WooCommerce ignores it over plain http (11.0.1, 9.9.5, 5.9.0)."""
    # requests encodes text as Latin-1; keys are ASCII, and what is not must still travel as typed.
    return HTTPBasicAuth(consumer_key.encode(), consumer_secret.encode())
