"""Streams whose rows say when they were changed: read whole from time to time, and by date in between."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Listing, Row
from tap_woo_pim.pagination.reader import read
from tap_woo_pim.records.shaper import Shaper
from tap_woo_pim.streams.dated import TRASH_ANY_TRASH, DatedStream
from tap_woo_pim.sync.bookmark import MODIFIED, newest
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.progress import FULL, INCREMENTAL

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record


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

    State of the stream, beside that of `DatedStream`: the numbers of `Tally`, and in `reading` what `_begin` says.
    """

    def stretches(self, listing: Listing) -> Iterator[Stretch]:
        """Read the list a page at a time."""
        for rows in read(self.store, listing):
            yield Stretch(rows, rows, listing.walk.offset, listing.walk.seen)

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
        resumed, reading = self._goes_on, state.get("reading", {})
        # What an earlier version of the tap began lacks some of the numbers.
        reading = state["reading"] = {**self._begin(), **reading} if resumed else self._begin()
        account = self.run.progress.begin(self.name)
        account.changed = 0  # unlike other streams, which cannot tell
        account.kind = FULL if reading["since"] is None else INCREMENTAL
        requests = yield from self._read(reading, state)
        # Changes that are read in one request a list are all there; else some may lie behind the reading.
        at_once = 1 if reading["since"] is None else len(self.statuses(self.list_path))
        if resumed or requests > at_once:
            yield from self._catch_up(reading)
        is_quiet = not (resumed or account.rows or reading["unread"] or RowCounts(state, reading["counted"]).shortfall)
        if is_quiet and reading["since"] is not None:
            self.run.unchanged_since[self.name] = reading["since"]
        yield from self.read_dependents(reading, resumed=resumed)
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
            The read's state: `since` (a date, None for all), `started_at` (`synced_at` of its first run), `clock` and
            `ahead_seconds` (the store's clock then, and how far it was ahead of this machine's), `list` (which of the
            lists), `offset` and `seen` (how far it is read), `newest` (the largest date read), `unread` (whether rows
            could not be read), `named` (how many), `missing` (how many that changed meanwhile did not come), `counted`
            (see `Tally`).
        """
        return {
            "since": None if self.whole_read_is_due() else self.bookmark.since,
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
        }

    def _read(self, reading: dict[str, Any], state: dict[str, Any]) -> Generator[Record, None, int]:
        """Read on, and return how many requests that took at least."""
        tally = RowCounts(state, reading["counted"])
        shaper = self.shaper()
        statuses = self.statuses(self.list_path)
        requests, unread, named = 0, reading["unread"], reading["named"]
        for number in range(reading["list"], len(statuses)):
            listing = self.list_of(statuses[number], reading["since"], reading["offset"], reading["seen"])
            if reading["since"] is None and number == 0 and statuses != TRASH_ANY_TRASH:
                # So that pages are fetched ahead from the first one on.
                listing.walk.total = self.run.expected_rows.get(str(self.component))
            for stretch in self.stretches(listing):
                requests += 1
                if statuses[number:] != TRASH_ANY_TRASH:  # its first list comes again as the last
                    tally.count(stretch.rows, len(stretch.walked) - stretch.missing)
                yield from self._records(stretch, shaper, reading)
                unread, named = unread or not listing.complete, named + len(listing.unread)
                if stretch.offset is not None:  # until then the page would be read and counted again
                    place = {"offset": stretch.offset, "seen": stretch.seen}
                    reading |= {**place, "counted": tally.numbers(), "unread": unread, "named": named}
                self.report_unread(listing)
                self.report_progress(listing)
                self.keep_page_size()
            if statuses[number:] != TRASH_ANY_TRASH:
                tally.end_list(listing.walk.total)
            reading |= {"list": number + 1, "offset": 0, "seen": None, "counted": tally.numbers()}
        return requests

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
        """Read what changed while the read went on, in the part that lay behind it already."""
        if not self.takes_dates():
            return
        shaper, missing = self.shaper(), 0
        for status in self.statuses(self.list_path):
            listing = self._changed_meanwhile(status, reading)
            missing_below = 0
            for stretch in self.stretches(listing):
                yield from self._records(stretch, shaper, reading)
                missing_below += stretch.missing
            missing += max(0, listing.walk.missing + missing_below - len(listing.unread))
            reading["unread"] = reading["unread"] or not listing.complete
            self.report_unread(listing)
        reading["missing"] = missing

    def _changed_meanwhile(self, status: dict[str, str], reading: dict[str, Any]) -> Listing:
        return self.list_of(status, self.bookmark.back_from(reading["clock"]))

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
            state["whole_read_at"] = reading["clock"]
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
