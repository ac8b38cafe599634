"""A list of a store, and what an answer of it holds: rows that can be told apart, and others, which are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.pagination.overlap import PageRange
from tap_woo_pim.pagination.paginator import OverlapPaginator
from tap_woo_pim.records.columns import ID, TYPE_MISMATCH, Kind
from tap_woo_pim.store.connection import Connection

MAX_KEY_CHARACTERS = 600
"""A key may be so long: of those beyond some 2,700 bytes PostgreSQL makes no index, and refuses the whole load."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Unread:
    """A row that the store could not deliver.

    Attributes:
        position: its position in the list, or its id.
        reason: why.
        is_partial: whether the rest of the row came.
    """

    position: str
    reason: str
    is_partial: bool = False


@dataclass(frozen=True)
class Page:
    """The usable rows of one window, in the store's order.

    Attributes:
        window: the window.
        rows: its usable rows.
        ids: their ids.
        odd: the others.
        partial: those of its rows that lack fields.
        total: how many rows the store counts in the list; None where it does not say.
    """

    window: PageRange
    rows: list[Row]
    ids: list[int]
    odd: list[Unread]
    total: int | None
    partial: tuple[Unread, ...] = ()

    @property
    def count(self) -> int:
        """How many rows came, usable or not."""
        return len(self.rows) + len(self.odd)

    @property
    def reaches_end(self) -> bool:
        """Whether the store counts no rows behind the window."""
        return self.total is None or self.window.offset + self.window.size >= self.total


@dataclass
class Listing:
    """A list to read.

    Attributes:
        path: path below the API root.
        params: query parameters beside those of paging and order.
        about: the list's name for messages.
        walk: where to begin and how far it has come.
        unread: the rows that could not be read.
        part: which part of the stream it holds, where the path tells it, for positions in it.
        known_fields: the fields to ask for where the store fails on whole rows; empty where it is not asked for those.
            Fields that arrive beside them are added.
        good_offset: the place of a row that came whole; None before one did.
        gone_code: the error code by which the store says that the list is there no more, which makes it an empty one.
    """

    path: str
    params: Mapping[str, Any]
    subject: str
    walk: OverlapPaginator
    unread: list[Unread] = field(default_factory=list)
    part: str = ""
    known_fields: frozenset[str] = frozenset()
    good_offset: int | None = None
    gone_code: str | None = None

    @property
    def complete(self) -> bool:
        """Whether, once it is read to its end, every row was read and no gap was left."""
        return self.walk.ordered and not self.left_out

    @property
    def left_out(self) -> int:
        """How many of the unread rows did not come at all."""
        return sum(not row.is_partial for row in self.unread)

    def position(self, offset: int) -> str:
        """Name a position such that it is another one in each list of the stream."""
        status = f" of status {self.params['status']}" if "status" in self.params else ""
        since = f" of changes after {self.params['modified_after']}" if "modified_after" in self.params else ""
        return f"offset {offset}{self.part}{status}{since}"


def page_of(store: Connection, listing: Listing, window: PageRange, sent: list[Any], total: int | None) -> Page:
    """Take the usable rows of an answer, in the store's order.

    Args:
        store: the store.
        listing: the list asked.
        window: the stretch of it asked for.
        sent: the rows of the answer; when it was asked for by offset, `Connection.get` saw to their number.
        total: how many rows the store counts, None where it does not say.

    Raises:
        RetriableAPIError: it holds more rows than were asked for.
    """
    rows: list[Row] = []
    ids: list[int] = []
    odd: list[Unread] = []
    if len(sent) > window.size:
        raise RetriableAPIError(
            f"{store.client.prefix(listing.subject)}: it answered with more rows than were asked for. Try later. If it"
            " lasts, look for a plugin or a cache that changes the store's answers."
        )
    for place, row in enumerate(sent):
        row_id = key_of(row, "id", ID)
        if row_id is None:
            odd.append(Unread(listing.position(window.offset + place), "the row has no usable id"))
        else:
            rows.append(row)
            ids.append(row_id)
    return Page(window, rows, ids, odd, total)


def key_of(row: Any, name: str, kind: Kind) -> Any:
    """Give what tells a row apart, as its column has it: an id, which is a number from 1 on, or a code.

    Args:
        row: a row, or whatever stands in its place.
        name: the key's name.
        kind: the kind of its column.

    Returns:
        The key; None for a row without a usable one.
    """
    key = kind.shape(row.get(name)) if isinstance(row, dict) else None
    if key is TYPE_MISMATCH or not key:
        return None
    return key if (len(key) <= MAX_KEY_CHARACTERS if isinstance(key, str) else key > 0) else None
