"""Each kind of column takes the forms in which stores send its values, and no other."""

from __future__ import annotations

from typing import Any

import pytest
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

from tap_woo_pim.records import columns
from tap_woo_pim.records.columns import MAX_INTEGER, TYPE_MISMATCH, Column, Kind

pytestmark = pytest.mark.unit

TEXTS = [("", ""), ("a", "a"), (False, None), (0, "0"), (12, "12"), (-1.5, "-1.5"), (True, TYPE_MISMATCH)]
INTEGERS = [
    *((MAX_INTEGER, MAX_INTEGER), (-MAX_INTEGER, -MAX_INTEGER), (0, 0), ("", None), (False, None)),
    *((MAX_INTEGER + 1, TYPE_MISMATCH), (-MAX_INTEGER - 1, TYPE_MISMATCH), (True, TYPE_MISMATCH)),
    *((4.0, 4), (-4.0, -4), (2.0**53 - 1, 2**53 - 1), (2.0**53, TYPE_MISMATCH), (-(2.0**53), TYPE_MISMATCH)),
    *((4.5, TYPE_MISMATCH), (float("inf"), TYPE_MISMATCH), (float("nan"), TYPE_MISMATCH)),
    *(("12", 12), ("-12", -12), ("9" * 18, 10**18 - 1), ("9" * 19, TYPE_MISMATCH), ("٣", TYPE_MISMATCH)),
    *((" 1", TYPE_MISMATCH), ("1.0", TYPE_MISMATCH), ("+1", TYPE_MISMATCH), ([1], TYPE_MISMATCH), ({}, TYPE_MISMATCH)),
]
NOTHING_OR_MISMATCH = [(False, None), ("", None), (True, TYPE_MISMATCH), (0, TYPE_MISMATCH), ("a", TYPE_MISMATCH)]
LISTS = [
    *(([], []), ([1, "a"], [1, "a"]), ({}, []), ({"0": "a", "2": "b"}, ["a", "b"])),
    *(({"0": "a", "b": "c"}, TYPE_MISMATCH), *NOTHING_OR_MISMATCH),
]
ENTRIES = [
    *(([], []), ([1], [1]), ({}, []), ({"a": {"id": 1}, "7": {"id": 2}}, [{"id": 1}, {"id": 2}])),
    *(({"a": {"id": 1}, "b": "c"}, TYPE_MISMATCH), ({"0": "a"}, TYPE_MISMATCH), *NOTHING_OR_MISMATCH),
]
TERMS = [
    *(
        ([{"id": 1}], [{"id": 1}]),
        ({}, []),
        ({"520": "Acme", "7": "Best"}, [{"id": 520, "name": "Acme"}, {"id": 7, "name": "Best"}]),
    ),
    *(({"0": {"id": 1}}, [{"id": 1}]), ({"acme": "Acme"}, TYPE_MISMATCH), *NOTHING_OR_MISMATCH),
]
VALUES: dict[str, list[tuple[Any, Any]]] = {
    "TERMS": TERMS,
    "TEXT": [*TEXTS, (None, None), (["a"], TYPE_MISMATCH), ({}, TYPE_MISMATCH)],
    "CODE": [("a", "a"), (12, "12"), (["a"], TYPE_MISMATCH)],
    "TEXT_OR_NONE": [*TEXTS[1:], ("", None), (["a"], TYPE_MISMATCH)],
    "FLAG_OR_TEXT": [*TEXTS[:2], (True, "true"), (False, "false"), ("parent", "parent"), (1, "1"), ([], TYPE_MISMATCH)],
    "INTEGER": INTEGERS,
    "ID": INTEGERS,
    "NUMBER": [
        *((3, 3), (-3, -3), (MAX_INTEGER + 1, TYPE_MISMATCH), (2.5, 2.5), (-2.5, -2.5), ("", None), (False, None)),
        *(
            ("3", 3.0),
            ("-3", -3.0),
            ("2.5", 2.5),
            ("-0.25", -0.25),
            ("9" * 15, 10.0**15 - 1),
            ("9" * 16, TYPE_MISMATCH),
        ),
        *(("1." + "2" * 15, 1.222222222222222), ("1." + "2" * 16, TYPE_MISMATCH), ("1.", TYPE_MISMATCH)),
        *(
            (True, TYPE_MISMATCH),
            ("٣", TYPE_MISMATCH),
            ("1e3", TYPE_MISMATCH),
            (" 1", TYPE_MISMATCH),
            (".5", TYPE_MISMATCH),
        ),
        *((float("inf"), TYPE_MISMATCH), (float("nan"), TYPE_MISMATCH), ([], TYPE_MISMATCH), ({}, TYPE_MISMATCH)),
    ],
    "BOOLEAN": [
        *((True, True), (False, False), ("", None), ("0", False), ("1", True), (0, False), (1, True)),
        *(("yes", True), ("no", False), ("maybe", TYPE_MISMATCH), (2, TYPE_MISMATCH), (1.0, TYPE_MISMATCH)),
        *(([], TYPE_MISMATCH), ({}, TYPE_MISMATCH)),
    ],
    "UTC_TIME": [
        *(("2026-11-23T21:50:56", "2026-11-23T21:50:56Z"), ("2026-11-23 21:50:56", "2026-11-23T21:50:56Z")),
        *(("2026-11-23T21:50:56Z", "2026-11-23T21:50:56Z"), ("2026-11-23T21:50:56+00:00", "2026-11-23T21:50:56Z")),
        *(("2026-11-23T21:50:56.25", "2026-11-23T21:50:56.25Z"), ("2026-11-23T21:50:56.1234567", TYPE_MISMATCH)),
        *(("0000-00-00T00:00:00", None), ("0000-00-00 00:00:00", None), ("", None), (False, None)),
        *(("2026-02-30T00:00:00", TYPE_MISMATCH), ("2026-11-23T21:50:56+01:00", TYPE_MISMATCH), ("x", TYPE_MISMATCH)),
        *(("2026-11-23", TYPE_MISMATCH), (1_700_000_000, TYPE_MISMATCH), (True, TYPE_MISMATCH), ([], TYPE_MISMATCH)),
    ],
    "LIST": LISTS,
    "ENTRIES": ENTRIES,
    "OBJECT": [({}, {}), ({"a": 1}, {"a": 1}), ([], None), ([1], TYPE_MISMATCH), *NOTHING_OR_MISMATCH],
}
CASES = [(kind, sent, expected) for kind, values in VALUES.items() for sent, expected in values]


