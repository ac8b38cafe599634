"""The settings of one store, declared once: names, types, ranges, defaults and purposes.

The JSON schema for the SDK is made from this declaration, and so are the files that `python -m tap_woo_pim.config
--write` writes: the tap's settings in meltano.yml, the plugin definitions for Meltano, and the table in the docs.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

Component = Literal[
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
]
COMPONENTS: tuple[Component, ...] = get_args(Component)
DEFAULT_COMPONENTS = tuple(component for component in COMPONENTS if component != "reviews")

SECRET: dict[str, Any] = {"secret": True, "writeOnly": True}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The checked settings of one store; see `validation.settings_of` for how they are read.

    What a setting adds to its JSON schema is `secret`, `kind` (Meltano's kind, if it is not text) and `unset` (a
    description of the default, if that is not a fixed value).
    """

    site_url: Annotated[str, Meta(title="Store URL", description="Address of the store, as in a browser.")]
    consumer_key: Annotated[
        str,
        Meta(
            title="Consumer key",
            description="Consumer key (ck_...) of a REST API key of the store, with the permission Read; or the user"
            " name to which an application password of WordPress belongs.",
            extra_json_schema=SECRET,
        ),
    ]
    consumer_secret: Annotated[
        str,
        Meta(
            title="Consumer secret",
            description="Consumer secret (cs_...) of the same key, or the application password.",
            extra_json_schema=SECRET,
        ),
    ]
    store_id: Annotated[
        str,
        Meta(
            title="Store ID",
            description="Stable name of the store in the PIM database, part of every key there. Never change it.",
            extra_json_schema={"unset": "made from site_url"},
        ),
    ] = ""
    sync_components: Annotated[
        tuple[Component, ...],
        Meta(
            title="Sync components",
            description="What to sync.",
            # The SDK then reads "tags,brands" in an environment variable as a list.
            extra_json_schema={"unset": "all but reviews", "items": {"type": "string"}},
        ),
    ] = DEFAULT_COMPONENTS
    auth_method: Annotated[
        Literal["auto", "basic", "query", "oauth1"],
        Meta(
            title="Authentication method",
            description="How the key is sent: basic (Authorization header) and query need https; oauth1 signs requests"
            " and also works over plain http; auto finds the first that works. An application password is always sent"
            " as basic.",
        ),
    ] = "auto"
    http_user: Annotated[
        str | None,
        Meta(
            title="Web server user",
            description="User name for a store whose web server asks for a password of its own, as staging stores do.",
            extra_json_schema={"unset": "none"},
        ),
    ] = None
    http_password: Annotated[
        str | None,
        Meta(
            title="Web server password",
            description="Password that belongs to http_user.",
            extra_json_schema={**SECRET, "unset": "none"},
        ),
    ] = None
    start_date: Annotated[
        str | None,
        Meta(
            title="Start date",
            description="Sync only products and variations changed since this date, as 2026-01-31.",
            extra_json_schema={"kind": "date_iso8601", "format": "date-time", "unset": "all of them"},
        ),
    ] = None
    content: Annotated[
        Literal["rendered", "raw"],
        Meta(
            title="Content",
            description="Descriptions as visitors see them (rendered), or as typed, with blocks and shortcodes (raw).",
        ),
    ] = "rendered"
    full_read_interval_hours: Annotated[
        Annotated[float, Meta(ge=0, le=8760)] | Literal["auto"],
        Meta(
            title="Full sync interval in hours",
            description="Hours after which products and variations are synced in full again, which also finds"
            " deletions. auto takes 50 times as long as the last full sync took, and a day at most.",
        ),
    ] = "auto"
    lookback_seconds: Annotated[
        Annotated[int, Meta(ge=0, le=86_400)],
        Meta(
            title="Lookback in seconds",
            description="How far before its bookmark an incremental sync asks again.",
        ),
    ] = 300
    max_vanished_percent: Annotated[
        Annotated[float, Meta(ge=0, le=100)],
        Meta(
            title="Deletion guard in percent",
            description="When more rows of a stream than this vanish between two full syncs, none counts as deleted.",
        ),
    ] = 20
    page_size: Annotated[
        Annotated[int, Meta(ge=1, le=100)],
        Meta(
            title="Page size",
            description="Rows per request. 1 counts as 2, since pages overlap by one row.",
        ),
    ] = 100
    max_concurrency: Annotated[
        Annotated[int, Meta(ge=1, le=32)],
        Meta(title="Concurrency", description="How many requests the store gets at the same time at most."),
    ] = 4
    requests_per_second: Annotated[
        Annotated[float, Meta(ge=0.01, le=1000)] | None,
        Meta(
            title="Rate limit",
            description="How many requests may start per second at most, such as 0.5.",
            extra_json_schema={"unset": "no limit"},
        ),
    ] = None
    fail_on_unread: Annotated[
        bool,
        Meta(
            title="Fail on unread rows",
            description="End a sync as failed when the store could not deliver some rows. The others still arrive.",
        ),
    ] = False
    request_timeout_seconds: Annotated[
        Annotated[float, Meta(ge=1, le=3600)],
        Meta(
            title="Timeout in seconds",
            description="How long the store may take to begin its response, and again to finish it.",
        ),
    ] = 60
    max_retries: Annotated[
        Annotated[int, Meta(ge=0, le=20)],
        Meta(title="Retries", description="How often a failed request is sent again."),
    ] = 5
    retry_budget_seconds: Annotated[
        Annotated[float, Meta(ge=1, le=604_800)],
        Meta(
            title="Retry budget in seconds",
            description="How much time a sync may spend in all on requests that failed and are sent again.",
        ),
    ] = 7200
    verify_tls: Annotated[
        bool,
        Meta(title="Verify TLS", description="Check the store's certificate. Turn this off for a test store only."),
    ] = True
    ca_bundle: Annotated[
        str | None,
        Meta(
            title="CA bundle",
            description="PEM file of the certificate authorities to trust, for a store whose certificate is from an"
            " authority of your own, or self-signed.",
            extra_json_schema={"kind": "file", "unset": "public authorities"},
        ),
    ] = None
    user_agent: Annotated[
        str | None,
        Meta(
            title="User agent",
            description="The name under which the tap shows up in the store's logs.",
            extra_json_schema={"unset": "tap-woo-pim/VERSION"},
        ),
    ] = None
    extra_query_parameters: Annotated[
        dict[str, str],
        Meta(
            title="Extra query parameters",
            description="Added to every request, for plugins that take some, such as WPML.",
            extra_json_schema={"kind": "object", "unset": "none"},
        ),
    ] = {}

    @property
    def has_application_password(self) -> bool:
        """Whether key and secret are a WordPress user and an application password of it."""
        return is_application_password(self.consumer_key, self.consumer_secret)

    def prefix(self, subject: str) -> str:
        """Return the beginning of every message: the store, and what was requested."""
        return f"{self.store_id} ({self.site_url}), {subject}"


