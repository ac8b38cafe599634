"""Streams of rows with a date of modification: a full sync from time to time, incremental syncs in between."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Future
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.pagination.reader import ask_ahead as ask_pages_ahead
from tap_woo_pim.records.shaper import Shaper
from tap_woo_pim.streams.count_check import CountCheck
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.variation_sources import FlatSource, PagePart
from tap_woo_pim.sync.bookmark import MODIFIED, Bookmark, newest, parse
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.context import TIME_FORMAT
from tap_woo_pim.sync.plan import SyncPlan
from tap_woo_pim.sync.progress import FULL, INCREMENTAL
from tap_woo_pim.sync.state import IncrementalState, ParentsRead, ReadState

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

    from tap_woo_pim.streams.parent_refresh import ParentRefresh

P = TypeVar("P")

ALL_IN_ONE = ({"include_status": "any,trash"},)
ANY_THEN_TRASH = ({"status": "any"}, {"status": "trash"})
"""For stores without `include_status` (5.9.0): `status` takes one value, so there are two lists."""
TRASH_ANY_TRASH = ({"status": "trash"}, *ANY_THEN_TRASH)
"""For stores without dates (before 5.8): nothing else finds what is restored between reading the two lists."""

ROUNDS = 3
"""How often at most what changed meanwhile is read. What changes later is left to the next run."""


class IncrementalStream(FullTableStream):
    """Products and variations.

    Attributes:
        why_full: why this run is a full sync of the stream; None if it is incremental.
        has_read_all: whether this run read all rows, and not only the rest of an interrupted full sync.
    """

    replication_key = MODIFIED
    why_full: str | None = None
    has_read_all = False
    _ms_before = 0.0

    @property
    @override
    def kept(self) -> IncrementalState:
        return self.load_state(IncrementalState)

    @cached_property
    def source(self) -> FlatSource:
        """The source of the rows."""
        return FlatSource(self, self.connection.path(self.route))

    @cached_property
    def parent_refresh(self) -> ParentRefresh | None:
        """Reads rows again that show values of their parent; None if rows have no parents."""
        return None

    @cached_property
    def count_check(self) -> CountCheck:
        """Compares the store's counts with the rows known."""
        return CountCheck(self)

    @property
    @override
    def unit(self) -> str:
        return self.source.unit

    @property
    def bookmark(self) -> Bookmark:
        """The stream's bookmark."""
        return Bookmark(self.kept.bookmark, self.run)

    def normalise(self, row: Row) -> Row:
        """Make a row the same whichever route it came by."""
        return row

    def begin_full(self) -> None:
        """Prepare for a full sync from its beginning."""

    # What is requested.

    def statuses(self, path: str) -> tuple[dict[str, str], ...]:
        """Return the parameters of the lists that together have every status, trash included."""
        if self.connection.routes.takes(path, "include_status"):
            return ALL_IN_ONE
        return ANY_THEN_TRASH if self.takes_dates() else TRASH_ANY_TRASH

    def row_fields(self) -> dict[str, Any]:
        """Return the parameters for the fields of a row and their form."""
        context = {"context": "edit"} if self.settings.content == "raw" else {}
        return {**self.parameters(), **context}

    def known_fields(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the fields that have a column if whole rows are requested, else none."""
        return frozenset() if "_fields" in params else frozenset(column.name for column in self.columns)

    def list_of(
        self,
        status: dict[str, str],
        since: str | None,
        offset: int = 0,
        seen: int | None = None,
        until: str | None = None,
    ) -> Listing:
        """Return the list of one status.

        Args:
            status: one of `statuses`.
            since: the begin of the changes wanted, exclusive; None for all rows.
            offset: where to begin; see `OverlapPaginator`.
            seen: see `OverlapPaginator`.
            until: the end of the changes wanted, exclusive; None for no end.
        """
        params = {**self.source.parameters(), **status}
        since = since or self.start_date()
        if since and self.takes_dates():
            params |= self.dates(since, until)
        known_fields = self.known_fields(params)
        paginator = self.paginator(offset, seen)
        return self.watched(Listing(self.source.path, params, self.name, paginator, known_fields=known_fields))

    @staticmethod
    def dates(since: str, until: str | None) -> dict[str, str]:
        """Return the parameters that request what changed between two times, both exclusive.

        The store would first convert times with an offset or a Z to site time (11.0.1).
        """
        ends = {} if until is None else {"modified_before": until.rstrip("Z")}
        return {"modified_after": since.rstrip("Z"), **ends, "dates_are_gmt": "true"}

    def takes_dates(self) -> bool:
        """Return whether the store can be asked for changes since a UTC time."""
        routes, path = self.connection.routes, self.source.path
        return routes.takes(path, "modified_after") and routes.takes(path, "dates_are_gmt")

    def until_now(self, path: str) -> str | None:
        """Return the end of changes until now, with which a list only becomes shorter; None if the store takes none.

        The end is exclusive, so it is the next second.
        """
        if not self.connection.routes.takes(path, "modified_before"):
            return None
        return (self.connection.now() + datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    def start_date(self) -> str | None:
        """Return the setting `start_date` in UTC, if it is set."""
        value = self.settings.start_date
        return None if value is None else parse(value).strftime(TIME_FORMAT)

    def selection_hash(self) -> str:
        """Return a short text that changes if other rows or columns are requested."""
        settings = self.settings
        wanted = [
            self.source.path,
            self.statuses(self.source.path),
            sorted(self.selected_columns),
            settings.content,
            settings.start_date,
            dict(settings.extra_query_parameters),
        ]
        return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:12]

    @override
    def ask_ahead(self) -> Future[Response] | None:
        if self.kept.read is not None:
            return None
        if self.plan.full_sync_reason is not None:
            return super().ask_ahead()
        self.count_check.ask_ahead()
        lists = [self.list_of(status, self.bookmark.since) for status in self.statuses(self.source.path)]
        first, *_ = [ask_pages_ahead(self.connection, listing) for listing in lists]
        return first

    def _ask_for_next_stream(self) -> None:
        """Ask for the first page of variations, beside the last questions about products."""
        for stream in selected(self._tap):
            is_begun = stream.turn <= self.turn or stream.kept.read is not None
            if not is_begun and stream.plan.full_sync_reason is not None:
                ask_pages_ahead(self.connection, stream.first_list())

    @override
    def first_list(self) -> Listing:
        return self.list_of(self.statuses(self.source.path)[0], None)

    # The kind of sync.

    @property
    def plan(self) -> SyncPlan:
        """What this run does, by the present state."""
        took = [one.kept.full_sync_milliseconds for one in selected(self._tap)]
        known = [one for one in took if one is not None]
        return SyncPlan(
            self.kept,
            self.run,
            self.selection_hash(),
            takes_dates=self.takes_dates(),
            is_full_table=self.replication_method == "FULL_TABLE",
            full_sync_seconds=sum(known) / 1000 if len(known) == len(took) else None,
        )

    @override
    def need_full_sync(self, reason: str) -> None:
        """Make a full sync due as soon as the schedule allows, since changes alone are not enough."""
        if self.kept.full_sync_at is not None:
            self.kept.needed = reason
            self.dump_state()  # another stream notes it, whose next state message must have it

    # The reading.

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read what is due: all, what changed, or the rest of an interrupted sync."""
        account = self.run.progress.begin(self.name)
        account.changed = 0  # other streams cannot tell
        yield from self._sync(resumed=self.plan.resumes)
        if account.kind == INCREMENTAL and self.plan.full_sync_reason is not None:
            # The store counts other rows than the known ones, and it is small enough to read them all now.
            yield from self._sync(resumed=False)
        if self.kept.needed is not None and self.kept.full_sync_at is not None:
            self.logger.info(
                "%s: a full sync is needed, since %s. It comes with the first run after %s.",
                self.name,
                self.kept.needed,
                self.plan.next_full_sync_at,
            )

    def _sync(self, *, resumed: bool) -> Iterator[Record]:
        """Read all rows, or those that changed.

        Args:
            resumed: whether to continue the read of an interrupted run.
        """
        kept, account = self.kept, self.run.progress.accounts[self.name]
        self.why_full = self.plan.why_full
        if not resumed or kept.read is None:
            since = self.bookmark.since if self.plan.full_sync_reason is None else None
            kept.read = ReadState(self.selection_hash(), self.run.synced_at, self.run.started_at, since)
        read = kept.read
        account.kind = FULL if read.is_full else INCREMENTAL
        self.has_read_all = read.is_full and not resumed
        if self.has_read_all:
            kept.needed = None
            self.begin_full()
        self._ms_before = read.milliseconds - 1000 * self.run.progress.busy_seconds
        check = self.count_check
        check.counted = None if read.is_full else check.count()
        requests = yield from self._read(read)
        if read.is_full:
            check.ask_ahead()
            self._ask_for_next_stream()
            kept.store_counts, read.new, read.max_new = check.of_lists(RowCounts(kept, read.counts)), 0, 0
        # A list that comes in one request is consistent; else some rows may have changed after they were read.
        at_once = 1 if read.is_full else len(self.statuses(self.source.path))
        if resumed or requests > at_once:
            yield from self._catch_up(read)
        lacks_none = not (read.is_incomplete or read.missing or RowCounts(kept, read.counts).shortfall)
        if read.since is not None and lacks_none and not resumed:
            self.run.unchanged_since[self.name] = max(read.since, read.newest or "")
        if self.parent_refresh is not None:
            yield from self.parent_refresh.read(read, resumed=resumed)
        if read.is_full:
            kept.store_counts = check.after_full_sync(read)
        else:
            yield from self._compare_counts(read)
            kept.store_counts = check.after_incremental(read)
        self._count_time(read)
        self._end(read)

    def _read(self, read: ReadState, min_id: int = 0) -> Generator[Record, None, int]:
        """Read on, and return how many requests that took at least.

        Args:
            read: the read.
            min_id: only larger ids count as new.

        Changes that fill more than a page are requested up to now: such a list only becomes shorter while the store is
        being edited, so it comes to an end. What changes later is read afterwards.
        """
        counts = RowCounts(self.kept, read.counts)
        shaper = self.shaper()
        statuses = self.statuses(self.source.path)
        requests, is_incomplete, named = 0, read.is_incomplete, read.named
        new, max_new = read.new, read.max_new
        for number in range(read.list_number, len(statuses)):
            listing, parts = self._open(statuses[number], read)
            if read.is_full and number == 0 and statuses != TRASH_ANY_TRASH:
                # So that pages are fetched ahead from the start.
                listing.paginator.total = self.run.expected_rows.get(str(self.component))
            for part in parts:
                requests += 1
                if statuses[number:] != TRASH_ANY_TRASH:  # the first list comes again as the last
                    counts.count(part.rows, len(part.listed) - part.missing)
                yield from self._records(part, shaper, read)
                is_incomplete, named = is_incomplete or not listing.complete, named + listing.left_out
                ids = [id_ for id_ in self.count_check.new_ids(part) if id_ > min_id]
                new, max_new = new + len(ids), max([max_new, *ids])
                if part.offset is not None:  # else the page would be read and counted again
                    read.offset, read.seen, read.counts = part.offset, part.seen, counts.numbers()
                    read.is_incomplete, read.named, read.new, read.max_new = is_incomplete, named, new, max_new
                    self._count_time(read)
                self.report_unread(listing)
                self.report_progress(listing)
                self.keep_page_size()
            if statuses[number:] != TRASH_ANY_TRASH:
                counts.end_list(listing.paginator.total)
            read.list_number, read.offset, read.seen, read.counts = number + 1, 0, None, counts.numbers()
        return requests

    def _open(self, status: dict[str, str], read: ReadState) -> tuple[Listing, Iterator[PagePart]]:
        """Return the list of a status, and its pages."""

        def make() -> tuple[Listing, Iterator[PagePart]]:
            listing = self.list_of(status, read.since, read.offset, read.seen, read.until)
            return listing, self.source.parts(listing)

        return make() if read.is_full else until_now_if_long(make, read, self.until_now(self.source.path))

    def _records(self, part: PagePart, shaper: Shaper, read: ReadState) -> Iterator[Record]:
        bookmark = self.kept.bookmark.value
        latest, changed = read.newest or "", 0
        for row in part.rows:
            record = shaper.shape(self.normalise(row))
            modified = record[MODIFIED] or ""
            latest = max(latest, modified)
            changed += bookmark is None or modified > bookmark
            yield record
        read.newest = (latest or None) if part.listed is part.rows else newest(part.listed, read.newest)
        account = self.run.progress.accounts[self.name]
        account.rows += len(part.rows)
        account.changed = (account.changed or 0) + changed

    def _catch_up(self, read: ReadState) -> Iterator[Record]:
        """Read what changed during the read, after its rows had been read.

        Each round reads what changed until it began, and is the last one if it took one request per list. If the store
        is edited all the time, what changes during the last round is read by the next run.
        """
        if not self.takes_dates():
            return
        since, lists = self.bookmark.back_from(read.clock), self.statuses(self.source.path)
        for number in range(1, ROUNDS + 1):
            until = self.until_now(self.source.path)
            self.logger.info("%s: reading what changed meanwhile, round %d of %d at most.", self.name, number, ROUNDS)
            requests = yield from self._read_changes(since, until, read)
            if until is None or requests <= len(lists):
                return
            since = self.bookmark.before(until)
        if lists != ALL_IN_ONE:
            # A row may have moved between the lists each time, and been missed in all of them.
            read.is_incomplete = True

    def _read_changes(self, since: str, until: str | None, read: ReadState) -> Generator[Record, None, int]:
        """Read what changed between two times, and return how many requests that took at least.

        Args:
            since: the begin, exclusive.
            until: the end, exclusive; None for now.
            read: the read that this belongs to.
        """
        changes = ReadState(read.selection_hash, read.started_at, read.clock, since, until)
        changes.newest, changes.new, changes.max_new = read.newest, read.new, read.max_new
        requests = yield from self._read(changes, min_id=read.max_new)
        read.newest, read.new, read.max_new = changes.newest, changes.new, changes.max_new
        read.missing += max(0, RowCounts(self.kept, changes.counts).shortfall - changes.named)
        read.is_incomplete = read.is_incomplete or changes.is_incomplete
        return requests

    def _compare_counts(self, read: ReadState) -> Iterator[Record]:
        """Make a full sync due if the store counts other rows than the known ones."""
        if self.count_check.mismatch(read):
            # Rows may have come between the request for changes and that for the counts.
            since, until = self.bookmark.back_from(read.clock), self.until_now(self.source.path)
            yield from self._read_changes(since, until, read)
            if mismatch := self.count_check.mismatch(read):
                self.need_full_sync(mismatch)

    def _count_time(self, read: ReadState) -> None:
        read.milliseconds = round(self._ms_before + 1000 * self.run.progress.busy_seconds)

    # The end.

    def _end(self, read: ReadState) -> None:
        """End a read: move the bookmark, and write a snapshot if all rows were read."""
        kept, counts = self.kept, RowCounts(self.kept, read.counts)
        if read.since is not None:
            counts.save_new()
            missing = max(0, counts.shortfall - read.named) + read.missing
            if self.bookmark.holds(read.since, missing):
                self.report_missing(missing)
            else:
                self.bookmark.move(read.newest, read)
        elif self._is_sound(counts, read):
            kept.full_sync_at, kept.full_sync_milliseconds = read.clock, read.milliseconds
            kept.selection_hash = read.selection_hash
            # If some that changed meanwhile did not come, the next run requests all of these again.
            latest = min(read.newest, read.clock) if read.missing and read.newest else read.newest
            self.bookmark.move(latest, read)
        else:  # the bookmark would hide what a broken list left out
            self.need_full_sync("the last one was not complete")
        if read.is_full:
            kept.parents = None
        kept.read = None

    def report_missing(self, rows: int) -> None:
        """Report changed rows that did not come. The bookmark stays."""
        self.run.progress.accounts[self.name].is_incomplete = True
        self.logger.info(
            "%s: %d changed rows that the store counts did not come; the next run asks for them again.", self.name, rows
        )

    def _is_sound(self, counts: RowCounts, read: ReadState) -> bool:
        """End a full sync by its numbers, and return whether they are plausible."""
        if counts.shrank(self.settings.max_vanished_percent):
            self.run.progress.accounts[self.name].is_incomplete = True
            self.logger.warning(
                "%s: the store's list became far shorter while it was read, so no row counts as deleted. The next run"
                " is a full sync again.",
                self.name,
            )
            return False
        if self.start_date() is not None:  # rows before it are missing, so the numbers mean nothing
            return counts.rows > 0
        return self.finish(counts, complete=not read.is_incomplete, started_at=read.started_at)


def selected(tap: Tap) -> list[IncrementalStream]:
    """Return products and variations, in this order, as far as they are selected."""
    return [one for one in tap.streams.values() if isinstance(one, IncrementalStream) and one.selected]


def until_now_if_long(
    make: Callable[[], tuple[Listing, Iterator[P]]], read: ReadState | ParentsRead, now: str | None
) -> tuple[Listing, Iterator[P]]:
    """Open a list of changes; one of several pages ends now, so that it only becomes shorter while it is read.

    Args:
        make: makes the list up to `read.until`, and its pages.
        read: how far it has been read.
        now: the end if it has several pages; None if the store takes none.
    """
    listing, pages = make()
    first = None if now is None or read.until is not None else next(pages, None)
    if first is None:
        return listing, pages
    if listing.paginator.done:
        return listing, chain([first], pages)
    read.until = now
    return make()
