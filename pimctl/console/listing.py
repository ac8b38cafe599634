"""A list as its address says: searched, filtered, sorted, cut into pages, or as CSV of all that is filtered."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, LiteralString

from starlette.responses import StreamingResponse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.requests import Request

    from pimctl.console.warehouse import Reader

PAGE_ROWS = 50
MOST_PAGES = 20_000
LONGEST_SEARCH = 200
STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Listing:
    """What an address asks of a list.

    Attributes:
        search: The words searched for.
        filters: The chosen value of each filter, empty where all.
        sort: The column to sort by, one of those that were offered.
        descending: Whether from the largest.
        page: Counted from 1.
    """

    search: str
    filters: dict[str, str]
    sort: str
    descending: bool
    page: int

    @classmethod
    def of(cls, request: Request, filters: Iterable[str], sorts: Iterable[str], default: str = "") -> Listing:
        """Read the query of an address; what makes no sense there is as if it were not there.

        Args:
            request: The request.
            filters: The filters that this list has.
            sorts: The columns that it can be sorted by, the first being what it is sorted by if nothing is said.
            default: A sort with its direction, ``-score``, if it is not the first one.
        """
        query = request.query_params
        names = list(sorts)
        sort = query.get("sort") or default or names[0]
        if sort.removeprefix("-") not in names:
            sort = default or names[0]
        number = query.get("page", "1")
        page = min(int(number), MOST_PAGES) if number.isascii() and number.isdigit() and len(number) < 7 else 1
        return cls(
            search=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
            filters={name: query.get(name, "").replace("\0", "")[:LONGEST_SEARCH] for name in filters},
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            page=max(page, 1),
        )

    @property
    def offset(self) -> int:
        """How many rows stand before this page."""
        return (self.page - 1) * PAGE_ROWS

    @property
    def pattern(self) -> str:
        """The search as an ``ilike`` pattern."""
        escaped = self.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"

    @property
    def values(self) -> dict[str, Any]:
        """The values of the list's query in the database."""
        return {
            **self.filters,
            "q": self.search,
            "pattern": self.pattern,
            "limit": PAGE_ROWS,
            "offset": self.offset,
        }

    @property
    def query(self) -> dict[str, str]:
        """The query of the address, without the page."""
        sort = ("-" if self.descending else "") + self.sort
        return {"q": self.search, **self.filters, "sort": sort}

    @property
    def is_filtered(self) -> bool:
        """Whether anything is searched or filtered."""
        return bool(self.search or any(self.filters.values()))


@dataclass(frozen=True)
class Part:
    """One page of a list.

    Attributes:
        rows: Its rows.
        total: How many rows the whole list has.
        listing: What was asked.
    """

    rows: list[dict[str, Any]]
    total: int
    listing: Listing

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE_ROWS))

    @property
    def first(self) -> int:
        """The number of the first row, counted from 1; 0 where there is none."""
        return self.listing.offset + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.listing.offset + len(self.rows)


def read_part(
    reader: Reader, listing: Listing, columns: LiteralString, source: LiteralString, order: LiteralString
) -> Part:
    """Read one page of a list, and count all of it apart: counted along, 36,000 rows would be sorted on the disk.

    Args:
        reader: The database.
        listing: What was asked.
        columns: What to select.
        source: The query from its ``from`` to its conditions.
        order: Its ``order by``.
    """
    rows = reader.rows(f"select {columns} {source} {order} limit %(limit)s offset %(offset)s", listing.values)
    counted = reader.row(f"select count(*) as total {source}", listing.values)
    return Part(rows, counted["total"] if counted else 0, listing)


def csv_response(name: str, rows: Iterator[Mapping[str, Any]]) -> StreamingResponse:
    """Return rows as a CSV file, in UTF-8 with its mark, so that spreadsheets read umlauts.

    A text that a spreadsheet would run as a formula gets an apostrophe before it: names come from stores.

    Raises:
        DatabaseUnavailable: It cannot be read, which a file that was begun could not say.
    """
    lines = csv_lines(rows)
    begun = chain([next(lines)], lines)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(begun, media_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a CSV file, the columns' names first."""
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    for index, row in enumerate(rows):
        if index == 0:
            writer.writerow(row.keys())
        writer.writerow([cell(value) for value in row.values()])
        if buffer.tell() > 60_000:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def cell(value: Any) -> Any:
    """Return a value as a cell."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and value.startswith(STARTS_OF_FORMULAS):
        return f"'{value}"
    return value
