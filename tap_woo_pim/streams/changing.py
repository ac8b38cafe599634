"""Streams whose rows say when they were changed: read whole from time to time, and by date in between."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tap_woo_pim._compat import override
from tap_woo_pim.bookmark import MODIFIED, Bookmark, newest, parse
from tap_woo_pim.fields import Found, ask_ahead, find_fields
from tap_woo_pim.listing import Listing, Row
from tap_woo_pim.pagination import Walk
from tap_woo_pim.reading import read
from tap_woo_pim.records import EXTRA_FIELDS, NOISE, Shaper
from tap_woo_pim.run import TIME_FORMAT
from tap_woo_pim.streams.base import ListStream
from tap_woo_pim.tally import Tally

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

ALL_IN_ONE = ({"include_status": "any,trash"},)
ANY_THEN_TRASH = ({"status": "any"}, {"status": "trash"})
"""Stores that do not list `include_status` (5.9.0) ignore it, and `status` takes one value: two lists, then."""
TRASH_ANY_TRASH = ({"status": "trash"}, *ANY_THEN_TRASH)
"""Without dates (before 5.8) nothing else finds what is restored while the reading goes from list to list."""


class ChangingStream(ListStream):
    """Products and variations.

    State of the stream, beside the numbers of `Tally` and of `Bookmark`:
        whole_read_at: the store's clock when the last finished whole read began.
        reading: how far an unfinished read has come; see `_begin`.
        fields: fields of the store's rows that have no column, as found by the last whole read.
        shape: what the last whole read asked for, so that another choice of columns starts a new one.
    """

    replication_key = MODIFIED
    _rows_expected: int | None = None

    @property
    def is_read_per_product(self) -> bool:
        """Whether the walk goes over the products whose rows these are, since the store has no list of them all."""
        return False

    @property
    def bookmark(self) -> Bookmark:
        """The stream's bookmark."""
        return Bookmark(self.stream_state, self.run)

    @property
    def list_path(self) -> str:
        """Path of the list to walk through, below the API root."""
        return self.shop.path(self.route)

    def list_parameters(self) -> dict[str, Any]:
        """Parameters of the list to walk through, beside those of status and date."""
        return self.row_fields()

    def pages(self, listing: Listing) -> Iterator[tuple[list[Row], list[Row]]]:
        """Read the list a page at a time; its walk shows how far it is read.

        Yields:
            The rows of the list, whose dates are those that it can be asked by, and the stream's rows that they stand
            for.
        """
        for rows in read(self.shop, listing):
            yield rows, rows

    def sample_path(self) -> str | None:
        """Path of a list of the stream's rows, to see one of them; None where the store has none."""
        return self.list_path

    def normalise(self, row: Row) -> Row:
        """Give a row the one meaning that it has whatever route it came by."""
        return row

    def statuses(self, path: str) -> tuple[dict[str, str], ...]:
        """The parameters of the lists that together hold every status, trash included."""
        if self.shop.routes.takes(path, "include_status"):
            return ALL_IN_ONE
        return ANY_THEN_TRASH if self._takes_dates() else TRASH_ANY_TRASH

    def row_fields(self) -> dict[str, Any]:
        """The parameters that say which fields of a row are wanted, and in which form."""
        names = self.selected_columns - {"store_id", "synced_at", EXTRA_FIELDS.name}
        if EXTRA_FIELDS.name in self.selected_columns:
            names.update(self.stream_state.get("fields", ()))
        context = {"context": "edit"} if self.shop.settings.content == "raw" else {}
        return {"_fields": ",".join(sorted(names | {"id", MODIFIED})), **context}

    @override
    def ask_ahead(self) -> None:
        if (
            not self.is_read_per_product
            and "reading" not in self.stream_state
            and self._whole_read_is_due(self._shape())
        ):
            ask_ahead(self.shop, self.list_path, self.name)

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read what is due: all, what changed, or the rest of what an interrupted run began."""
        self.forget_other_shop()
        state = self.stream_state
        shape = self._shape()
        reading = state.get("reading", {})
        # Where no date shows what changed in between, only a read from the beginning sees it all.
        resumed = (
            reading.get("shape") == shape and self._takes_dates() and not self.bookmark.clock_was_set_back(reading)
        )
        if not resumed:
            reading = state["reading"] = self._begin(shape)
        if reading["since"] is None and not resumed:
            self._look_at_fields()
        self.run.progress.begin(self.name).changed = 0  # unlike other streams, which cannot tell
        sent = self.shop.client.traffic.requests
        before = sent[self.name]
        yield from self._read(reading, state)
        # Changes that are read in one request a list are all there; else some may lie behind the reading.
        at_once = 1 if reading["since"] is None else len(self.statuses(self.list_path))
        if resumed or sent[self.name] - before > at_once:
            yield from self._catch_up(reading)
        self._end(reading, state)

    def _look_at_fields(self) -> None:
        path = self.sample_path()
        found = Found(set(), None) if path is None else find_fields(self.shop, path, self.name)
        self.stream_state["fields"] = sorted(found.names - NOISE - {column.name for column in self.columns})
        self._rows_expected = found.rows if path == self.list_path else None

    def _begin(self, shape: str) -> dict[str, Any]:
        """Decide on a new read.

        Returns:
            The read's state: `since` (a date, None for all), `started_at` (`synced_at` of its first run), `clock` and
            `ahead_seconds` (the store's clock then, and how far it was ahead of this machine's), `list` (which of the
            lists), `offset` and `seen` (how far it is read), `newest` (the largest date read), `unread` (whether rows
            could not be read), `counted` (see `Tally`).
        """
        since = None if self._whole_read_is_due(shape) else self.bookmark.since
        return {
            "since": since,
            "shape": shape,
            "started_at": self.run.synced_at,
            "clock": self.run.started_at,
            "ahead_seconds": self.run.ahead_seconds,
            "list": 0,
            "offset": 0,
            "seen": None,
            "newest": None,
            "unread": False,
            "counted": {},
        }

    def _read(self, reading: dict[str, Any], state: dict[str, Any]) -> Iterator[Record]:
        tally = Tally(state, reading["counted"])
        shaper = self.shaper()
        statuses = self.statuses(self.list_path)
        for number in range(reading["list"], len(statuses)):
            listing = self._listing(statuses[number], reading["since"], reading["offset"], reading["seen"])
            if reading["since"] is None and number == 0 and statuses != TRASH_ANY_TRASH:
                listing.walk.total = self._rows_expected  # so that pages can be fetched ahead from the first one on
            for walked, rows in self.pages(listing):
                if statuses[number:] != TRASH_ANY_TRASH:  # its first list comes again as the last
                    tally.count(rows)
                yield from self._records(walked, rows, shaper, reading)
                reading |= {
                    "offset": listing.walk.offset,
                    "seen": listing.walk.seen,
                    "counted": tally.numbers(),
                }
                reading["unread"] = reading["unread"] or not listing.complete
                self.report_unread(listing)
                self.report_progress(listing)
            reading |= {"list": number + 1, "offset": 0, "seen": None}
        reading["counted"] = tally.numbers()

    def _records(self, walked: list[Row], rows: list[Row], shaper: Shaper, reading: dict[str, Any]) -> Iterator[Record]:
        bookmark = self.stream_state.get("replication_key_value")
        latest, changed = reading["newest"] or "", 0
        for row in rows:
            record = shaper.shape(self.normalise(row))
            modified = record[MODIFIED] or ""
            latest = max(latest, modified)
            changed += bookmark is None or modified > bookmark
            yield record
        reading["newest"] = (latest or None) if walked is rows else newest(walked, reading["newest"])
        account = self.run.progress.accounts[self.name]
        account.rows += len(rows)
        account.changed = (account.changed or 0) + changed

    def _catch_up(self, reading: dict[str, Any]) -> Iterator[Record]:
        """Read what changed while the read went on, in the part that lay behind it already."""
        if not self._takes_dates():
            return
        shaper = self.shaper()
        for status in self.statuses(self.list_path):
            listing = self._listing(status, self.bookmark.back_from(reading["clock"]))
            for walked, rows in self.pages(listing):
                yield from self._records(walked, rows, shaper, reading)
            reading["unread"] = reading["unread"] or not listing.complete
            self.report_unread(listing)

    def _end(self, reading: dict[str, Any], state: dict[str, Any]) -> None:
        tally = Tally(state, reading["counted"])
        if reading["since"] is not None:
            tally.save_new()
        else:
            if self._start_date() is None:
                self.finish(tally, complete=not reading["unread"], started_at=reading["started_at"])
            state["whole_read_at"] = reading["clock"]
            state["shape"] = reading["shape"]
        self.bookmark.move(reading)
        del state["reading"]

    def _listing(self, status: dict[str, str], since: str | None, offset: int = 0, seen: int | None = None) -> Listing:
        params = {**self.list_parameters(), **status}
        since = since or self._start_date()
        if since and self._takes_dates():
            # With an offset or a Z the store would convert the time to site time first, and compare that (11.0.1).
            params |= {"modified_after": since.rstrip("Z"), "dates_are_gmt": "true"}
        return Listing(self.list_path, params, self.name, Walk(self.shop.settings.page_size, offset, seen))

    def _whole_read_is_due(self, shape: str) -> bool:
        state = self.stream_state
        if not {"whole_read_at", "replication_key_value"} <= state.keys() or state.get("shape") != shape:
            return True
        if self.replication_method == "FULL_TABLE" or not self._takes_dates():
            return True
        if self.bookmark.clock_was_set_back(state):
            return True
        age = parse(self.run.started_at) - parse(state["whole_read_at"])
        hours = self.shop.settings.full_read_interval_hours
        return not datetime.timedelta() <= age < datetime.timedelta(hours=hours)

    def _takes_dates(self) -> bool:
        routes, path = self.shop.routes, self.list_path
        return routes.takes(path, "modified_after") and routes.takes(path, "dates_are_gmt")

    def _start_date(self) -> str | None:
        value = self.shop.settings.start_date
        return None if value is None else parse(value).strftime(TIME_FORMAT)

    def _shape(self) -> str:
        settings = self.shop.settings
        wanted = [
            self.list_path,
            self.statuses(self.list_path),
            sorted(self.selected_columns),
            settings.content,
            settings.start_date,
            dict(settings.extra_query_parameters),
        ]
        return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:12]
