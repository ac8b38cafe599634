"""The routes of a store's REST API and their parameters, read from its own listing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\(\?P<[^()]*\)")


class Routes:
    """The readable routes of some namespaces.

    Args:
        listings: responses of `GET /wp-json/NAMESPACE`, which need no key: {"routes": {PATTERN: {"endpoints":
            [{"methods": [...], "args": {...}}]}}}. WooCommerce silently ignores unknown parameters, so only
            this listing shows what a route accepts.
    """

    def __init__(self, *listings: Mapping[str, Any]) -> None:
        self._parameters: dict[str, frozenset[str]] = {}
        for listing in listings:
            for pattern, route in _mapping(_mapping(listing).get("routes")).items():
                endpoints = [_mapping(endpoint) for endpoint in _values(_mapping(route).get("endpoints"))]
                readable = [endpoint for endpoint in endpoints if "GET" in _values(endpoint.get("methods"))]
                if readable:
                    names = [_mapping(endpoint.get("args")) for endpoint in readable]
                    self._parameters[route_path(pattern)] = frozenset[str]().union(*names)

    def has(self, path: str) -> bool:
        """Return whether a route can be read. Placeholders are written as {}: `wc/v3/products/{}/variations`."""
        return path in self._parameters

    def takes(self, path: str, parameter: str) -> bool:
        """Return whether a route accepts a parameter."""
        return parameter in self._parameters.get(path, ())


def _mapping(value: Any) -> Mapping[str, Any]:
    # PHP sends an empty object as a list.
    return value if isinstance(value, Mapping) else {}


def _values(value: Any) -> Collection[Any]:
    # PHP sends a list with gaps as an object with the positions as keys.
    return value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()


def route_path(pattern: str) -> str:
    r"""Turn a route's pattern into a path: `/wc/v3/products/(?P<id>[\d]+)` becomes `wc/v3/products/{}`."""
    return _PLACEHOLDER.sub("{}", pattern).strip("/")
