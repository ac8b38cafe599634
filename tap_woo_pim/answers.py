"""Reads the body of an answer: bounded in size and time, and never a guess at what is not whole."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import msgspec
import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

MAX_BODY_BYTES = 64 * 2**20
"""Decoded bytes a body may have; a page larger than this is asked for with fewer rows."""

CHUNK_BYTES = 2**18

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_decoder = msgspec.json.Decoder()
_BEGIN = re.compile(r"(?:\A|>|\n)\s*([\[{])")
"""Where JSON may begin: first of all, or behind a notice (`<br />`). Only the first such place is looked at, since a
whole object may well stand inside of a body that is not whole."""


_NOTICE = re.compile(r"<b>(?:\w+ )*(?:warning|notice|deprecated|error|standards)</b>:", re.IGNORECASE)
"""A notice as PHP prints it (8.2): `<br />\\n<b>Warning</b>:  Undefined ... on line <b>3</b><br />`."""
_PAGE = re.compile(r"<(?:!doctype|html|head|body|script)\b", re.IGNORECASE)


class BodyError(Exception):
    """The body is not whole, too large or no JSON. The text says which, in words for the user."""


def read_body(response: requests.Response, timeout_seconds: float) -> bytes:
    """Read and decompress the body of a streamed response.

    Args:
        response: requested with `stream=True`.
        timeout_seconds: how long the whole body may take by the connection's deadline, for the message.

    Raises:
        BodyError: the body is too large, too slow, cut off or badly compressed.
    """
    body = bytearray()
    try:
        while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise BodyError(f"sent more than {MAX_BODY_BYTES // 2**20} MB in one answer")
    except ReadTimeoutError as error:
        raise BodyError(f"had not sent its whole answer after {timeout_seconds:g} s") from error
    except (HTTPError, OSError) as error:
        raise BodyError("broke off in the middle of its answer") from error
    return bytes(body)


def decode(body: bytes, on_notices: Callable[[], None] = lambda: None) -> Any:
    """Decode a JSON body.

    Args:
        body: the whole body.
        on_notices: called when text stands around the JSON: with `display_errors` on, PHP prints its notices there.

    Returns:
        The decoded value; whole numbers are exact up to 4,300 digits, and what is beyond all numbers is a text.

    Raises:
        BodyError: the body is no JSON, or not whole.
    """
    text = body.removeprefix(BYTE_ORDER_MARK)
    try:
        return _clean(_decoder.decode(text)) if b"\\u0000" in text else _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _decode_odd(text, on_notices)


def _decode_odd(body: bytes, on_notices: Callable[[], None]) -> Any:
    # What msgspec refuses but JSON in the wild holds: lone surrogates, numbers beyond a double, notices around it.
    try:
        text = body.decode()
        begin = _BEGIN.search(text)
        if begin is None:
            raise BodyError(_what_it_is(text))
        value, end = _lenient.raw_decode(text, begin.start(1))
    except (ValueError, RecursionError):
        raise BodyError("answered with broken JSON") from None
    around = text[: begin.start(1)].strip(), text[end:].strip()
    if not all(not part or _is_notices(part) for part in around):
        raise BodyError(_what_it_is(text))
    if any(around):
        on_notices()
    return _clean(value)


def _is_notices(text: str) -> bool:
    return _NOTICE.search(text) is not None and _PAGE.search(text) is None


def _what_it_is(text: str) -> str:
    start = text.lstrip()[:1]
    if not start:
        return "answered with an empty body"
    return "answered with a web page instead of data" if start == "<" else "answered with broken JSON"


def _refuse(name: str) -> None:
    raise ValueError(name)


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _int(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # Python takes no more than 4,300 digits
        return digits


# Numbers that no type holds are kept as texts.
_lenient = json.JSONDecoder(parse_constant=_refuse, parse_float=_float, parse_int=_int)


def _clean(value: Any) -> Any:
    # PostgreSQL takes neither NUL characters nor halves of surrogate pairs.
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
