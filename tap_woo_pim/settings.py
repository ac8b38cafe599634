"""The settings of the tap: declared once, and checked before any request, with a remedy in every error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from singer_sdk import typing as th
from singer_sdk.exceptions import ConfigValidationError

COMPONENTS = (
    "products",
    "variations",
    "categories",
    "tags",
    "brands",
    "attributes",
    "shipping_classes",
    "tax_classes",
    "custom_fields",
    "reviews",
)
DEFAULT_COMPONENTS = tuple(component for component in COMPONENTS if component != "reviews")

CONFIG_JSONSCHEMA = th.PropertiesList(
    th.Property("site_url", th.StringType, required=True, title="Shop address", description="Address of the shop."),
    th.Property(
        "consumer_key",
        th.StringType,
        required=True,
        secret=True,
        title="Consumer key",
        description="Consumer key (ck_...) of a WooCommerce REST API key with read permission.",
    ),
    th.Property(
        "consumer_secret",
        th.StringType,
        required=True,
        secret=True,
        title="Consumer secret",
        description="Consumer secret (cs_...) that belongs to the consumer key.",
    ),
    th.Property(
        "store_id",
        th.StringType,
        title="Store ID",
        description="Stable name of the shop in the PIM database; made from site_url when not given.",
    ),
    th.Property(
        "sync_components",
        th.ArrayType(th.StringType),
        default=list(DEFAULT_COMPONENTS),
        title="Sync components",
        description="What comes over: " + ", ".join(COMPONENTS) + ".",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Bring only products and variations changed after this time.",
    ),
    th.Property(
        "content",
        th.StringType,
        default="rendered",
        allowed_values=["rendered", "raw"],
        title="Content",
        description="Descriptions as visitors see them (rendered) or as typed, with blocks and shortcodes (raw).",
    ),
    th.Property(
        "full_read_interval_hours",
        th.NumberType,
        default=24,
        title="Hours between whole reads",
        description="After this time products and variations are read whole again, which also finds deletions.",
    ),
    th.Property(
        "lookback_seconds",
        th.IntegerType,
        default=300,
        title="Look-back in seconds",
        description="How far before its bookmark an incremental run asks again.",
    ),
    th.Property(
        "max_vanished_percent",
        th.NumberType,
        default=20,
        title="Most rows that may vanish, in percent",
        description="When more of a stream's rows are missing from a whole read, nothing is taken for deleted.",
    ),
    th.Property(
        "page_size",
        th.IntegerType,
        default=100,
        title="Rows a page",
        description="Rows asked for in one request, 1 to 100.",
    ),
    th.Property(
        "max_concurrency",
        th.IntegerType,
        default=4,
        title="Requests in flight",
        description="How many requests the shop gets at once at most, 1 to 32.",
    ),
    th.Property(
        "requests_per_second",
        th.NumberType,
        title="Requests a second",
        description="Most requests that may start in a second; no such limit when not given.",
    ),
    th.Property(
        "fail_on_unread",
        th.BooleanType,
        default=False,
        title="Fail on unread rows",
        description="End a run as failed when the shop could not deliver some rows. All others arrive all the same.",
    ),
    th.Property(
        "request_timeout_seconds",
        th.NumberType,
        default=60,
        title="Time-out in seconds",
        description="How long one request may take to start or to go on answering.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType,
        default=5,
        title="Retries",
        description="How often a failed request is tried again.",
    ),
    th.Property(
        "verify_tls",
        th.BooleanType,
        default=True,
        title="Verify TLS",
        description="Check the shop's certificate. Turn off for a test shop only.",
    ),
    th.Property(
        "ca_bundle",
        th.StringType,
        title="CA bundle",
        description="File of CA certificates to trust, for a shop with a certificate of its own.",
    ),
    th.Property(
        "user_agent",
        th.StringType,
        title="User agent",
        description="How the tap names itself to the shop; tap-woo-pim/VERSION by default.",
    ),
    th.Property(
        "extra_query_parameters",
        th.ObjectType(additional_properties=th.StringType),
        title="Extra query parameters",
        description='Sent with every list request, for language plugins: {"lang": "all"}.',
    ),
).to_dict()


@dataclass(frozen=True)
class Settings:
    """The checked settings of one shop. `site_url` has a scheme and no trailing slash."""

    site_url: str
    consumer_key: str
    consumer_secret: str
    store_id: str
    sync_components: tuple[str, ...]
    start_date: str | None
    content: str
    full_read_interval_hours: float
    lookback_seconds: int
    max_vanished_percent: float
    page_size: int
    max_concurrency: int
    requests_per_second: float | None
    fail_on_unread: bool
    request_timeout_seconds: float
    max_retries: int
    verify_tls: bool
    ca_bundle: str | None
    user_agent: str | None
    extra_query_parameters: Mapping[str, str]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Check a tap configuration.

        Args:
            config: values that satisfy `CONFIG_JSONSCHEMA`, defaults filled in.

        Raises:
            ConfigValidationError: with a sentence for every value that is wrong.
        """
        errors = [
            *_url_errors(config["site_url"]),
            *_key_errors(config["consumer_key"], config["consumer_secret"]),
            *_component_errors(config["sync_components"]),
            *_range_errors(config),
            *_file_errors(config.get("ca_bundle")),
        ]
        if errors:
            raise ConfigValidationError(errors[0], errors=errors, schema=CONFIG_JSONSCHEMA)
        site_url = _with_scheme(config["site_url"].strip()).rstrip("/")
        values: dict[str, Any] = {name: config.get(name) for name in cls.__dataclass_fields__}
        values |= {
            "site_url": site_url,
            "store_id": config.get("store_id") or default_store_id(site_url),
            "sync_components": tuple(config["sync_components"]),
            "extra_query_parameters": config.get("extra_query_parameters") or {},
        }
        return cls(**values)


