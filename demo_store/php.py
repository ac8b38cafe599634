"""Say things as PHP and WordPress say them: JSON text, query strings, links and comma lists."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, unquote_plus

import msgspec

Fields: TypeAlias = dict[str, Any]
"""One row as the API serves it: field name to JSON value, in the order of the API."""

_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True)
_fast_encoder = msgspec.json.Encoder()


def encode(value: object) -> bytes:
    r"""Encode as `json_encode` does: no spaces, `\/` for a slash, `\uXXXX` for all but ASCII."""
    try:
        text = _fast_encoder.encode(value)
    except OverflowError:
        # An integer beyond 64 bits.
        text = b"\xff"
    if not text.isascii():
        text = _encoder.encode(value).encode("ascii")
    return text.replace(b"/", b"\\/")


def urlencode(text: str) -> str:
    """Encode one value as PHP's `urlencode` does (a space becomes a plus sign)."""
    return quote(text, safe=" ").replace("~", "%7E").replace(" ", "+")


def rawurlencode(text: str) -> str:
    """Encode one value as PHP's `rawurlencode` does (RFC 3986)."""
    return quote(text, safe="")


def parse_query(query: str) -> Fields:
    """Read a query string as `$_GET` holds it; `a[]=1&a[k]=2` becomes `{"a": {"0": "1", "k": "2"}}`."""
    found: Fields = {}
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            _store(found, unquote_plus(name).lstrip(" "), unquote_plus(value))
    return found


def _store(found: Fields, name: str, value: str) -> None:
    head, bracket, _ = name.partition("[")
    if not head:
        return
    keys = re.findall(r"\[([^\]]*)\]", name[len(head) :]) if bracket else []
    head = head.replace(".", "_").replace(" ", "_")
    target, key = found, head
    for next_key in keys:
        inner = target.get(key)
        if not isinstance(inner, dict):
            inner = target[key] = {}
        target, key = inner, next_key or str(len(inner))
    target[key] = value


def add_query_arg(url: str, arguments: Mapping[str, object]) -> str:
    """Add arguments to a URL as WordPress's `add_query_arg` does, oddities included.

    The arguments already in the URL are decoded and encoded again, the new ones go in as they are, false ones
    vanish, and an equals sign at the end of a value is lost. That is why the `Link` header of a signed request
    holds the signature without its padding.
    """
    base, _, query = url.partition("?")
    merged: dict[str, object] = {key: _encoded(value) for key, value in parse_query(query).items()}
    merged.update(arguments)
    text = "&".join(_pairs({key: value for key, value in merged.items() if value is not False}))
    text = re.sub(r"=(&|$)", r"\1", text)
    return f"{base}?{text}" if text else base


def _encoded(value: object) -> object:
    if isinstance(value, dict):
        return {key: _encoded(inner) for key, inner in value.items()}
    return urlencode(str(value))


def _pairs(values: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        key = f"{prefix}%5B{name}%5D" if prefix else name
        if isinstance(value, list):
            yield from _pairs({str(place): item for place, item in enumerate(value)}, key)
        elif isinstance(value, dict):
            yield from _pairs(value, key)
        elif value is not None:
            yield f"{key}={as_text(value)}"


def as_text(value: object) -> str:
    """Cast to a string as PHP does: true is "1", false and null are "", and an array is "Array"."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return "Array" if isinstance(value, list | dict) else str(value)


def parse_list(value: object) -> list[str]:
    """Split as `wp_parse_list` does: on commas and white space; an array is taken as it is."""
    if isinstance(value, dict):
        return [as_text(item) for item in value.values()]
    return [item for item in re.split(r"[\s,]+", as_text(value)) if item]
