"""The settings of one store, declared once: names, types, ranges, defaults and purposes.

The JSON schema for the SDK is made from this declaration, and so are the files that `python -m tap_woo_pim.config
--write` writes: the tap's settings in meltano.yml, the plugin definitions for Meltano, and the table in the docs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    LiteralType,
    Metadata,
    StrType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

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

SECRET: dict[str, Any] = {"secret": True}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The checked settings of one store; see `validation.settings_of` for how they are read.

    The extras of a setting are `secret`, `kind` (Meltano's kind, if it is not text) and `unset` (a description of the
    default, if that is not a fixed value).
    """

    site_url: Annotated[str, Meta(title="Store URL", description="Address of the store, as in a browser.")]
    consumer_key: Annotated[
        str,
        Meta(
            title="Consumer key",
            description="Consumer key (ck_...) of a REST API key of the store, with the permission Read; or the user"
            " name to which an application password of WordPress belongs.",
            extra=SECRET,
        ),
    ]
    consumer_secret: Annotated[
        str,
        Meta(
            title="Consumer secret",
            description="Consumer secret (cs_...) of the same key, or the application password.",
            extra=SECRET,
        ),
    ]
    store_id: Annotated[
        str,
        Meta(
            title="Store ID",
            description="Stable name of the store in the PIM database, part of every key there. Never change it.",
            extra={"unset": "made from site_url"},
        ),
    ] = ""
    sync_components: Annotated[
        tuple[Component, ...],
        Meta(
            title="Sync components",
            description=f"What to sync, separated by commas. Any of {', '.join(COMPONENTS)}.",
            extra={"unset": "all but reviews"},
        ),
    ] = DEFAULT_COMPONENTS
    auth_method: Annotated[
        Literal["auto", "basic", "query", "oauth1"],
        Meta(
            title="Authentication method",
            description="How the key is sent: basic (Authorization header) and query need https; oauth1 signs requests"
            " and also works over plain http; auto finds the first that works.",
        ),
    ] = "auto"
    http_user: Annotated[
        str | None,
        Meta(
            title="Web server user",
            description="User name for a store whose web server asks for a password of its own, as staging stores do.",
            extra={"unset": "none"},
        ),
    ] = None
    http_password: Annotated[
        str | None,
        Meta(
            title="Web server password",
            description="Password that belongs to http_user.",
            extra={**SECRET, "unset": "none"},
        ),
    ] = None
    start_date: Annotated[
        str | None,
        Meta(
            title="Start date",
            description="Sync only products and variations changed since this date, as 2026-01-31.",
            extra={"kind": "date_iso8601", "format": "date-time", "unset": "all of them"},
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
            extra={"unset": "no limit"},
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
            extra={"kind": "file", "unset": "public authorities"},
        ),
    ] = None
    user_agent: Annotated[
        str | None,
        Meta(
            title="User agent",
            description="The name under which the tap shows up in the store's logs.",
            extra={"unset": "tap-woo-pim/VERSION"},
        ),
    ] = None
    extra_query_parameters: Annotated[
        dict[str, str],
        Meta(
            title="Extra query parameters",
            description='Added to every request, for plugins that take some, such as {"lang": "all"} for WPML.',
            extra={"kind": "object", "unset": "none"},
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


class Declared(msgspec.Struct, frozen=True):
    """The declaration of a setting.

    Attributes:
        name: its name.
        type: its type for `msgspec.convert`.
        kind: msgspec's types of its values, without null: one, or two for a number or a word.
        title: its label.
        description: its purpose, in whole sentences.
        default: its default, None for none.
        extra: see `Settings`.
        is_required: whether every store needs it.
    """

    name: str
    type: Any
    kind: tuple[Type, ...]
    title: str
    description: str
    default: Any
    extra: dict[str, Any]
    is_required: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it accepts; empty if it accepts any."""
        return tuple(_words(self.type)) if any(isinstance(kind, LiteralType) for kind in self.kind) else ()

    @property
    def range(self) -> tuple[float, float] | None:
        """The smallest and largest value of a number."""
        for kind in self.kind:
            if isinstance(kind, IntType | FloatType) and kind.ge is not None and kind.le is not None:
                return kind.ge, kind.le
        return None


def _words(declared: Any) -> Iterator[str]:
    """Yield the words in a type in their order; msgspec sorts them."""
    if get_origin(declared) is Literal:
        yield from get_args(declared)
    else:
        for part in get_args(declared):
            yield from _words(part)


def _declared(field: msgspec.structs.FieldInfo) -> Declared:
    info = type_info(field.type)
    assert isinstance(info, Metadata)
    about = info.extra_json_schema or {}
    kinds = info.type.types if isinstance(info.type, UnionType) else (info.type,)
    default = None if field.default is msgspec.NODEFAULT else field.default
    return Declared(
        field.name,
        field.type,
        tuple(kind for kind in kinds if isinstance(kind, tuple(_JSON_TYPES))),
        about["title"],
        about["description"],
        default,
        info.extra or {},
        field.required,
    )


_JSON_TYPES: dict[type[Type], str] = {
    StrType: "string",
    LiteralType: "string",
    IntType: "integer",
    FloatType: "number",
    BoolType: "boolean",
    VarTupleType: "array",
    DictType: "object",
}

DECLARED: Mapping[str, Declared] = {field.name: _declared(field) for field in msgspec.structs.fields(Settings)}
"""All settings by name, in order."""

REQUIRED_SETTINGS = tuple(name for name, declared in DECLARED.items() if declared.is_required)
SECRET_SETTINGS = tuple(name for name, declared in DECLARED.items() if declared.extra.get("secret"))

STAND_IN = Settings(
    site_url="https://store.invalid",
    consumer_key="ck_",
    consumer_secret="cs_",  # noqa: S106 - of no store
    store_id="store.invalid",
    sync_components=COMPONENTS,
)
"""Settings of no store, for a catalogue that needs none."""


def _property(declared: Declared) -> dict[str, Any]:
    types = [_JSON_TYPES[type(kind)] for kind in declared.kind]
    found: dict[str, Any] = {
        "type": types if declared.is_required else [*types, "null"],
        "title": declared.title,
        "description": declared.description,
    }
    if declared.default not in (None, "", {}):
        is_list = isinstance(declared.default, tuple)
        found["default"] = list(declared.default) if is_list else declared.default
    if declared.words and len(declared.kind) == 1:
        found["enum"] = list(declared.words)
    if types == ["array"]:
        found["items"] = {"type": ["string"]}
    if types == ["object"]:
        found |= {"properties": {}, "additionalProperties": {"type": ["string"]}}
    if "format" in declared.extra:
        found["format"] = declared.extra["format"]
    if declared.extra.get("secret"):
        found |= {"secret": True, "writeOnly": True}
    return found


CONFIG_JSONSCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: _property(declared) for name, declared in DECLARED.items()},
    "required": list(REQUIRED_SETTINGS),
    "$schema": "https://json-schema.org/draft/2020-12/schema",
}
"""The settings as the SDK expects them."""
