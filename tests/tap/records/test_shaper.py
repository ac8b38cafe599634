"""Whatever a store sends in a field, the record is valid, and nothing of it is lost."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.contrib.msgspec import encoder
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

from tap_woo_pim.exceptions import BodyError
from tap_woo_pim.http.body import decode
from tap_woo_pim.records.shaper import NOISE, Shaper
from tap_woo_pim.streams import STREAMS
from tap_woo_pim.streams.base import WooStream
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.products import ProductsStream
from tests.support.values import ANY

pytestmark = pytest.mark.unit

LISTS = [stream for stream in STREAMS if issubclass(stream, FullTableStream)]


def shaper(stream: type[WooStream], mismatches: Counter[str] | None = None) -> Shaper:
    constants = {"store_id": "store", "synced_at": "2026-11-23T21:50:56Z"}
    selected = {column.name for column in stream.own_columns()}
    return Shaper(stream.columns, selected, constants, Counter() if mismatches is None else mismatches)


def row_of(stream: type[WooStream], data: st.DataObject) -> dict[str, Any]:
    keys: dict[str, Any] = {"id": 1, "slug": "a", "name": "a"}
    known = {column.name: data.draw(ANY) for column in stream.columns}
    unknown = data.draw(st.dictionaries(st.text(max_size=6), ANY, max_size=3))
    return {**unknown, **known, **{key: keys[key] for key in stream.primary_keys if key in keys}}


@pytest.mark.parametrize("stream", LISTS, ids=lambda stream: stream.name)
@given(data=st.data())
@settings(max_examples=settings().max_examples // 3)
def test_records_are_valid_whatever_the_store_sends(stream: type[WooStream], data: st.DataObject) -> None:
    row = row_of(stream, data)
    record = shaper(stream).shape(row)
    DEFAULT_JSONSCHEMA_VALIDATOR(
        stream._json_schema(), format_checker=DEFAULT_JSONSCHEMA_VALIDATOR.FORMAT_CHECKER
    ).validate(record)


@given(data=st.data())
@settings(max_examples=settings().max_examples // 3)
def test_what_fits_no_column_stands_in_extra_fields(data: st.DataObject) -> None:
    row = row_of(ProductsStream, data)
    before = copy.deepcopy(row)
    counted: Counter[str] = Counter()
    record = shaper(ProductsStream, counted).shape(row)
    assert row == before
    extra = record["extra_fields"] or {}
    known = {column.name for column in ProductsStream.columns}
    assert {name: value for name, value in row.items() if name not in known | NOISE} == {
        name: value for name, value in extra.items() if name not in known
    }
    mismatches = {name for name in extra if name in known}
    assert all(record[name] is None and extra[name] == row[name] for name in mismatches)
    assert counted == dict.fromkeys(mismatches, 1)


def clean(value: Any) -> Any:
    """What PostgreSQL takes: no NUL characters."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [clean(item) for item in value]
    return {clean(key): clean(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(ANY)
def test_what_is_decoded_is_what_was_sent(value: Any) -> None:
    assert decode(encoder.encode(value)) == clean(value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf["a"]', ["a"]),
        (b'\xef\xbb\xbf\xef\xbb\xbf["a"]', ["a"]),
        (b'["a"]\xef\xbb\xbf', ["a"]),
        (b'\n\n["a"]\n', ["a"]),
        (b'["\\u0000\\\\u0000"]', ["\ufffd\\u0000"]),
        (b'["\\udc00\\ud800", 1e999]', ["\ufffd\ufffd", "1e999"]),
        (b'["\\u0000",' + b"[" * 800 + b"]" * 800 + b"]", None),
        (b'["' + b"[" * 5000 + b'"]', ["[" * 5000]),
        (b'["' + b"," * 1_100_000 + b'"]', ["," * 1_100_000]),
        (b'["\\ud800x"]', ["\ufffdx"]),
        (b'["\\ud83d\\ude00"]', ["\U0001f600"]),
        (b"[123456789012345678901234567890]", [123456789012345678901234567890]),
        (b"[" * 200 + b"]" * 200, None),
    ],
)
def test_odd_but_whole_bodies_are_read(body: bytes, value: Any) -> None:
    assert value is None or decode(body) == value


NOTICE = b"<br />\n<b>Warning</b>:  Undefined array key 0 in <b>/srv/x.php</b> on line <b>3</b><br />\n"


PLAIN = b"\nWarning: Undefined array key 0 in /srv/x.php on line 3\n"
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    "body",
    [
        *(NOTICE + b'[{"id": 1}]', b'[{"id": 1}]' + NOTICE, NOTICE * 2 + b'[{"id": 1}]\n' + NOTICE),
        *(PLAIN + b'[{"id": 1}]', b'[{"id": 1}]' + PLAIN, PLAIN * 2 + NOTICE + b'[{"id": 1}]' + PLAIN),
        *(b"PHP Deprecated:  foo [bar] in /x.php on line 3\n" + b'[{"id": 1}]', NOTICE + BOM + b'[{"id": 1}]'),
    ],
)
def test_json_is_salvaged_from_between_notices(body: bytes) -> None:
    noticed: list[bool] = []
    assert decode(body, lambda: noticed.append(True)) == [{"id": 1}]
    assert noticed == [True]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"  ", b"<html>", b'[{"id": 1}', b"[1,]", b"[NaN]", b"[1] [2]", b'{"a": }', b"\xff"),
        *(NOTICE, NOTICE + b'[{"id": 1}, {"id": 2', NOTICE + b"[1] [2]", NOTICE + b"[1", b"Hello [1]"),
        *(NOTICE + b"[]\n" + NOTICE + b"[1]", b"[1]" + NOTICE + b"[2]", NOTICE + b'{"debug": 1}\n' + NOTICE + b"[1]"),
        b"<br />\n<b>Warning</b>:  dump:\n[1]\n in <b>/x</b> on line <b>3</b><br />\n" + NOTICE + b"[2]",
        *(b'd": [1]}, {"id": 2}]' + NOTICE, b'<br />\n[1], "x": "' + NOTICE + b'"}]', b'2},\n{"id": 2}\n' + NOTICE),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="nested too deep"),
        b'["a\x00b"]',
        *(b'[{"d": "<p>[1]"}', b'[{"d": "<p>[1]</p>", "e', b"<html><script>[1]</script></html>", b"<p>[1]</p>"),
    ],
)
def test_bodies_that_are_not_whole_are_refused(body: bytes) -> None:
    with pytest.raises(BodyError):
        decode(body)


