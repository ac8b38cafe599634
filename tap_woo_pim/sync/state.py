"""What the tap keeps from run to run as Singer state: typed, versioned, and no larger for a larger store.

Singer state is one dictionary per stream. It is loaded into a dataclass and dumped before each state message. Values
that equal their defaults are left out.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

import msgspec

logger = logging.getLogger("tap-woo-pim")

VERSION = 2
"""1 had no version, and other names; see `_from_version_1`."""

MODIFIED = "date_modified_gmt"
"""The replication key."""


@dataclass
class RowNumbers:
    """The numbers of a list that is being read; see `RowCounts`.

    Attributes:
        rows: rows that came.
        survivors: those of them that the last full sync had seen, too.
        max_id: the largest id.
        walked: rows of the lists gone through, which are others than `rows` where these stand below them.
        listed: rows that the store counts in the lists read to their end; None if it does not say.
    """

    rows: int = 0
    survivors: int = 0
    max_id: int | None = None
    walked: int = 0
    listed: int | None = 0


@dataclass
class StoreCounts:
    """How many rows the store counts in all lists of a stream, trash included, and the largest id."""

    total: int
    max_id: int


@dataclass
class Held:
    """How many changed rows did not come when changes since a time were requested."""

    since: str
    missing: int


@dataclass
class BookmarkState:
    """A bookmark.

    Attributes:
        value: the latest `date_modified_gmt` read, never later than the store's clock.
        read_at: the store's clock when the read that met the bookmark began.
        is_settled: whether a read that began more than `lookback_seconds` later found nothing beyond the bookmark. Then
            everything up to it has been read, and the rows before it need not come again with every run.
        held: see `Bookmark.holds`.
    """

    value: str | None = None
    read_at: str | None = None
    is_settled: bool = False
    held: Held | None = None


@dataclass
class ReadState:
    """How far the lists of one read have been read, and what they held.

    Attributes:
        since: the start of the changes read, exclusive; None for all rows.
        until: the end of them; None for no end.
        list_number: which of the lists by status is being read.
        offset: how far that has been read.
        seen: the largest id read so far.
        newest: the latest date read.
        is_incomplete: whether rows could not be read.
        named: how many of these are named as unread.
        counts: the counts so far.
        new: how many rows have a larger id than any that the store counted in the last run.
        max_new: the largest of these ids.
    """

    since: str | None = None
    until: str | None = None
    list_number: int = 0
    offset: int = 0
    seen: int | None = None
    newest: str | None = None
    is_incomplete: bool = False
    named: int = 0
    counts: RowNumbers = field(default_factory=RowNumbers)
    new: int = 0
    max_new: int = 0


@dataclass(kw_only=True)
class SyncState(ReadState):
    """The progress of a sync of products or variations, which begins with the read of their own lists.

    Attributes:
        selection_hash: which columns and rows are requested.
        started_at: `synced_at` of the run in which it began.
        clock: the store's clock then.
        missing: how many rows that changed meanwhile did not come.
        below: the read of the rows below products that changed; see `ParentRefresh`.
        milliseconds: for how long requests were under way.
    """

    selection_hash: str
    started_at: str
    clock: str
    missing: int = 0
    below: ReadState | None = None
    milliseconds: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it is a full sync."""
        return self.since is None


@dataclass
class ListState:
    """What is kept for a list.

    Attributes:
        store: the store's id and address.
        page_size: the size of page that the store can deliver, if that is smaller than in the settings.
        row_count: how many rows the last full sync found, and those that came since.
        max_id: the largest id among them.
        shortfall: how many rows the store counted in it and did not send.
        digest: see `Digest`.
        digest_max_id: the largest id in the digest.
        parent_count: for lists below the rows of another list, how many rows that had in the last full sync.
        parent_max_id: the largest id among those.
    """

    store: str | None = None
    page_size: int | None = None
    row_count: int | None = None
    max_id: int | None = None
    shortfall: int = 0
    digest: str | None = None
    digest_max_id: int = 0
    parent_count: int = 0
    parent_max_id: int = 0


