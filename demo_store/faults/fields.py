"""Faults of the values in a list's rows: wrong types, odd dates, and what databases do not take."""

from typing import Any, Final

from demo_store.answer import Answer
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.pages import RowsChanged
from demo_store.php import Fields

_WRONG: Final[tuple[Any, ...]] = (
    False,
    "",
    "0",
    "parent",
    {},
    [],
    True,
    0,
    1.5,
    "1e3",
    [None],
    {"0": "a"},
    {"a": 1},
    -7,
)
_TIME_FIELDS: Final = ("date_created", "date_modified", "date_on_sale_from", "date_on_sale_to")


class FieldsChanged(RowsChanged):
    """Other values in some fields of every row.

    Args:
        values: the fields, by name.
        only: ids of the rows that are changed; all when there are none.
    """

    name = "fields_changed"

    def __init__(self, values: Fields | None = None, only: tuple[int, ...] = ()) -> None:
        super().__init__(
            lambda row: {**row, **(values or {})} if _is_row(row) and (not only or row["id"] in only) else row
        )


class WrongTypes(RowsChanged):
    """A value of a wrong type in every field but the id, another one in each row."""

    name = "wrong_types"

    def __init__(self) -> None:
        super().__init__(_with_wrong_types)


class ZeroDates(FieldsChanged):
    """The zero dates that importers leave in the database."""

    name = "zero_dates"

    def __init__(self) -> None:
        super().__init__(_times("0000-00-00T00:00:00"))


class Year9999(FieldsChanged):
    """Dates at the end of time."""

    name = "year_9999"

    def __init__(self) -> None:
        super().__init__(_times("9999-12-31T23:59:59"))


class MetaDataAsObject(RowsChanged):
    """meta_data as an object of its entries."""

    name = "meta_data_as_object"

    def __init__(self) -> None:
        super().__init__(_with_meta_object)


class LongDescriptions(FieldsChanged):
    """Descriptions that are longer than all the rest of a page.

    Args:
        characters: how long.
        only: ids of the rows that have one; all when there are none.
    """

    name = "long_descriptions"

    def __init__(self, characters: int = 10_000_000, only: tuple[int, ...] = ()) -> None:
        super().__init__({"description": "x" * characters}, only)


class LoneSurrogates(BodyChanged):
    """Halves of surrogate pairs in names: a text was cut between them."""

    name = "lone_surrogates"

    def __init__(self) -> None:
        super().__init__(lambda body: body.replace(b'"name":"', b'"name":"\\ud83d '))


class NulCharacters(FieldsChanged):
    """NUL characters in texts, nested values and names, which PostgreSQL does not take."""

    name = "nul_characters"

    def __init__(self) -> None:
        super().__init__({"name": "a\0b", "meta_data": [{"id": 1, "key": "k\0", "value": {"\0": ["\0"]}}]})


class HugeNumbers(FieldsChanged):
    """Numbers that no column holds, and that no float holds."""

    name = "huge_numbers"

    def __init__(self) -> None:
        super().__init__(
            {
                "total_sales": 2**63,
                "menu_order": -(2**63),
                "rating_count": 2**63 - 1,
                "stock_quantity": 1e300,
                "low_stock_amount": 10**40,
                "plugin_numbers": [10**40, 1e300, 5e-324, -(2**64)],
            }
        )

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        """Change the rows; one number is beyond what Python's encoder writes."""
        answer = super().spoil(exchange, answer)
        answer.body = answer.body.replace(b'"download_limit":-1', b'"download_limit":1e400')
        return answer


class NestedFields(FieldsChanged):
    """Values nested many times.

    Args:
        levels: how deep. PHP itself encodes no more than 512 levels, the list and the row among them.
    """

    name = "nested_fields"

    def __init__(self, levels: int = 200) -> None:
        super().__init__(
            {"plugin_nest": _nest(levels), "meta_data": [{"id": 1, "key": "k", "value": _nest(levels - 4)}]}
        )


class ControlCharacters(FieldsChanged):
    """Names that would colour, move or turn what a terminal shows."""

    name = "control_characters"

    def __init__(self) -> None:
        super().__init__({"name": "\x1b[31mred\x1b[0m\r\n\x07\u202eturned\u2066\u200b\x9b2J\\N\\.\t"})


class ListNotObject(Fault):
    """An object that comes inside of a list."""

    name = "list_not_object"

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        """Make a list of the object."""
        if answer.body[:1] == b"{":
            answer.body = b"[" + answer.body + b"]"
        return answer


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and "id" in row


def _times(value: str) -> Fields:
    return {f"{name}{end}": value for name in _TIME_FIELDS for end in ("", "_gmt")}


def _with_wrong_types(row: Any) -> object:
    if not _is_row(row):
        return row
    # Whatever other fields are asked for, the same field of the same row is wrong in the same way.
    return {
        name: value if name == "id" else _WRONG[(int(row["id"]) + sum(name.encode())) % len(_WRONG)]
        for name, value in row.items()
    }


def _with_meta_object(row: Any) -> object:
    if not (_is_row(row) and isinstance(row.get("meta_data"), list)):
        return row
    return {**row, "meta_data": {f"entry {entry['id']}": entry for entry in row["meta_data"]}}


def _nest(levels: int) -> object:
    value: object = "core"
    for level in range(levels):
        value = [value] if level % 2 else {"inner": value}
    return value
