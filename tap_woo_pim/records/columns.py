"""The kinds of column: a JSON schema each, and how a value from the store becomes one that is valid for it."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

TYPE_MISMATCH = object()
"""What `Kind.shape` returns for a value that does not fit the column; the value goes to `extra_fields` instead."""

MAX_INTEGER = 2**63 - 1
"""The largest PostgreSQL bigint."""

MAX_KEY_CHARACTERS = 600
"""A key may be so long: of those beyond some 2,700 bytes PostgreSQL makes no index, and refuses the whole load."""

_UTC_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d{1,6})?(?:Z|\+00:00)?", re.ASCII)


@dataclass(frozen=True)
class Kind:
    """A kind of column.

    Attributes:
        schema: JSON schema of the values, null included.
        shape: turns a decoded JSON value, neither None nor of the type `plain`, into a value of the schema, None or
            `TYPE_MISMATCH`.
        plain: the Python type whose values are valid as they are; None if every value has to be shaped.
    """

    schema: dict[str, Any]
    shape: Callable[[Any], Any]
    plain: type | None = None

    @property
    def is_required(self) -> bool:
        """Whether every row has a value."""
        return "null" not in self.schema["type"]


@dataclass(frozen=True)
class Column:
    """A column of a stream, named as the store names it."""

    name: str
    kind: Kind
    description: str | None = None
    selected_by_default: bool = True

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the column, with its description if it has one."""
        return self.kind.schema | ({"description": self.description} if self.description else {})


def _text(value: Any) -> Any:
    # PHP sends false for "none", and numbers kept as meta come back as numbers or texts.
    if isinstance(value, str):
        return value
    if value is False:
        return None
    if isinstance(value, int | float) and value is not True:
        return str(value)
    return TYPE_MISMATCH


def _text_or_none(value: Any) -> Any:
    return _text(value) or None


def _flag_or_text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else _text(value)


def _integer(value: Any) -> Any:
    if type(value) is int:
        return value if -MAX_INTEGER <= value <= MAX_INTEGER else TYPE_MISMATCH
    if value is False or value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return int(value)
    return TYPE_MISMATCH


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value == "":
        return TYPE_MISMATCH if value is True else None
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", value, re.ASCII):
        value = float(value)
    return value if isinstance(value, float) and math.isfinite(value) else TYPE_MISMATCH


def _boolean(value: Any) -> Any:
    known = {"": None, "0": False, "1": True, 0: False, 1: True, "yes": True, "no": False}
    return known.get(value, TYPE_MISMATCH) if isinstance(value, str | int) else TYPE_MISMATCH


def _utc_time(value: Any) -> Any:
    if value is False or value == "" or (isinstance(value, str) and value.startswith("0000-00-00")):
        return None
    found = _UTC_TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return TYPE_MISMATCH
    try:
        datetime.datetime.fromisoformat(found[1])
    except ValueError:
        return TYPE_MISMATCH
    return f"{found[1]}{found[2] or ''}Z".replace(" ", "T")


def _items(value: Any) -> Any:
    # PHP sends an array with gaps or keys as an object, whose values are the list.
    if isinstance(value, dict):
        return list(value.values()) if all(key.isdecimal() for key in value) else TYPE_MISMATCH
    return None if value is False or value == "" else TYPE_MISMATCH


def _entries(value: Any) -> Any:
    # On some stores meta_data is an object of entries, under any keys; an object of bare values would lose its keys.
    if isinstance(value, dict):
        return list(value.values()) if all(isinstance(entry, dict) for entry in value.values()) else TYPE_MISMATCH
    return _items(value)


def _terms(value: Any) -> Any:
    # Old versions of Perfect Brands send an object of names by id.
    if isinstance(value, dict) and all(key.isdecimal() and isinstance(name, str) for key, name in value.items()):
        return [{"id": int(key), "name": name} for key, name in value.items()]
    return _items(value)


def _mapping(value: Any) -> Any:
    # PHP sends an empty object as [].
    return None if value is False or value in ("", []) else TYPE_MISMATCH


TEXT = Kind({"type": ["string", "null"]}, _text, str)
"""Text as the store sends it; an empty text stays one."""
TEXT_OR_NONE = Kind({"type": ["string", "null"]}, _text_or_none)
"""Text in which the store writes "" for none: money, codes, links, sizes, site-local times."""
FLAG_OR_TEXT = Kind({"type": ["string", "null"]}, _flag_or_text)
"""Text that may also be a flag: a variation's manage_stock is true, false or "parent"."""
INTEGER = Kind({"type": ["integer", "null"]}, _integer)
NUMBER = Kind({"type": ["number", "null"]}, _number)
BOOLEAN = Kind({"type": ["boolean", "null"]}, _boolean, bool)
UTC_TIME = Kind({"type": ["string", "null"], "format": "date-time"}, _utc_time)
"""A UTC time (`*_gmt`), which WooCommerce sends without its Z; null for the zero dates of importers."""
# Declared without items or properties: target-postgres then makes jsonb of them, and loads them faster.
LIST = Kind({"type": ["array", "null"]}, _items, list)
TERMS = Kind({"type": ["array", "null"]}, _terms, list)
ENTRIES = Kind({"type": ["array", "null"]}, _entries, list)
OBJECT = Kind({"type": ["object", "null"]}, _mapping, dict)

ID = Kind({"type": "integer"}, _integer)
"""A required whole number: part of a key."""
CODE = Kind({"type": "string"}, _text)
"""A required text: part of a key."""
TIME = Kind({"type": "string", "format": "date-time"}, str)
"""A required UTC time of the tap's own."""


def key_of(row: Any, name: str, kind: Kind) -> Any:
    """Give what tells a row apart, as its column has it: an id, which is a number from 1 on, or a code.

    Args:
        row: a row, or whatever stands in its place.
        name: the key's name.
        kind: the kind of its column.

    Returns:
        The key; None for a row without a usable one.
    """
    key = kind.shape(row.get(name)) if isinstance(row, dict) else None
    if key is TYPE_MISMATCH or not key:
        return None
    return key if (len(key) <= MAX_KEY_CHARACTERS if isinstance(key, str) else key > 0) else None