@pytest.mark.parametrize(("kind", "sent", "expected"), CASES, ids=[f"{kind}-{sent!r}"[:40] for kind, sent, _ in CASES])
def test_a_value_takes_the_form_of_its_column_or_is_a_mismatch(kind: str, sent: Any, expected: Any) -> None:
    declared: Kind = getattr(columns, kind)
    shaped = sent if sent is None or type(sent) is declared.plain else declared.shape(sent)
    assert (type(shaped), shaped) == (type(expected), expected)
    if shaped is not TYPE_MISMATCH and (shaped is not None or not declared.is_required):
        DEFAULT_JSONSCHEMA_VALIDATOR(declared.schema).validate(shaped)


def test_every_kind_has_its_values_here() -> None:
    kinds = {name for name, value in vars(columns).items() if isinstance(value, Kind)}
    assert kinds - VALUES.keys() == {"TIME"}  # the tap's own time, which no store sends


def test_a_key_is_required_and_the_other_kinds_take_null() -> None:
    kinds = {name for name, value in vars(columns).items() if isinstance(value, Kind) and value.is_required}
    assert kinds == {"ID", "CODE", "TIME"}


def test_the_schema_of_a_column_has_its_description() -> None:
    assert Column("id", columns.ID).schema == {"type": "integer"}
    assert Column("id", columns.ID, "Number.").schema == {"type": "integer", "description": "Number."}
    assert columns.ID.schema == {"type": "integer"}
