"""Streams whose rows say when they were changed: read whole from time to time, and by date in between."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim._compat import override
from tap_woo_pim.pagination import Walk
from tap_woo_pim.reading import Listing, Row, as_list, read
from tap_woo_pim.records import EXTRA_FIELDS, NOISE, Shaper
from tap_woo_pim.run import TIME_FORMAT
from tap_woo_pim.streams.base import ListStream, Tally

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

MODIFIED = "date_modified_gmt"

ALL_IN_ONE = ({"include_status": "any,trash"},)
ANY_THEN_TRASH = ({"status": "any"}, {"status": "trash"})
"""Stores that do not list `include_status` (5.9.0) ignore it, and `status` takes one value: two lists, then."""
TRASH_ANY_TRASH = ({"status": "trash"}, *ANY_THEN_TRASH)
"""Without dates (before 5.8) nothing else finds what is restored while the reading goes from list to list."""


class ChangingStream(ListStream):
    """Products and variations.

    State of the stream, beside the numbers of `Tally`:
        replication_key_value: the bookmark, the largest `date_modified_gmt` read, never past the store's clock.
        whole_read_at: `synced_at` of the run in which the last finished whole read began.
        reading: how far an unfinished read has come; see `_begin`.
        fields: fields of the store's rows that have no column, as found by the last whole read.
        shape: what the last whole read asked for, so that another choice of columns starts a new one.
    """

    replication_key = MODIFIED

    @property
    def list_path(self) -> str:
        """Path of the list to walk through, below the API root."""
        return self.shop.path(self.route)

    def list_parameters(self) -> dict[str, Any]:
        """Parameters of the list to walk through, beside those of status and date."""
        return self.row_fields()

    def pages(self, listing: Listing) -> Iterator[list[Row]]:
        """Yield the stream's rows, a page of the list at a time; the list's walk shows how far it is read."""
        yield from read(self.shop, listing)

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
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read what is due: all, what changed, or the rest of what an interrupted run began."""
        self.forget_other_shop()
        state = self.stream_state
        shape = self._shape()
        reading = state.get("reading", {})
        # Where no date shows what changed in between, only a read from the beginning sees it all.
        resumed = reading.get("shape") == shape and self._takes_dates()
        if not resumed:
            reading = state["reading"] = self._begin(shape)
        if reading["since"] is None and not resumed:
            state["fields"] = self._find_fields()
        self.run.progress.begin(self.name).changed = 0  # unlike other streams, which cannot tell
        sent = self.shop.client.traffic.requests
        before = sent[self.name]
        yield from self._read(reading, state)
        # Changes that are read in one request a list are all there; else some may lie behind the reading.
        at_once = 1 if reading["since"] is None else len(self.statuses(self.list_path))
        if resumed or sent[self.name] - before > at_once:
            yield from self._catch_up(reading)
        self._end(reading, state)

    def _begin(self, shape: str) -> dict[str, Any]:
        """Decide on a new read.

        Returns:
            The read's state: `since` (a date, None for all), `started_at` (`synced_at` of its first run), `clock` (the
            store's clock then), `list` (which of the lists), `offset` and `seen` (how far it is read), `newest` (the
            largest date read), `unread` (whether rows could not be read), `counted` (see `Tally`).
        """
        since = None if self._whole_read_is_due(shape) else self._since(self.stream_state["replication_key_value"])
        return {
            "since": since,
            "shape": shape,
            "started_at": self.run.synced_at,
            "clock": self.run.started_at,
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
            for rows in self.pages(listing):
                if statuses[number:] != TRASH_ANY_TRASH:  # its first list comes again as the last
                    tally.count(rows)
                yield from self._records(rows, shaper, reading)
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

    def _records(self, rows: list[Row], shaper: Shaper, reading: dict[str, Any]) -> Iterator[Record]:
        bookmark = self.stream_state.get("replication_key_value")
        newest, changed = reading["newest"] or "", 0
        for row in rows:
            record = shaper.shape(self.normalise(row))
            modified = record[MODIFIED] or ""
            newest = max(newest, modified)
            changed += bookmark is None or modified > bookmark
            yield record
        reading["newest"] = newest or None
        account = self.run.progress.accounts[self.name]
        account.rows += len(rows)
        account.changed = (account.changed or 0) + changed

    def _catch_up(self, reading: dict[str, Any]) -> Iterator[Record]:
        """Read what changed while the read went on, in the part that lay behind it already."""
        if not self._takes_dates():
            return
        shaper = self.shaper()
        for status in self.statuses(self.list_path):
            listing = self._listing(status, self._since(reading["clock"]))
            for rows in self.pages(listing):
                yield from self._records(rows, shaper, reading)
            reading["unread"] = reading["unread"] or not listing.complete
            self.report_unread(listing)

    def _end(self, reading: dict[str, Any], state: dict[str, Any]) -> None:
        if reading["since"] is None:
            tally = Tally(state, reading["counted"])
            if self._start_date() is None:
                self.finish(tally, complete=not reading["unread"], started_at=reading["started_at"])
            state["whole_read_at"] = reading["started_at"]
            state["shape"] = reading["shape"]
        newest = max(filter(None, (reading["newest"], state.get("replication_key_value"))), default=None)
        state["replication_key"] = MODIFIED
        state["replication_key_value"] = min(newest, self.run.started_at) if newest else self.run.started_at
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
        age = _parse(self.run.synced_at) - _parse(state["whole_read_at"])
        hours = self.shop.settings.full_read_interval_hours
        return not datetime.timedelta() <= age < datetime.timedelta(hours=hours)

    def _takes_dates(self) -> bool:
        routes, path = self.shop.routes, self.list_path
        return routes.takes(path, "modified_after") and routes.takes(path, "dates_are_gmt")

    def _since(self, bookmark: str) -> str:
        # modified_after is exclusive, hence the second more.
        seconds = self.shop.settings.lookback_seconds + 1
        return (_parse(bookmark) - datetime.timedelta(seconds=seconds)).strftime(TIME_FORMAT)

    def _start_date(self) -> str | None:
        value = self.shop.settings.start_date
        return None if value is None else _parse(value).strftime(TIME_FORMAT)

    def _find_fields(self) -> list[str]:
        """Names of fields that the store's rows have and the stream has no column for.

        Fields are asked for by name, so those of plugins have to be found first: in the schema that the store
        declares (OPTIONS), and in one row, since many plugins add fields without declaring them.
        """
        names: set[str] = set()
        try:
            path = self.sample_path()
            if path is None:
                return []
            sample = self.shop.get(path, {"per_page": 1, "status": "any"}, about=self.name).data
            names.update(*(row for row in as_list(self.shop, self.name, sample) if isinstance(row, dict)))
            declared = self.shop.options(path, about=self.name)
            names.update(declared["schema"]["properties"])
        except (FatalAPIError, RetriableAPIError, KeyError, TypeError) as error:
            # The row may be one that the store cannot deliver, some firewalls let no OPTIONS through, and some plugins
            # declare no schema: then these fields are not known, and all else is read.
            self.logger.debug("the store does not tell all of its fields: %s", error)
        return sorted(names - NOISE - {column.name for column in self.columns})

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


def _parse(time: str) -> datetime.datetime:
    when = datetime.datetime.fromisoformat(time)
    return when.replace(tzinfo=datetime.UTC) if when.tzinfo is None else when.astimezone(datetime.UTC)
