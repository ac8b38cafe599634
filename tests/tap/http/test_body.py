"""What a body costs to read grows with its size alone, and what is changed or refused in it is told exactly."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_woo_pim.exceptions import BodyError
from tap_woo_pim.http import body
from tap_woo_pim.http.body import as_list, decode

pytestmark = pytest.mark.unit

WARNING = b"<br />\n<b>Warning</b>:"


def filled(before: bytes, unit: bytes, after: bytes = b"") -> bytes:
    return before + unit * (500_000 // len(unit)) + after


@pytest.mark.parametrize(
    "body",
    [
        filled(b'[{"a":"', b'\\"'),
        filled(b'["', b"\\n", b'"]'),
        filled(b"", b"["),
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


def test_a_list_with_gaps_is_a_list() -> None:
    assert as_list(decode(b'{"0": "a", "2": "b"}')) == ["a", "b"]
    with pytest.raises(BodyError, match="something that is not a list"):
        as_list(decode(b'{"0": "a", "code": "b"}'))


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