@pytest.mark.parametrize(
    ("column", "sent", "expected"),
    [
        ("price", "", None),
        ("price", "19.90", "19.90"),
        ("price", 19.9, "19.9"),
        ("sku", False, None),
        ("tax_class", "", ""),
        ("description", "", ""),
        ("date_modified_gmt", "2026-11-23T21:50:56", "2026-11-23T21:50:56Z"),
        ("date_modified_gmt", "0000-00-00T00:00:00", None),
        ("date_modified", "2026-11-23T21:50:56", "2026-11-23T21:50:56"),
        ("stock_quantity", "3", 3.0),
        ("stock_quantity", 2.5, 2.5),
        ("stock_quantity", -4, -4),
        ("dimensions", [], None),
        ("meta_data", {"a": {"id": 1}, "b": {"id": 2}}, [{"id": 1}, {"id": 2}]),
        ("images", {"0": {"id": 1}, "2": {"id": 2}}, [{"id": 1}, {"id": 2}]),
        ("featured", "1", True),
        ("total_sales", "12", 12),
    ],
)
def test_values_take_the_form_of_their_column(column: str, sent: Any, expected: Any) -> None:
    record = shaper(ProductsStream).shape({"id": 1, column: sent})
    assert (record[column], record["extra_fields"]) == (expected, None)


@pytest.mark.parametrize(
    ("column", "sent"),
    [
        ("price", {"amount": "1"}),
        ("date_modified_gmt", "2026-02-30T00:00:00"),
        ("total_sales", 2**70),
        ("images", {"a": 1}),
        ("meta_data", {"color": "red"}),
        ("dimensions", ["1"]),
        ("featured", "maybe"),
    ],
)
def test_a_misfit_is_null_and_kept_under_its_name(column: str, sent: Any) -> None:
    record = shaper(ProductsStream).shape({"id": 1, column: sent})
    assert (record[column], record["extra_fields"]) == (None, {column: sent})


def test_mismatches_are_counted_by_column_over_all_rows() -> None:
    counted = Counter({"price": 1})
    shaping = shaper(ProductsStream, counted)
    prices: list[Any] = [{}, [], "1", {}]
    for price in prices:
        shaping.shape({"id": 1, "price": price})
    assert counted == {"price": 4}
