"""Streams whose rows say when they were changed: read in full from time to time, and by date in between."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Listing, Row
from tap_woo_pim.pagination.reader import read
from tap_woo_pim.records.shaper import Shaper
from tap_woo_pim.streams.dated import ALL_IN_ONE, TRASH_ANY_TRASH, DatedStream
from tap_woo_pim.sync.bookmark import MODIFIED, newest
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.progress import FULL, INCREMENTAL

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

ROUNDS = 3
"""So often at most is read what changed meanwhile. What changes later is the next run's."""


class Stretch(NamedTuple):
    """A page of a list, or a part of what it stands for, which comes before the page.

    Attributes:
        walked: the rows of the list, whose dates are those that it can be asked by.
        rows: the stream's rows: the same, unless variations are read product by product.
        offset: where the list goes on behind the page; None for a part of it.
        seen: the largest id read by then.
        missing: how many of the stream's rows the store counts and did not send, as far as the list does not tell.
    """

    walked: list[Row]
    rows: list[Row]
    offset: int | None
    seen: int | None
    missing: int = 0


class ChangingStream(DatedStream):
    """Products and variations.

    State of the stream, beside that of `DatedStream`: the numbers of `RowCounts`; in `reading` what `_begin` says; in
    `store_counts` what the store counted at the end of the last run, see `count_rows`.

    Attributes:
        why_full: why this run reads all rows; None where it reads what changed.
        has_read_all: whether it has read all of them, and not only the rest of what an interrupted run began.
    """

    why_full: str | None = None
    has_read_all = False
    _ms_before = 0.0

    def stretches(self, listing: Listing) -> Iterator[Stretch]:
        """Read the list a page at a time."""
        for rows in read(self.store, listing):
            yield Stretch(rows, rows, listing.walk.offset, listing.walk.seen)

    def begin_full(self) -> None:
        """Prepare for all rows, from the first one on."""

    def normalise(self, row: Row) -> Row:
        """Give a row the one meaning that it has whatever route it came by."""
        return row

    def read_dependents(self, reading: dict[str, Any], *, resumed: bool) -> Iterator[Record]:
        """Read the rows that show other values since rows of another list changed.

        Args:
            reading: the read, whose own rows have all been read.
            resumed: whether another run began it.
        """
        del reading, resumed
        yield from ()

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read what is due: all, what changed, or the rest of what an interrupted run began."""
        state = self.stream_state
        state.pop("fields", None)  # earlier versions asked for each field by its name
        account = self.run.progress.begin(self.name)
        account.changed = 0  # unlike other streams, which cannot tell
        yield from self._sync(resumed=self._goes_on)
        if account.kind == INCREMENTAL and self.whole_read_is_due():
            # The store counts other rows than those that are known, and it is small enough to read them all now.
            yield from self._sync(resumed=False)
        self.tell_needed()

    def _sync(self, *, resumed: bool) -> Iterator[Record]:
        """Read all rows, or those that changed, and end that read.

        Args:
            resumed: whether to go on with the read that another run began.
        """
        state = self.stream_state
        self.why_full = self.plan()
        # What an earlier version of the tap began lacks some of the numbers.
        reading = state["reading"] = {**self._begin(), **state.get("reading", {})} if resumed else self._begin()
        account = self.run.progress.accounts[self.name]
        account.kind = FULL if reading["since"] is None else INCREMENTAL
        self.has_read_all = account.kind == FULL and not resumed
        if self.has_read_all:
            state.pop("needed", None)
            self.begin_full()
        self._ms_before = reading["ms"] - 1000 * self.run.progress.busy_seconds
        requests = yield from self._read(reading, state)
        # Changes that are read in one request a list are all there; else some may lie behind the reading.
        if resumed or requests > self._requests_at_once(reading):
            yield from self._catch_up(reading)
        is_quiet = not (resumed or account.rows or reading["unread"] or RowCounts(state, reading["counted"]).shortfall)
        if is_quiet and reading["since"] is not None:
            self.run.unchanged_since[self.name] = reading["since"]
        yield from self.read_dependents(reading, resumed=resumed)
        yield from self._compare_counts(reading)
        self._count_time(reading)
        self.end_reading(reading, state)

    @property
    def _goes_on(self) -> bool:
        """Whether this run goes on with the read that an interrupted one began."""
        reading = self.stream_state.get("reading", {})
        # Where no date shows what changed in between, only a read from the beginning sees it all.
        return (
            reading.get("shape") == self.wanted_shape()
            and self.takes_dates()
            and not self.bookmark.clock_was_set_back(reading)
        )

    @override
    def plan(self) -> str | None:
        if not self._goes_on:
            return super().plan()
        return "it goes on with one that was interrupted" if self.stream_state["reading"]["since"] is None else None

    def _begin(self) -> dict[str, Any]:
        """Decide on a new read.

        Returns:
            The read's state: `since` (a date, None for all), `until` (see `_read`), `started_at` (`synced_at` of its
            first run), `clock` and `ahead_seconds` (the store's clock then, and how far it was ahead of this
            machine's), `list` (which of the lists), `offset` and `seen` (how far it is read), `newest` (the largest
            date read), `unread` (whether rows could not be read), `named` (how many), `missing` (how many that changed
            meanwhile did not come), `counted` (see `RowCounts`), `new` and `max_new` (how many rows are newer than what
            the store counted before, and the largest id of them), `ms` (for how many milliseconds
            requests were under way).
        """
        return {
            "since": None if self.whole_read_is_due() else self.bookmark.since,
            "until": None,
            "shape": self.wanted_shape(),
            "started_at": self.run.synced_at,
            "clock": self.run.started_at,
            "ahead_seconds": self.run.ahead_seconds,
            "list": 0,
            "offset": 0,
            "seen": None,
            "newest": None,
            "unread": False,
            "named": 0,
            "missing": 0,
            "counted": {},
            "new": 0,
            "max_new": 0,
            "ms": 0,
        }

    def _requests_at_once(self, reading: dict[str, Any]) -> int:
        """How many requests bring the lists as they are at one moment."""
        return 1 if reading["since"] is None else len(self.statuses(self.list_path))

    def _read(self, reading: dict[str, Any], state: dict[str, Any]) -> Generator[Record, None, int]:
        """Read on, and return how many requests that took at least.

        Changes that fill more than a page are asked for up to this moment: a list that only becomes shorter while the
        store is being edited comes to its end. What changed since is read behind it.
        """
        tally = RowCounts(state, reading["counted"])
        shaper = self.shaper()
        statuses = self.statuses(self.list_path)
        requests, unread, named = 0, reading["unread"], reading["named"]
        new, max_new = reading["new"], reading["max_new"]
        for number in range(reading["list"], len(statuses)):
            listing, stretches = self._open(statuses[number], reading)
            if reading["since"] is None and number == 0 and statuses != TRASH_ANY_TRASH:
                # So that pages are fetched ahead from the first one on.
                listing.walk.total = self.run.expected_rows.get(str(self.component))
            for stretch in stretches:
                requests += 1
                if statuses[number:] != TRASH_ANY_TRASH:  # its first list comes again as the last
                    tally.count(stretch.rows, len(stretch.walked) - stretch.missing)
                yield from self._records(stretch, shaper, reading)
                unread, named = unread or not listing.complete, named + listing.left_out
                ids = self._new_ids(stretch)
                new, max_new = new + len(ids), max([max_new, *ids])
                if stretch.offset is not None:  # until then the page would be read and counted again
                    place = {"offset": stretch.offset, "seen": stretch.seen}
                    reading |= {**place, "counted": tally.numbers(), "unread": unread, "named": named}
                    reading |= {"new": new, "max_new": max_new}
                    self._count_time(reading)
                self.report_unread(listing)
                self.report_progress(listing)
                self.keep_page_size()
            if statuses[number:] != TRASH_ANY_TRASH:
                tally.end_list(listing.walk.total)
            reading |= {"list": number + 1, "offset": 0, "seen": None, "counted": tally.numbers()}
        return requests

    def _open(self, status: dict[str, str], reading: dict[str, Any]) -> tuple[Listing, Iterator[Stretch]]:
        """Give the list of a status, and its pages."""
        listing = self.list_of(status, reading["since"], reading["offset"], reading["seen"], reading["until"])
        stretches = self.stretches(listing)
        if reading["since"] is None or reading["until"] is not None or self.until_now(self.list_path) is None:
            return listing, stretches
        first = next(stretches, None)
        if first is None or listing.walk.done:
            return listing, stretches if first is None else chain([first], stretches)
        reading["until"] = self.until_now(self.list_path)
        return self._open(status, reading)

    def _records(self, stretch: Stretch, shaper: Shaper, reading: dict[str, Any]) -> Iterator[Record]:
        bookmark = self.stream_state.get("replication_key_value")
        latest, changed = reading["newest"] or "", 0
        for row in stretch.rows:
            record = shaper.shape(self.normalise(row))
            modified = record[MODIFIED] or ""
            latest = max(latest, modified)
            changed += bookmark is None or modified > bookmark
            yield record
        flat = stretch.walked is stretch.rows
        reading["newest"] = (latest or None) if flat else newest(stretch.walked, reading["newest"])
        account = self.run.progress.accounts[self.name]
        account.rows += len(stretch.rows)
        account.changed = (account.changed or 0) + changed

    def _catch_up(self, reading: dict[str, Any]) -> Iterator[Record]:
        """Read what changed while the read went on, in the part that lay behind it already.

        Each round reads what changed until it began, and is the last one when it took no longer than one request a
        list. Of a store that is edited all the time, what changes during the last round is read by the next run.
        """
        if not self.takes_dates():
            return
        since = self.bookmark.back_from(reading["clock"])
        for number in range(1, ROUNDS + 1):
            until = self.until_now(self.list_path)
            self.logger.info("%s: reading what changed meanwhile, round %d of %d at most.", self.name, number, ROUNDS)
            requests = yield from self._read_changes(since, until, reading)
            if until is None or requests <= len(self.statuses(self.list_path)):
                return
            since = self.bookmark.before(until)
        if self.statuses(self.list_path) != ALL_IN_ONE:
            # A row may have gone from list to list each time, and have been in none of them when it was read.
            reading["unread"] = True

    def _read_changes(
        self, since: str, until: str | None, reading: dict[str, Any], max_id: int | None = None
    ) -> Generator[Record, None, int]:
        """Read what changed in a time, and return how many requests that took at least.

        Args:
            since: its begin, exclusive.
            until: its end, exclusive; None for now.
            reading: the read that this belongs to.
            max_id: the largest id of a row to count as new; any when not given.
        """
        shaper, missing, requests = self.shaper(), 0, 0
        for status in self.statuses(self.list_path):
            listing = self.list_of(status, since, until=until)
            missing_below = 0
            for stretch in self.stretches(listing):
                requests += 1
                yield from self._records(stretch, shaper, reading)
                missing_below += stretch.missing
                ids = [id_ for id_ in self._new_ids(stretch) if reading["max_new"] < id_ <= (max_id or id_)]
                reading |= {"new": reading["new"] + len(ids), "max_new": max([reading["max_new"], *ids])}
                self.report_progress(listing)
            missing += max(0, listing.walk.missing + missing_below - listing.left_out)
            reading["unread"] = reading["unread"] or not listing.complete
            self.report_unread(listing)
        reading["missing"] += missing
        return requests

    def _new_ids(self, stretch: Stretch) -> list[int]:
        """Ids of rows that are newer than what the store counted at the end of the last run."""
        max_id = self.stream_state.get("store_counts", {}).get("max_id")
        return [] if max_id is None else [row["id"] for row in stretch.rows if row["id"] > max_id]

    def _compare_counts(self, reading: dict[str, Any]) -> Iterator[Record]:
        """Compare what the store counts with what is known, and ask for a full sync where the two do not fit.

        Rows that were deleted for good, or came with an old date, show in the count alone.
        """
        counted = self.count_rows()
        if counted is not None and reading["since"] is not None and self._misfit(counted, reading):
            # Rows may have come since the list of changes was asked for.
            since, until = self.bookmark.back_from(reading["clock"]), self.until_now(self.list_path)
            yield from self._read_changes(since, until, reading, counted["max_id"])
            if misfit := self._misfit(counted, reading):
                self.need_full_sync(misfit)
        self.stream_state["store_counts"] = counted or {}

    def _misfit(self, counted: dict[str, int], reading: dict[str, Any]) -> str | None:
        known = self.stream_state.get("store_counts")
        if not known:
            return None
        expected = known["total"] + reading["new"]
        if counted["total"] != expected:
            return f"the store counts {counted['total']:,} rows and not {expected:,}"
        if counted["max_id"] > max(known["max_id"], reading["max_new"]):
            return "the store has new rows with an old date"
        return None

    def _count_time(self, reading: dict[str, Any]) -> None:
        reading["ms"] = round(self._ms_before + 1000 * self.run.progress.busy_seconds)

    def end_reading(self, reading: dict[str, Any], state: dict[str, Any]) -> None:
        """End a read: move the bookmark, and write a snapshot when all rows were read."""
        tally = RowCounts(state, reading["counted"])
        if reading["since"] is not None:
            tally.save_new()
            missing = self._missing(reading, tally)
            if self.bookmark.holds(reading["since"], missing):
                self.tell_missing(missing)
                self.run.progress.accounts[self.name].is_incomplete = True
            else:
                self.bookmark.move(reading)
        elif self._is_sound(tally, reading):
            state |= {"whole_read_at": reading["clock"], "whole_read_ms": reading["ms"]}
            if reading["missing"] and reading["newest"]:  # the next run asks again for all that changed meanwhile
                reading["newest"] = min(reading["newest"], reading["clock"])
            state["shape"] = reading["shape"]
            self.bookmark.move(reading)
        # Else the next run reads whole again, for the bookmark would hide what a broken list kept back.
        del state["reading"]

    @staticmethod
    def _missing(reading: dict[str, Any], tally: RowCounts) -> int:
        """How many changed rows the store counted that neither came nor are named."""
        named: int = reading["named"]
        meanwhile: int = reading["missing"]
        return max(0, tally.shortfall - named) + meanwhile

    def tell_missing(self, rows: int) -> None:
        """Say that changed rows did not come, for which the bookmark stays where it is."""
        self.logger.info(
            "%s: %d changed rows that the store counts did not come; the next run asks for them again.", self.name, rows
        )

    def _is_sound(self, tally: RowCounts, reading: dict[str, Any]) -> bool:
        """End a whole read by its numbers, and tell whether they are those of a sound store."""
        if tally.shrank(self.store.settings.max_vanished_percent):
            self.run.progress.accounts[self.name].is_incomplete = True
            self.logger.warning(
                "%s: the store's list became far shorter while it was read, so no row is taken for deleted. The next"
                " run reads it whole again.",
                self.name,
            )
            return False
        if self.start_date() is not None:  # the rows before it are missing, so no number tells anything
            return tally.rows > 0
        return self.finish(tally, complete=not reading["unread"], started_at=reading["started_at"])
