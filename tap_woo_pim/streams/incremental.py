"""Streams of rows with a date of modification: a full sync from time to time, incremental syncs in between."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.pagination.reader import ask_ahead as ask_pages_ahead
from tap_woo_pim.records.shaper import Shaper
from tap_woo_pim.streams.count_check import CountCheck, ids_of_new_rows, known_after_full_sync, mismatch
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.sources import ALL_IN_ONE, TRASH_ANY_TRASH, FlatSource, Source
from tap_woo_pim.sync.bookmark import Bookmark, newest, parse
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.context import TIME_FORMAT
from tap_woo_pim.sync.plan import SyncPlan
from tap_woo_pim.sync.progress import FULL, INCREMENTAL
from tap_woo_pim.sync.state import MODIFIED, IncrementalState, ReadState, StoreCounts, SyncState

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

    from tap_woo_pim.streams.parent_refresh import ParentRefresh

ROUNDS = 3
"""How often at most what changed meanwhile is read. What changes later is left to the next run."""


class IncrementalStream(FullTableStream):
    """Products and variations.

    A sync is a few reads, one after the other: of the stream's own lists, of what changed meanwhile, and of variations
    whose product changed. Each has a `ReadState`, which `read_on` keeps up to date. That of the first is `kept.read`,
    from which an interrupted sync goes on, and to which the others add what they found.

    Attributes:
        why_full: why this run is a full sync of the stream; None if it is incremental.
    """

    replication_key = MODIFIED
    why_full: str | None = None
    _ms_before = 0.0

    @property
    @override
    def kept(self) -> IncrementalState:
        return self.load_state(IncrementalState)

    @cached_property
    def source(self) -> Source:
        """The source of the rows."""
        return FlatSource(self, self.connection.path(self.route))

    @cached_property
    def parent_refresh(self) -> ParentRefresh | None:
        """Reads rows again that show values of their parent; None if they have no parents, or it is not possible."""
        return None

    @cached_property
    def count_check(self) -> CountCheck:
        """Asks for the store's counts of the rows."""
        return CountCheck(self)

    @property
    def bookmark(self) -> Bookmark:
        """The stream's bookmark."""
        return Bookmark(self.kept.bookmark, self.run)

    @abstractmethod
    def normalise(self, row: Row) -> Row:
        """Make a row the same whichever route it came by."""

    def begin_full(self) -> None:
        """Prepare for a full sync from its beginning."""

    # What is requested.

    def row_fields(self) -> dict[str, Any]:
        """Return the parameters for the fields of a row and their form."""
        context = {"context": "edit"} if self.settings.content == "raw" else {}
        return {**self.parameters(), **context}

    def known_fields(self, params: Mapping[str, Any]) -> frozenset[str]:
        """Return the fields that have a column if whole rows are requested, else none."""
        return frozenset() if "_fields" in params else frozenset(column.name for column in self.columns)

    def start_date(self) -> str | None:
        """Return the setting `start_date` in UTC, if it is set."""
        value = self.settings.start_date
        return None if value is None else parse(value).strftime(TIME_FORMAT)

    def selection_hash(self) -> str:
        """Return a short text that changes if other rows or columns are requested."""
        settings = self.settings
        wanted = [
            self.source.path,
            self.source.statuses,
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
        lists = [self.source.list_of(status, ReadState(self.bookmark.since)) for status in self.source.statuses]
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
        return self.source.list_of(self.source.statuses[0], ReadState())

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
            takes_dates=self.source.takes_dates,
            is_full_table=self.replication_method == "FULL_TABLE",
            full_sync_seconds=sum(known) / 1000 if len(known) == len(took) else None,
        )

    @override
    def need_full_sync(self, reason: str) -> None:
        """Make a full sync due as soon as the schedule allows, since changes alone are not enough."""
        if self.kept.full_sync_at is not None or self.kept.read is not None:
            self.kept.needed = reason
            self.dump_state()  # another stream notes it, whose next state message must have it

    # A sync.

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read what is due: all, what changed, or the rest of an interrupted sync."""
        account = self.run.progress.begin(self.name)
        account.changed = 0  # other streams cannot tell
        yield from self._sync()
        if account.kind == INCREMENTAL and self.plan.full_sync_reason is not None:
            # The store counts other rows than the known ones, and it is small enough to read them all now.
            yield from self._sync()
        if self.kept.needed is not None and self.kept.full_sync_at is not None:
            self.logger.info(
                "%s: a full sync is needed, since %s. It comes with the first run after %s.",
                self.name,
                self.kept.needed,
                self.plan.next_full_sync_at,
            )

    def _sync(self) -> Iterator[Record]:
        resumed = self.plan.resumes
        read = self._begin(resumed=resumed)
        yield from (self._read_all if read.is_full else self._read_changes)(read, resumed=resumed)
        self.kept.read = None

    def _begin(self, *, resumed: bool) -> SyncState:
        """Go on with an interrupted sync, or begin one."""
        kept, plan = self.kept, self.plan
        self.why_full = plan.why_full
        read = kept.read
        if read is None or not resumed:
            read = kept.read = SyncState(
                since=self.bookmark.since if plan.full_sync_reason is None else None,
                selection_hash=self.selection_hash(),
                started_at=self.run.synced_at,
                clock=self.run.started_at,
            )
            if read.is_full:
                for stream in selected(self._tap):
                    if not stream.source.is_flat:  # what is below products is not counted, and goes with them
                        stream.need_full_sync("products are read in full")
                kept.needed = None
                self.begin_full()
        self.account.kind = FULL if read.is_full else INCREMENTAL
        self._ms_before = read.milliseconds - 1000 * self.run.progress.busy_seconds
        return read

    def _read_all(self, read: SyncState, *, resumed: bool) -> Iterator[Record]:
        """Read all rows, and write a snapshot if nothing is missing."""
        kept, check = self.kept, self.count_check
        requests = yield from self.read_on(read, self.source)
        check.ask_ahead()
        self._ask_for_next_stream()
        kept.store_counts, read.new, read.max_new = check.of_lists(self._counts(read)), 0, 0
        if resumed or requests > 1:  # else the list came in one piece
            yield from self._read_meanwhile(read)
        if resumed and self.parent_refresh is not None:
            yield from self.parent_refresh.read_meanwhile(read)
        kept.store_counts = known_after_full_sync(check.count(), self._expected(read), read.named)
        self._keep_time()
        # Also for an empty list of variations, which does not count as sound: the schedule needs both durations.
        kept.full_sync_milliseconds = read.milliseconds
        if self._finish_full(read):
            kept.full_sync_at, kept.selection_hash = read.clock, read.selection_hash
            # If some that changed meanwhile did not come, the next run requests all of these again.
            latest = min(read.newest, read.clock) if read.missing and read.newest else read.newest
            self.bookmark.move(latest, read.clock)
            if resumed:
                # Rows that arrived after the last state, and were deleted since, look as if this sync had read them.
                self.need_full_sync("the last one was interrupted")
        else:  # the bookmark would hide what a broken list left out
            self.need_full_sync("the last one was not complete")
        kept.parents = None

    def _read_changes(self, read: SyncState, *, resumed: bool) -> Iterator[Record]:
        """Read what changed, and make a full sync due if the store counts other rows than the known ones."""
        kept, since = self.kept, read.since or ""
        counted = self.count_check.count()
        requests = yield from self.read_on(read, self.source, ids_of_new_rows(kept.store_counts, counted))
        # Rows may have come between the request for changes and that for the counts.
        if resumed or requests > len(self.source.statuses) or mismatch(counted, self._expected(read)):
            yield from self._read_meanwhile(read, counted)
        counts, expected = self._counts(read), self._expected(read)
        if not (resumed or read.is_incomplete or read.missing or counts.shortfall):
            self.run.unchanged_since[self.name] = max(since, read.newest or "")
        if self.parent_refresh is not None:
            yield from self.parent_refresh.read(read, resumed=resumed)
        counts.save_new()
        differs = mismatch(counted, expected)
        if counted and read.new and not differs and self.count_check.was_replaced(kept.store_counts):
            differs = "a row with an old date has come in place of another one"
        kept.store_counts = counted or expected
        if differs:
            self.need_full_sync(differs)
        self.move_bookmark(self.bookmark, since, read.newest, self.missing(read) + read.missing)

    def _read_meanwhile(self, sync: SyncState, counted: StoreCounts | None = None) -> Iterator[Record]:
        """Read what changed while the stream's lists were read.

        Each round reads what changed until it began, and is the last one if it took one request per list. If the store
        is edited all the time, what changes during the last round is read by the next run.

        Args:
            sync: the sync; gets what the rounds found.
            counted: what the store counted when this run began to read changes.
        """
        if not self.source.takes_dates:
            return
        since, statuses = self.bookmark.back_from(sync.clock), self.source.statuses
        for number in range(1, ROUNDS + 1):
            self.logger.info("%s: reading what changed meanwhile, round %d of %d at most.", self.name, number, ROUNDS)
            until = self.source.now()
            read = ReadState(since, until, newest=sync.newest, max_new=sync.max_new)
            requests = yield from self.read_on(read, self.source, ids_of_new_rows(self._expected(sync), counted))
            sync.newest, sync.new, sync.max_new = read.newest, sync.new + read.new, read.max_new
            sync.missing += self.missing(read)
            sync.is_incomplete = sync.is_incomplete or read.is_incomplete
            if requests <= len(statuses):
                return
            since = self.bookmark.before(until)
        if statuses != ALL_IN_ONE:
            # A row may have moved between the lists each time, and been missed in all of them.
            sync.is_incomplete = True

    # A read.

    def read_on(self, read: ReadState, source: Source, new_ids: range = range(0)) -> Generator[Record, None, int]:
        """Read the lists of a source to their end, and return how many requests that took at least.

        Args:
            read: how far they have been read; brought up to date after each page.
            source: the source.
            new_ids: the ids of rows that count as new.
        """
        counts, shaper, requests = self._counts(read), self.shaper(), 0
        for number in range(read.list_number, len(source.statuses)):
            is_counted = source.statuses[number:] != TRASH_ANY_TRASH  # the first list comes again as the last
            listing, parts = source.open(source.statuses[number], read)
            if read.since is None and number == 0 and is_counted:
                # So that pages are fetched ahead from the start.
                listing.paginator.total = self.run.expected_rows.get(str(self.component))
            for part in parts:
                requests += 1
                yield from self._records(part.rows, shaper, is_own=source is self.source)
                if is_counted:
                    counts.count(part.rows, len(part.listed) - part.missing)
                ids = [row["id"] for row in part.rows if row["id"] in new_ids]
                read.new, read.max_new = read.new + len(ids), max([read.max_new, *ids])
                if part.offset is not None:  # else the page would be read and counted again
                    read.offset, read.seen, read.counts = part.offset, part.seen, counts.numbers()
                    read.newest = newest(part.listed, read.newest)
                    read.is_incomplete = read.is_incomplete or not listing.complete
                    read.named += listing.left_out
                    self.report_unread(listing)
                    self._keep_time()
                self.report_progress(listing, source.unit)
                self.keep_page_size()
            if is_counted:
                counts.end_list(listing.paginator.total)
            read.list_number, read.offset, read.seen, read.counts = number + 1, 0, None, counts.numbers()
        return requests

    def _records(self, rows: list[Row], shaper: Shaper, *, is_own: bool) -> Iterator[Record]:
        """Yield the records of rows.

        Args:
            rows: the rows.
            shaper: makes the records.
            is_own: whether rows with a new date are changes; else they come because their product changed.
        """
        bookmark, changed = self.kept.bookmark.value, 0
        for row in rows:
            record = shaper.shape(self.normalise(row))
            changed += is_own and (bookmark is None or (record[MODIFIED] or "") > bookmark)
            yield record
        account = self.account
        account.rows += len(rows)
        account.changed = (account.changed or 0) + changed

    def _counts(self, read: ReadState) -> RowCounts:
        return RowCounts(self.kept, read.counts)

    def missing(self, read: ReadState) -> int:
        """Return how many rows of a read the store counted and neither sent nor failed to deliver."""
        return max(0, self._counts(read).shortfall - read.named)

    def _expected(self, sync: SyncState) -> StoreCounts | None:
        """Return what the store should count now: the rows known before, and the new ones."""
        known = self.kept.store_counts
        return None if known is None else StoreCounts(known.total + sync.new, max(known.max_id, sync.max_new))

    def _keep_time(self) -> None:
        assert self.kept.read is not None
        self.kept.read.milliseconds = round(self._ms_before + 1000 * self.run.progress.busy_seconds)

    # The end.

    def move_bookmark(self, bookmark: Bookmark, since: str, latest: str | None, missing: int) -> None:
        """Move a bookmark to the newest change; or, where changed rows did not come, ask for them once more.

        Args:
            bookmark: the bookmark.
            since: since when changes were requested.
            latest: the latest date among them.
            missing: how many of them did not come.
        """
        assert self.kept.read is not None
        if not bookmark.holds(since, missing):
            bookmark.move(latest, self.kept.read.clock)
            return
        self.account.is_incomplete = True
        self.logger.info(
            "%s: %d changed rows that the store counts did not come; the next run asks for them again.",
            self.name,
            missing,
        )

    def _finish_full(self, read: SyncState) -> bool:
        """End a full sync by its numbers, and return whether they are plausible."""
        counts = self._counts(read)
        if counts.shrank(self.settings.max_vanished_percent):
            self.account.is_incomplete = True
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
