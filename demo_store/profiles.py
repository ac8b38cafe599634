"""Know the recorded versions of WooCommerce: their routes and parameters, and the rows of their stores."""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from demo_store.php import Fields

PROFILES = ("11.0.1", "9.9.5", "5.9.0")
"""The recorded versions, newest first."""

PLUGINS = (
    "featured-image-from-url",
    "perfect-woocommerce-brands",
    "polylang",
    "secure-custom-fields",
    "woo-product-bundle-float",
    "woocommerce-germanized",
    "woocommerce-subscriptions-core",
    "yith-woocommerce-product-bundles",
)
"""Plugins of which rows were recorded, on the newest version."""

RECORDED_HOME = "https://store.example"
"""The address that stands in all recorded rows."""

LISTS = (
    "products",
    "products_trash",
    "variations_flat",
    "categories",
    "tags",
    "brands",
    "attributes",
    "attribute_terms",
    "shipping_classes",
    "tax_classes",
    "taxes",
    "reviews",
    "custom_field_names",
    "currency_current",
    "settings_general",
    "settings_products",
    "settings_tax",
)


def known(version: str) -> str:
    """Give a version back when it was recorded; ValueError naming those that were, when not."""
    if version not in PROFILES:
        raise ValueError(f"No recording of WooCommerce {version}; there are {', '.join(PROFILES)}.")
    return version


@dataclass(frozen=True)
class Route:
    r"""One route of a namespace.

    Attributes:
        pattern: the route as WordPress registers it, for instance `/wc/v3/products/(?P<id>[\d]+)`.
        name: the pattern without its namespace, which chooses the handler.
        namespace: for instance `wc/v3`.
        methods: the methods a signed-in shop manager may use.
        args: parameter name to its specification (type, enum, default, minimum, maximum, items, format).
    """

    pattern: str
    name: str
    namespace: str
    methods: tuple[str, ...]
    args: dict[str, Fields]


@cache
def read_json(version: str, name: str) -> Any:
    """Read one recorded document of a version, for instance `api_root`; of `plugins`, the rows of one of `PLUGINS`."""
    path = files("demo_store") / "data" / version / f"{name}.json.gz"
    return msgspec.json.decode(gzip.decompress(path.read_bytes()))


@cache
def read_list(version: str, name: str) -> tuple[Any, ...]:
    """Read one recorded list of a version, in the recorded order; empty where the version has no such route."""
    path = files("demo_store") / "data" / version / f"{name}.jsonl.gz"
    if not path.is_file():
        return ()
    return tuple(msgspec.json.decode(line) for line in gzip.decompress(path.read_bytes()).splitlines())


@cache
def routes(version: str) -> dict[str, Route]:
    """List the routes of wc/v3, wc-analytics and wc/v2 of a version by their patterns."""
    table: dict[str, Route] = {}
    document = read_json(version, "namespace_wc_v3")["routes"]
    for pattern, route in document.items():
        readable = (part for part in route["endpoints"] if "GET" in part["methods"])
        endpoint: Fields = next(readable, {"args": {}})
        args = endpoint["args"] if isinstance(endpoint["args"], dict) else {}
        table[pattern] = Route(
            pattern, pattern.removeprefix("/wc/v3").strip("/"), "wc/v3", tuple(route["methods"]), args
        )
    for namespace, others in read_json(version, "routes_other_namespaces").items():
        for pattern, other in others.items():
            name = pattern.removeprefix(f"/{namespace}").strip("/")
            twin = document.get(f"/wc/v3/{name}") or _twin(document, name)
            specs = twin["endpoints"][0]["args"] if twin else {}
            args = {arg: specs.get(arg, {}) for arg in other["get_arguments"]}
            table[pattern] = Route(pattern, name, namespace, tuple(dict.fromkeys(other["methods"])), args)
    for name in ("settings", r"settings/(?P<group_id>[\w-]+)", "system_status", "taxes", "taxes/classes"):
        # wc/v2 has these too; only its product routes were recorded.
        twin_route = table[f"/wc/v3/{name}"]
        table[f"/wc/v2/{name}"] = Route(f"/wc/v2/{name}", name, "wc/v2", ("GET",), twin_route.args)
    return table


def _twin(document: Fields, name: str) -> Fields | None:
    """Find the wc/v3 route whose parameters a route of another namespace takes."""
    if name == "variations":
        found: Fields = document[r"/wc/v3/products/(?P<product_id>[\d]+)/variations"]
        return found
    return None


@cache
def _patterns(version: str) -> tuple[tuple[re.Pattern[str], Route], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), route) for pattern, route in routes(version).items())


def find_route(version: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Find the route of a path below `/wp-json`, with the values in the path; None where there is none."""
    exact = routes(version).get(path)
    if exact is not None:
        return exact, {}
    for pattern, route in _patterns(version):
        match = pattern.fullmatch(path)
        if match:
            return route, match.groupdict()
    return None
