"""Normalises the address of a store as people type it, and compares addresses."""

from __future__ import annotations

import html
import re
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

import requests
from requests.utils import parse_header_links

API_RELATION = "https://api.w.org/"
"""The relation by which WordPress (4.4 and later) names its API root in the Link header of its pages."""

MOST_OF_A_LABEL = 63
"""The longest part of a host name, in letters."""

_PORTS = {"http": 80, "https": 443}
_NO_ADDRESS = "site_url is not a web address. Give it as https://store.example"
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_INNER_PAGES = re.compile(r"/(wp-json|wp-admin|wp-login\.php|wp-content|index\.php)(/.*)?$", re.IGNORECASE)
_LINK = re.compile(
    rf"""<link\s+rel=["']{re.escape(API_RELATION)}["']\s+href=["']([^"']{{1,2000}})["']""", re.IGNORECASE
)
_SECRETS_IN_URL = re.compile(r"consumer_(key|secret)|\b[cC][ksKS]_[0-9a-fA-F]{8,}|oauth_")


def site_address(typed: str) -> str:
    """Normalise the address of a store.

    Args:
        typed: with or without scheme, trailing slash, sub-folder, /wp-json, /wp-admin; in any case; IDN or not.

    Returns:
        Scheme, host in lower case and ASCII, port unless it is the default, sub-folder; no trailing slash.

    Raises:
        ValueError: it is not a web address, or contains a user name or an API key. The text says which, without the
            address.
    """
    text = typed.strip()
    if holds_key(text):
        raise ValueError("site_url contains a key. Enter only the address; key and secret have their own settings")
    address = text if _SCHEME.match(text) else f"https://{text.lstrip('/')}"
    try:
        parts = urlsplit(requests.Request("GET", address).prepare().url or "")
        port = parts.port
    except (requests.RequestException, ValueError):
        parts, port = SplitResult("", "", "", "", ""), None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("https", "http") or not host or " " in text:
        raise ValueError(_NO_ADDRESS)
    if parts.username is not None:
        raise ValueError(
            "site_url contains a user name. Enter only the address; key and secret have their own settings"
        )
    if ":" not in host and not all(0 < len(label) <= MOST_OF_A_LABEL for label in host.split(".")):
        raise ValueError(_NO_ADDRESS)
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    return f"{parts.scheme}://{place}{_INNER_PAGES.sub('', parts.path).rstrip('/')}"


def holds_key(text: str) -> bool:
    """Return whether a text contains half of an API key, or the name of a parameter that carries one."""
    return _SECRETS_IN_URL.search(text) is not None


def default_store_id(site_url: str) -> str:
    """Name a store after its address: https://www.store.example/de becomes store.example-de."""
    parts = urlsplit(site_address(site_url))
    host = (parts.hostname or "").removeprefix("www.")
    port = f"-{parts.port}" if parts.port else ""
    return re.sub(r"[^a-z0-9.-]+", "-", f"{host}{port}{parts.path}".lower()).strip("-")


def is_same_store(one: str, other: str) -> bool:
    """Return whether two URLs have the same host, with or without www."""
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return hosts[0] == hosts[1]


def moves_port(url: str, target: str) -> bool:
    """Return whether a redirect leads to another port, where another program may listen, and not just to https."""
    here, there = urlsplit(url), urlsplit(target)
    usual = _PORTS.get(here.scheme)
    return here.scheme == there.scheme and (here.port or usual) != (there.port or usual)


def route(url: str) -> str | None:
    """Return the route of the REST API in a URL; None if its path has none."""
    _, prefix, found = urlsplit(url).path.partition("/wp-json/")
    return "/".join(filter(None, found.lower().split("/"))) if prefix else None


def origin(url: str) -> str:
    """Cut a URL to what may be shown: scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def resolved(link: str, page_url: str) -> str | None:
    """Return the address that a link on a page leads to; None if it is not an address."""
    try:
        address = urljoin(page_url, link)
        _ = urlsplit(address).port
    except ValueError:  # brackets without an IPv6 address in them, or a malformed port
        return None
    return address


def api_root(link_header: str, page: str, page_url: str) -> str | None:
    """Find the API root that a page of the store names: in its Link header or, as caches drop that, in a `<link>`.

    Args:
        link_header: all values of the header, joined by commas.
        page: the page's text.
        page_url: the page that was requested.

    Returns:
        The root's URL, with its query if it has one; None if the page names none.
    """
    links = [link["url"] for link in parse_header_links(link_header) if link.get("rel") == API_RELATION]
    links += [html.unescape(found[1]) for found in _LINK.finditer(page)]
    return next(filter(None, (resolved(link, page_url) for link in links)), None)


def extra_parameters(url: str, known: set[str]) -> dict[str, str]:
    """Return the query parameters that a redirect adds to those that were sent."""
    return {
        name: value
        for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
        if name not in known and not name.startswith(("consumer_", "oauth_"))
    }
