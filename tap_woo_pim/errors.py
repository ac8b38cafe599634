"""What an answer that is no data means, in one sentence with its remedy.

Statuses, codes and texts as seen on WooCommerce 11.0.1, 9.9.5 and 5.9.0 (WordPress 6.9).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

import requests

SIZE_STATUSES = frozenset({500, 502, 504, 508, 520, 521, 522, 523, 524})
"""Server errors that a large page may cause where a smaller one succeeds."""

RETRIED_STATUSES = SIZE_STATUSES | {408, 425, 429, 503}

_REFUSALS = {
    "Consumer secret is invalid.": (
        "the secret does not belong to this key. Enter the secret that was shown when the key was made,"
        " or make a new key"
    ),
    "The API key provided does not have read permissions.": (
        "the key may only write. Set its permissions to Read in WooCommerce > Settings > Advanced > REST API"
    ),
    "rest_no_route": "the shop has no such route. Update WooCommerce, or deselect this component",
    "woocommerce_rest_cannot_view 401": (
        "the key was not recognised. Check consumer_key, or make a new key with read permission in this shop"
    ),
    "woocommerce_rest_cannot_view 403": (
        "the user of this key may not view this. Give the key to an administrator or shop manager,"
        " or deselect the component"
    ),
    "400": "the shop did not accept the request's parameters. Check extra_query_parameters",
    "401": "the shop asks for another log-in. Allow the REST API in the plugin that locks it, and check consumer_key",
    "403": "a firewall or a plugin refused the request. Allow this machine's address and the tap's user agent there",
    "404": (
        "there is no REST API at this address. Check site_url, and that permalinks are not plain"
        " (WordPress > Settings > Permalinks)"
    ),
}
"""Causes and remedies by an answer's message, its code, its code and status, or its status: the first that fits."""


class WooError(NamedTuple):
    """The code and the text of a WordPress error answer; empty where the body is none."""

    code: str
    message: str


def woo_error(body: bytes) -> WooError:
    """Read the code and the text of an error answer such as {"code": "...", "message": "..."}."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return WooError("", "")
    if not isinstance(data, Mapping):
        return WooError("", "")
    return WooError(str(data.get("code", "")), str(data.get("message", "")))


def refusal(status: int, body: bytes) -> str:
    """Say why the shop refused a request for good, and what to do.

    Args:
        status: HTTP status from 300 on that is not worth trying again.
        body: the body of the answer; no part of it is repeated.
    """
    error = woo_error(body)
    for sign in (error.message, error.code, f"{error.code} {status}", str(status)):
        if sign in _REFUSALS:
            return _REFUSALS[sign]
    return f"the shop answered with HTTP status {status}. Check site_url"


def connection_trouble(error: requests.RequestException) -> str:
    """Say why no answer came. Never the error's own text, which holds the URL and with it the query.

    Args:
        error: what requests raised.
    """
    text = str(error)
    if isinstance(error, requests.exceptions.SSLError):
        return "its TLS certificate is not trusted. Renew it, or set ca_bundle to the CA that signed it"
    if isinstance(error, requests.exceptions.Timeout):
        return "it did not answer in time. Try later, or raise request_timeout_seconds"
    if "NameResolutionError" in text or "Name or service not known" in text or "getaddrinfo" in text:
        return "its host name was not found. Check site_url"
    if "Connection refused" in text or "Errno 111" in text:
        return "it refused the connection. Check site_url and that the shop is up"
    return "the connection broke off. Check the network and that the shop is up"
