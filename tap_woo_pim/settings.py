"""The settings of the tap: declared once, and checked before any request, with a remedy in every error."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from singer_sdk import typing as th
from singer_sdk.exceptions import ConfigValidationError

from tap_woo_pim.site import site_address

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
AUTH_METHODS = ("auto", "basic", "query", "oauth1")
SECRET_SETTINGS = ("consumer_key", "consumer_secret")
REQUIRED_SETTINGS = ("site_url", *SECRET_SETTINGS)
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
        "auth_method",
        th.StringType,
        default="auto",
        allowed_values=list(AUTH_METHODS),
        title="Way to show the key",
        description="basic or query (https only), oauth1 (http and https), or auto for the first that works.",
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
        "retry_budget_seconds",
        th.NumberType,
        default=7200,
        title="Time for retries",
        description="How long in all a run may spend on requests that failed and are tried again.",
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
    """The checked settings of one shop. `site_url` is as `site.site_address` makes it."""

    site_url: str
    consumer_key: str
    consumer_secret: str
    store_id: str
    sync_components: tuple[str, ...]
    auth_method: str
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
    retry_budget_seconds: float
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
        errors = missing_settings(config) or setting_errors(config)
        if errors:
            raise ConfigValidationError(errors[0], errors=errors, schema=CONFIG_JSONSCHEMA)
        site_url = site_address(config["site_url"])
        values: dict[str, Any] = {name: config.get(name) for name in cls.__dataclass_fields__}
        values |= {
            "site_url": site_url,
            "consumer_key": config["consumer_key"].strip(),
            "consumer_secret": config["consumer_secret"].strip(),
            "store_id": config.get("store_id") or default_store_id(site_url),
            "sync_components": tuple(config["sync_components"]),
            "extra_query_parameters": config.get("extra_query_parameters") or {},
        }
        return cls(**values)

    @classmethod
    def stand_in(cls) -> Settings:
        """Make settings of no shop at all, for a catalogue without one."""
        properties = CONFIG_JSONSCHEMA["properties"]
        defaults = {name: declared["default"] for name, declared in properties.items() if "default" in declared}
        return cls.from_config(
            {**defaults, "site_url": "shop.invalid", "consumer_key": "ck_", "consumer_secret": "cs_"}
            | {"sync_components": list(COMPONENTS)}
        )


def setting_errors(config: Mapping[str, Any]) -> list[str]:
    """Say in a sentence each what is wrong with the values of a configuration that satisfies `CONFIG_JSONSCHEMA`."""
    return [
        *_url_errors(config["site_url"], config["auth_method"]),
        *_key_errors(config["consumer_key"].strip(), config["consumer_secret"].strip()),
        *_component_errors(config["sync_components"]),
        *_range_errors(config),
        *_file_errors(config.get("ca_bundle")),
        *_date_errors(config.get("start_date")),
    ]


def _date_errors(start_date: str | None) -> list[str]:
    try:
        if start_date is not None:
            datetime.datetime.fromisoformat(start_date)
    except ValueError:
        return ["start_date is no date. Give it as 2026-01-31 or 2026-01-31T00:00:00Z, or not at all."]
    return []


def missing_settings(config: Mapping[str, Any]) -> list[str]:
    """Say which of the settings that every shop needs are not there."""
    missing = [name for name in REQUIRED_SETTINGS if not config.get(name)]
    if not missing:
        return []
    verb = "is" if len(missing) == 1 else "are"
    return [f"{' and '.join(missing)} {verb} missing. Enter the shop's address, key and secret."]


def place_of(config: Mapping[str, Any]) -> str:
    """Name the shop of a configuration, right or wrong, as every message begins."""
    store_id = config.get("store_id")
    try:
        site_url = site_address(str(config.get("site_url") or ""))
    except ValueError:
        return f"{store_id}, settings" if store_id else "settings"
    return f"{store_id or default_store_id(site_url)} ({site_url}), settings"


def default_store_id(site_url: str) -> str:
    """Name a shop after its address: https://www.shop.example/de becomes shop.example-de."""
    parts = urlsplit(site_address(site_url))
    host = (parts.hostname or "").removeprefix("www.")
    port = f"-{parts.port}" if parts.port else ""
    return re.sub(r"[^a-z0-9.-]+", "-", f"{host}{port}{parts.path}".lower()).strip("-")


def _url_errors(typed: str, auth_method: str) -> list[str]:
    try:
        site_url = site_address(typed)
    except ValueError as error:
        return [f"{error}."]
    if site_url.startswith("http://") and auth_method in ("basic", "query"):
        return [
            (
                f"auth_method {auth_method} would send the key unprotected over plain http."
                " Set site_url to https://, or auth_method to auto or oauth1."
            )
        ]
    return []


def _key_errors(consumer_key: str, consumer_secret: str) -> list[str]:
    if consumer_key.startswith("cs_") and consumer_secret.startswith("ck_"):
        return ["consumer_key and consumer_secret are swapped. Enter the half that starts with ck_ as consumer_key."]
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
        "retry_budget_seconds": (1, 604_800),
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