@dataclass
class IncrementalState(ListState):
    """What is kept for products or variations.

    Attributes:
        bookmark: the stream's bookmark.
        parents: the bookmark of the products whose variations were read again; None if all variations were read since.
        full_sync_at: the store's clock when the last completed full sync began.
        full_sync_milliseconds: for how long its requests were under way, over all its runs.
        selection_hash: what it requested, so that another choice of columns starts a new one.
        needed: why the next one is needed before it is due.
        store_counts: what the store counted in the last run.
        read: an unfinished sync.
    """

    bookmark: BookmarkState = field(default_factory=BookmarkState)
    parents: BookmarkState | None = None
    full_sync_at: str | None = None
    full_sync_milliseconds: int | None = None
    selection_hash: str | None = None
    needed: str | None = None
    store_counts: StoreCounts | None = None
    read: SyncState | None = None


@dataclass
class StoreRowState:
    """What is kept for the stream `stores`.

    Attributes:
        synced_at: `synced_at` of the last run.
        store: the store's id and address in the last row.
        missing: the routes that failed for it.
    """

    synced_at: str | None = None
    store: str | None = None
    missing: list[str] = field(default_factory=list)


@dataclass
class OpenRun:
    """A sync that has begun, as in its row of `sync_runs`."""

    synced_at: str
    started_at: str
    run_id: str | None
    kind: str | None
    kind_reason: str | None


@dataclass
class HistoryState:
    """What is kept for the stream `sync_runs`: the sync that is running, or was killed."""

    open: OpenRun | None = None


S = TypeVar("S", ListState, IncrementalState, StoreRowState, HistoryState)


def load(kind: type[S], stored: Mapping[str, Any]) -> S:
    """Load the state of a stream, also one of an earlier version.

    Args:
        kind: the type of the state.
        stored: the stream's dictionary in the Singer state.

    Returns:
        The state; an empty one, which leads to a full sync, if the stored one is invalid.
    """
    if stored and "version" not in stored:
        stored = _from_version_1(stored)
    try:
        return msgspec.convert(stored, kind, strict=False)
    except msgspec.ValidationError as error:
        logger.warning("A stored state cannot be read (%s), so everything is read again.", error)
        return kind()


def dump(state: ListState | StoreRowState | HistoryState) -> dict[str, Any]:
    """Return the dictionary of a state, with the replication key where Singer tools look for it."""
    stored: dict[str, Any] = {"version": VERSION, **_changed(state)}
    if isinstance(state, IncrementalState) and state.bookmark.value is not None:
        stored |= {"replication_key": MODIFIED, "replication_key_value": state.bookmark.value}
    return stored


def _changed(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that differ from their defaults."""
    found: dict[str, Any] = {}
    for one in fields(value):
        held = getattr(value, one.name)
        if is_dataclass(held):
            inner = _changed(held)
            if inner or one.default is None:
                found[one.name] = inner
        elif held not in (one.default, []):
            found[one.name] = held
    return found


_LIST_NAMES = {"shop": "store", "whole_read_at": "full_sync_at", "shape": "selection_hash", "untold": "missing"}
_READ_NAMES = {"shape": "selection_hash", "list": "list_number", "unread": "is_incomplete", "counted": "counts"}
_BOOKMARK_NAMES = {"replication_key_value": "value", "bookmark_at": "read_at"}


def _from_version_1(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the state of an earlier version to the names of this one."""
    found = _renamed(stored, _LIST_NAMES)
    bookmark = _renamed(stored, _BOOKMARK_NAMES)
    found["bookmark"] = {one.name: bookmark[one.name] for one in fields(BookmarkState) if one.name in bookmark}
    if "parents" in stored:
        found["parents"] = _renamed(stored["parents"], _BOOKMARK_NAMES)
    if "reading" in stored:
        found["read"] = _renamed(stored["reading"], _READ_NAMES)
    return found


def _renamed(stored: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in stored.items()}
