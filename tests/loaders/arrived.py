"""What arrived of what the tap wrote: whole rows by their keys, and in which form the values of each kind stand."""

from __future__ import annotations

import ast
import datetime
import json
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.loaders.loaders import Row, Table


@dataclass
class Arrival:
    """What stands in a destination.

    Attributes:
        missing: rows that are not there, by stream.
        repeated: rows that stand there more than once, by stream; the last of each is compared.
        surplus: rows there whose keys the tap never wrote.
        forms: how often values of a kind arrived in a form, by both, as ("array", "JSON text").
        examples: of every form that is not the value itself, one value as (stream, column, written, arrived).
        types: the types of the columns of a kind.
        missing_columns: columns that are not there, by stream.
    """

    missing: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    surplus: Counter[str] = field(default_factory=Counter)
    forms: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], tuple[str, str, Any, Any]] = field(default_factory=dict)
    types: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing_columns: dict[str, list[str]] = field(default_factory=dict)


def compare(
    tables: dict[str, Table], expected: dict[str, dict[tuple[Any, ...], Row]], schemas: dict[str, Row]
) -> Arrival:
    """Compare what a destination holds with the newest row of each key."""
    found = Arrival()
    for stream, rows in expected.items():
        properties, keys = schemas[stream]["schema"]["properties"], schemas[stream]["key_properties"]
        table = tables.get(stream, Table({}, []))
        here = {key_of(row, keys, properties): row for row in table.rows}
        there = {key_of(row, keys, properties): row for row in rows.values()}
        _add(found.repeated, stream, len(table.rows) - len(here))
        _add(found.missing, stream, len(there.keys() - here.keys()))
        _add(found.surplus, stream, len(here.keys() - there.keys()))
        columns = {name for row in here.values() for name in row}
        if here and (absent := sorted(properties.keys() - columns)):
            found.missing_columns[stream] = absent
        for name in properties.keys() & columns:
            kind = kind_of(properties[name])
            found.types[kind, table.types.get(name, "")] += 1
            for key in there.keys() & here.keys():
                written, arrived = there[key].get(name), here[key].get(name)
                form = (kind, form_of(written, arrived, kind))
                found.forms[form] += 1
                found.examples.setdefault(form, (stream, name, written, arrived))
    return found


def gone(tables: dict[str, Table], stream: str, schemas: dict[str, Row]) -> set[tuple[str, ...]]:
    """Keys of the rows that are older than the last full sync of their store and stream, as a reader finds them."""
    started = {(row["store_id"], row["stream"]): moment(row["started_at"]) for row in tables["snapshots"].rows}
    newest = {tuple(str(row[key]) for key in schemas[stream]["key_properties"]): row for row in tables[stream].rows}
    return {
        key
        for key, row in newest.items()
        if (key[0], stream) in started and moment(row["synced_at"]) < started[key[0], stream]
    }


def moment(value: Any) -> datetime.datetime:
    """A time that stands in a destination as text or as a time; one without a zone is UTC."""
    return _utc(value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(value))


def key_of(row: Row, keys: list[str], properties: Row) -> tuple[str, ...]:
    """The key of a row as texts that are the same in every destination."""
    return tuple(
        str(moment(row[key]) if kind_of(properties[key]) == "date-time" and row.get(key) else row.get(key))
        for key in keys
    )


def _add(counter: Counter[str], stream: str, count: int) -> None:
    if count:
        counter[stream] = count


def kind_of(schema: Row) -> str:
    """The kind of a column: its JSON type without null, or its format."""
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    return str(schema.get("format") or next(name for name in types if name != "null"))


def form_of(written: Any, arrived: Any, kind: str) -> str:
    """Name the form in which a value arrived."""
    if isinstance(written, list | dict):
        written = json.loads(json.dumps(written, default=float))  # the decimals in it are numbers for any reader
    if written is None:
        return "null" if arrived is None else "null as empty text" if arrived == "" else "null as another value"
    if arrived is None:
        return f"{'empty text' if written == '' else 'value'} as null"
    if (
        isinstance(arrived, float | Decimal)
        and isinstance(written, int | float | Decimal)
        and not isinstance(written, bool)
    ):
        return "same" if float(arrived) == float(written) else "another number"
    if type(arrived) is type(written) and arrived == written:
        return "same"
    if isinstance(arrived, datetime.datetime) and kind == "date-time":
        return "same time" if _utc(arrived) == _utc(datetime.datetime.fromisoformat(written)) else "another time"
    return _form_of_text(written, arrived) if isinstance(arrived, str) else "another value"


def _utc(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC) if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _form_of_text(written: Any, arrived: str) -> str:
    if isinstance(written, list | dict):
        for name, read in (("JSON text", json.loads), ("Python text", ast.literal_eval)):
            try:
                if read(arrived) == written:
                    return name
            except (ValueError, SyntaxError):
                continue
        return "another text"
    if str(written) == arrived or str(written).lower() == arrived:
        return "text"
    try:
        if _utc(datetime.datetime.fromisoformat(arrived)) == _utc(datetime.datetime.fromisoformat(str(written))):
            return "text of the same time"
    except ValueError:
        pass
    return "another text"
