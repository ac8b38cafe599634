"""Reads and decodes the body of a response, bounded in size and time; an incomplete one is never guessed at."""

from __future__ import annotations

import codecs
import json
import math
import re
import time
from collections.abc import Callable
from typing import Any

import msgspec
import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from tap_woo_pim.exceptions import BodyError

MAX_BODY_BYTES = 64 * 2**20
"""The largest body after decompression; a larger page is requested again with fewer rows."""

CHUNK_BYTES = 2**18

_BLANK = "\ufeff \t\r\n"

_decoder = msgspec.json.Decoder()

_KIND = r"(?:\w{1,20} ){0,4}(?:warning|notice|deprecated|error|standards)"
_AROUND = re.compile(
    r"[\s\ufeff]+"
    rf"|<br ?/?>\s*<b>{_KIND}</b>:(?:(?!<br|<b>{_KIND}</b>|\n[^\S\n]*[\[{{]).){{0,10000}} on line <b>\d+</b><br ?/?>"
    rf"|{_KIND}: [^\n]{{0,10000}} on line \d+[ \t\r]*(?:\n|\Z)",
    re.IGNORECASE | re.DOTALL,
)
"""What may surround JSON: white space, byte-order marks, and notices as PHP prints them (8.2), in HTML
(`<br />\\n<b>Warning</b>:  Undefined ... on line <b>3</b><br />`) or, with `html_errors` off, in plain lines."""

_ESCAPES = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})|.(?:[^\\]*+\\[^u])*+)",
    re.DOTALL,
)
"""Escapes in texts: a surrogate pair; in the group, what PostgreSQL rejects (a NUL character or half of a pair); or any
other with everything up to the next `\\u`."""

_REPLACEMENT = b"ufffd"
"""What replaces the group; it has the same length."""


def read_body(response: requests.Response, timeout_seconds: float) -> bytes:
    """Read and decompress the body of a streamed response.

    Args:
        response: requested with `stream=True`.
        timeout_seconds: how long the whole body may take. The connection's own timeout restarts with each byte.

    Raises:
        BodyError: the body is too large, too slow, cut off or badly compressed.
    """
    body = bytearray()
    deadline = time.monotonic() + timeout_seconds
    too_slow = BodyError(f"had not sent its whole response after {timeout_seconds:g} s")
    try:
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise BodyError(f"sent more than {MAX_BODY_BYTES // 2**20} MB in one response")
            if time.monotonic() > deadline:
                raise too_slow
    except ReadTimeoutError as error:
        raise too_slow from error
    except (HTTPError, OSError) as error:
        raise BodyError("broke off in the middle of its response") from error
    return bytes(body)


def decode(body: bytes, on_notices: Callable[[], None] = lambda: None) -> Any:
    """Decode a JSON body.

    Args:
        body: the whole body.
        on_notices: called when text surrounds the JSON: with `display_errors` on, PHP prints its notices there.

    Returns:
        The decoded value; integers are exact up to 4,300 digits, and numbers that no type can hold are texts.

    Raises:
        BodyError: the body is not JSON, or incomplete.
    """
    text = body.removeprefix(codecs.BOM_UTF8)
    try:
        return _decoder.decode(_tamed(text) if b"\\u0000" in text else text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_odd(_tamed(text), on_notices)


def _tamed(text: bytes) -> bytes:
    # Changed in place: the list of pieces that `re.sub` makes would take thirty times the memory of the body.
    tamed = bytearray(text)
    for found in _ESCAPES.finditer(text):
        if found[1]:
            tamed[found.start(1) : found.end(1)] = _REPLACEMENT
    return bytes(tamed)


def _decode_odd(body: bytes, on_notices: Callable[[], None]) -> Any:
    # What msgspec rejects but real stores send: numbers beyond a double, notices around the JSON.
    try:
        text = body.decode()
        begin = _behind_notices(text, 0)
        value, end = _lenient.raw_decode(text, begin)
        is_whole = isinstance(value, list | dict) and _behind_notices(text, end) == len(text)
    except (ValueError, RecursionError):
        is_whole = False
    if not is_whole:
        is_empty = not body.decode(errors="replace").strip(_BLANK)
        raise BodyError("answered with an empty body" if is_empty else "answered with broken JSON")
    if (text[:begin] + text[end:]).strip(_BLANK):
        on_notices()
    return value


def _behind_notices(text: str, place: int) -> int:
    while found := _AROUND.match(text, place):
        place = found.end()
    return place


def _refuse(name: str) -> None:
    raise ValueError(name)


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _int(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # Python accepts no more than 4,300 digits
        return digits


# Numbers that no type holds are kept as texts.
_lenient = json.JSONDecoder(parse_constant=_refuse, parse_float=_float, parse_int=_int)


def as_list(data: Any, most: int | None = None) -> list[Any]:
    """Return a decoded response as a list; PHP sends a list with gaps as an object with the positions as keys.

    Raises:
        BodyError: it is not a list (WordPress also sends errors with status 200), or has more than `most` rows.
    """
    if isinstance(data, dict) and data and all(name.isdecimal() for name in data):
        data = list(data.values())
    if not isinstance(data, list):
        raise BodyError("answered with something that is not a list")
    if most is not None and len(data) > most:
        raise BodyError("answered with more rows than were requested, as a cache does that ignores the query")
    return data


def as_object(data: Any, *names: str) -> dict[str, Any]:
    """Return a decoded response as an object with some fields.

    Raises:
        BodyError: it is not an object, or lacks one of them.
    """
    if not isinstance(data, dict) or not data.keys() >= set(names):
        raise BodyError("answered with something else than what was requested")
    return data