def default_store_id(site_url: str) -> str:
    """Name a shop after its address: https://www.shop.example/de becomes shop.example-de."""
    parts = urlsplit(_with_scheme(site_url))
    host = (parts.hostname or "").removeprefix("www.")
    port = f"-{parts.port}" if parts.port else ""
    return re.sub(r"[^a-z0-9.-]+", "-", f"{host}{port}{parts.path}".lower()).strip("-")


def _with_scheme(site_url: str) -> str:
    return site_url if "://" in site_url else f"https://{site_url}"


def _url_errors(site_url: str) -> list[str]:
    parts = urlsplit(_with_scheme(site_url.strip()))
    if parts.username or parts.query or "consumer_" in site_url:
        return [
            "site_url holds more than an address. Give the address alone; key and secret have settings of their own."
        ]
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return ["site_url is not a web address. Give it as https://shop.example."]
    return []


def _key_errors(consumer_key: str, consumer_secret: str) -> list[str]:
    if consumer_key.startswith("cs_") and consumer_secret.startswith("ck_"):
        return ["consumer_key and consumer_secret are swapped. The key starts with ck_, the secret with cs_."]
    if not consumer_key.startswith("ck_"):
        return [
            (
                "consumer_key is no WooCommerce consumer key. It starts with ck_;"
                " make one in WooCommerce > Settings > Advanced > REST API."
            )
        ]
    if not consumer_secret.startswith("cs_"):
        return [
            (
                "consumer_secret is no WooCommerce consumer secret. It starts with cs_"
                " and is shown once, when the key is made."
            )
        ]
    return []


def _component_errors(components: list[str]) -> list[str]:
    unknown = [component for component in components if component not in COMPONENTS]
    if unknown:
        return [f"sync_components names {', '.join(map(repr, unknown))}. Choose from {', '.join(COMPONENTS)}."]
    return [] if components else [f"sync_components is empty. Choose from {', '.join(COMPONENTS)}."]


def _range_errors(config: Mapping[str, Any]) -> list[str]:
    ranges: dict[str, tuple[float, float]] = {
        "page_size": (1, 100),
        "max_concurrency": (1, 32),
        "max_retries": (0, 20),
        "request_timeout_seconds": (1, 3600),
        "lookback_seconds": (0, 86_400),
        "requests_per_second": (0.01, 1000),
        "full_read_interval_hours": (0, 8760),
        "max_vanished_percent": (0, 100),
    }
    return [
        f"{name} is {config[name]}. Give a number from {low} to {high}."
        for name, (low, high) in ranges.items()
        if config.get(name) is not None and not low <= config[name] <= high
    ]


def _file_errors(ca_bundle: str | None) -> list[str]:
    if ca_bundle and not Path(ca_bundle).is_file():
        return [f"ca_bundle names {ca_bundle}, which is no file. Give the path of a PEM file."]
    return []
