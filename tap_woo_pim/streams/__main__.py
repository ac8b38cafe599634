"""Writes the reference of all tables into ``docs/tables.md``: ``python -m tap_woo_pim.streams --write``."""

from __future__ import annotations

import sys
from pathlib import Path

from tap_woo_pim.records.columns import Column
from tap_woo_pim.streams import STREAMS
from tap_woo_pim.streams.base import WooStream

PAGE = Path("docs/tables.md")
BEGIN, END = "<!-- streams -->\n", "<!-- /streams -->\n"


def reference() -> str:
    """Return the tables in Markdown: one section per stream, one line per column."""
    return "\n".join(_section(stream) for stream in STREAMS)


def page(text: str) -> str:
    """Replace the reference within the page.

    Args:
        text: the page, with the two comments that mark the place.

    Raises:
        ValueError: the page lacks one of them.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE} needs the lines {BEGIN.strip()} and {END.strip()}.")
    return f"{before}{BEGIN}{reference()}{END}{after}"


def _section(stream: type[WooStream]) -> str:
    keys = ", ".join(f"`{name}`" for name in stream.primary_keys)
    component = f"Component `{stream.component}`" if stream.component else "Always on"
    summary = (stream.__doc__ or "").strip().splitlines()[0]
    lines = [f"### `{stream.name}`", "", summary, f"{component}; key {keys}.", ""]
    lines += ["| column | type | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{column.name}` | {_type(column)} | {column.description or ''} |" for column in stream.own_columns()]
    return "\n".join([*lines, ""])


def _type(column: Column) -> str:
    schema = column.kind.schema
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    kind = next(name for name in types if name != "null")
    words = {"string": "text", "array": "list", "boolean": "true or false"}
    return "UTC time" if schema.get("format") == "date-time" else words.get(kind, kind)


if __name__ == "__main__":
    written = page(PAGE.read_text(encoding="utf-8"))
    if "--write" in sys.argv:
        PAGE.write_text(written, encoding="utf-8")
    else:
        sys.stdout.write(written)
