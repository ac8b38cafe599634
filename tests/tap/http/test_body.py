"""What a body costs to read grows with its size alone, and what is changed or refused in it is told exactly."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_woo_pim.exceptions import BodyError
from tap_woo_pim.http import body
from tap_woo_pim.http.body import decode

pytestmark = pytest.mark.unit

WARNING = b"<br />\n<b>Warning</b>:"
COMMAS = b"," * 1_000_001
DEEP = b"[" * 901


def filled(before: bytes, unit: bytes, after: bytes = b"") -> bytes:
    return before + unit * (500_000 // len(unit)) + after


@pytest.mark.parametrize(
    "body",
    [
        filled(b'[{"a":"', b'\\"', COMMAS),
        filled(b'["', b"\\n", COMMAS + b'"]'),
        filled(DEEP + b'["', b'\\"'),
        filled(
            DEEP,
            b'",",',
        ),
        filled(b"[" + COMMAS, b'""'),
        filled(b"[" * 899 + b"]" * 899, b"]"),
        filled(b"", b"a "),
        filled(b"", b"a" * 20 + b" "),
        filled(WARNING, b"<b>a a a "),
        filled(WARNING, b"\n"),
        filled(WARNING, b"\n "),
        filled(WARNING + b"\n", b" "),
        filled(WARNING + b" on line <b>", b"1"),
        filled(WARNING, b" on line <b>1</b>"),
        filled(b"", WARNING + b" on line <b>1</b><br>"),
        filled(b"Warning: ", b" on line 1 "),
        filled(b"Warning: on line 1", b" "),
        filled(b"", b"Warning: on line 1\n"),
        filled(b"<br>", b"\n", b"<br>"),
        filled(b'["', b"\\n", b'\\u0000"]'),
        filled(b'["', b"\\u0000", b'"]'),
        filled(b'["', b"\\ud800", b'"]'),
        filled(b'["', b"\\\\", b'\\u0000"]'),
        filled(b'["\\', b"\\\\", b'\\u0000"]'),
        filled(b'["\\u0000', b"\\"),
        filled(b"[1e999, " + '"\U0001f600'.encode(), b"\\nab", b'"]'),
    ],
    ids=lambda body: f"{body[:12]!r}-{body[-12:]!r}",
)
def test_no_body_takes_more_than_its_size_in_time_and_memory(body: bytes) -> None:
    began = time.thread_time()
    tracemalloc.start()
    try:
        read_or_refused(body)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.thread_time() - began < 5
    assert peak_bytes < 14 * len(body) + 2**22


def read_or_refused(body: bytes) -> bool:
    try:
        decode(body)
    except BodyError:
        return False
    return True


ESCAPED = st.lists(
    st.sampled_from(
        ["\\", "\\\\", "\\n", "u0000", "\\u0000", "\\uD83d", "\\ude00", "\\u00e9", "\\ud7ff", "a", '"', "\n"]
    )
).map("".join)


def tamed_by_letters(text: str) -> str:
    done, rest = "", text
    while rest:
        length = 6 if rest.startswith("\\u") else 2 if rest.startswith("\\") else 1
        if is_half(rest, "89ab") and is_half(rest[6:], "cdef"):
            length = 12
        elif rest.startswith("\\u0000") or is_half(rest, "89abcdef"):
            rest = "\\ufffd" + rest[6:]
        elif not is_escape(rest[:6]):
            length = min(length, 2)
        done, rest = done + rest[:length], rest[length:]
    return done


def is_escape(text: str) -> bool:
    return len(text) == 6 and text.startswith("\\u") and all(digit in "0123456789abcdefABCDEF" for digit in text[2:])


def is_half(text: str, digits: str) -> bool:
    return is_escape(text[:6]) and text[2] in "dD" and text[3].lower() in digits


@given(ESCAPED)
def test_only_what_postgresql_does_not_take_is_replaced(text: str) -> None:
    assert body._tamed(text.encode()).decode() == tamed_by_letters(text)


TEXTS = st.text(alphabet='[]{},"\\a', max_size=5)
VALUES = st.recursive(
    TEXTS | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=16,
)


def values(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return max(len(value), 1) + sum(map(values, inner))


def levels(value: Any) -> int:
    if not isinstance(value, list | dict):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(levels, inner), default=0)


@given(VALUES, st.sampled_from([b"", b"\n" + WARNING + b' "[" on line <b>3</b><br />\n']), st.integers(1, 9))
def test_bodies_of_too_many_values_or_levels_are_refused(value: Any, notice: bytes, chunk_bytes: int) -> None:
    whole = [value]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(body, "MAX_VALUES", 8)
        patched.setattr(body, "MAX_LEVELS", 3)
        patched.setattr(body, "CHUNK_BYTES", chunk_bytes)
        is_read = read_or_refused(notice + json.dumps(whole).encode())
    assert is_read == (values(whole) <= 8 and levels(whole) <= 3)


@pytest.mark.parametrize(
    "body",
    [
        b'["]",' * 950 + b"1" + b"]" * 950,
        WARNING + b'" on line <b>3</b><br />\n[' + b"{}," * 1_000_001 + b'"a"]',
        WARNING + b'" on line <b>3</b><br />\n' + b"[" * 901 + b'"a"' + b"]" * 901,
    ],
    ids=["brackets in texts", "values behind a quote", "levels behind a quote"],
)
def test_no_text_hides_what_is_too_large(body: bytes) -> None:
    with pytest.raises(BodyError, match="sent"):
        decode(body)