def is_application_password(consumer_key: str, consumer_secret: str) -> bool:
    """Return whether the secret is an application password: 24 letters and digits, in groups or not."""
    return not consumer_key.startswith("ck_") and _APPLICATION_PASSWORD.fullmatch(consumer_secret) is not None


_APPLICATION_PASSWORD = re.compile(r"(\s*[A-Za-z0-9]){24}\s*", re.ASCII)


# As JSON, since the default of a list is a tuple.
_SCHEMA: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(Settings)))["$defs"]["Settings"]

SETTINGS: dict[str, dict[str, Any]] = _SCHEMA["properties"]
"""The JSON schema of each setting, in order."""

CONFIG_JSONSCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": dict(SETTINGS),
    "required": _SCHEMA["required"],
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}
"""The settings as the SDK expects them, which adds its own."""

REQUIRED_SETTINGS: tuple[str, ...] = tuple(_SCHEMA["required"])
SECRET_SETTINGS = tuple(name for name, schema in SETTINGS.items() if schema.get("secret"))

STAND_IN = Settings(
    site_url="https://store.invalid",
    consumer_key="ck_",
    consumer_secret="cs_",  # noqa: S106 - of no store
    store_id="store.invalid",
    sync_components=COMPONENTS,
)
"""Settings of no store, for a catalogue that needs none."""


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the JSON schemas of the kinds of value that a setting takes, without null."""
    return [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]


def values_of(schema: dict[str, Any]) -> str:
    """Describe the values that a setting accepts, such as "a whole number from 1 to 32"."""
    return ", or ".join(_TEXTS.get(schema.get("kind", "")) or _values(one) for one in alternatives(schema))


_TEXTS = {"date_iso8601": "a date", "file": "a path"}


def _values(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if kind in ("integer", "number"):
        number = "a whole number" if kind == "integer" else "a number"
        return f"{number} from {schema['minimum']:,} to {schema['maximum']:,}"
    if kind == "array":
        return f"names separated by commas, from {', '.join(COMPONENTS)}"
    words = schema.get("enum", ())
    if words:
        return f"one of {', '.join(words)}" if len(words) > 1 else str(words[0])
    return {"boolean": "true or false", "object": 'names and texts, as {"lang": "all"}'}.get(str(kind), "a text")
