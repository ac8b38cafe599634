"""How a list whose rows say when they were changed is asked: whole or by date, for which fields, and in which parts."""

from __future__ import annotations

import datetime
import hashlib
import json
from concurrent.futures import Future
from typing import Any

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Answer
from tap_woo_pim.pagination.page import Listing
from tap_woo_pim.pagination.reader import ask_ahead as ask_pages_ahead
from tap_woo_pim.records.shaper import EXTRA_FIELDS, NOISE
from tap_woo_pim.store.fields import Found, find_fields
from tap_woo_pim.store.fields import ask_ahead as ask_row_ahead
from tap_woo_pim.streams.lists import ListStream
from tap_woo_pim.sync.bookmark import MODIFIED, Bookmark, parse
from tap_woo_pim.sync.context import TIME_FORMAT

MAX_FIELDS_CHARACTERS = 6000
"""Servers take addresses of some 8,000 characters; where plugins add more fields than fit, all are asked for."""

ALL_IN_ONE = ({"include_status": "any,trash"},)
ANY_THEN_TRASH = ({"status": "any"}, {"status": "trash"})
"""Stores that do not list `include_status` (5.9.0) ignore it, and `status` takes one value: two lists, then."""
TRASH_ANY_TRASH = ({"status": "trash"}, *ANY_THEN_TRASH)
"""Without dates (before 5.8) nothing else finds what is restored while the reading goes from list to list."""

LONGEST_INTERVAL_HOURS = 24.0
"""Hours between full syncs at most, when their interval is `auto`."""

NEARLY = 0.95
"""The part of the time between whole reads after which one is due: a nightly run may begin a little early."""


class DatedStream(ListStream):
    """A stream whose list can be asked for what was changed since a date, where the store knows that parameter.

    State of the stream, beside the numbers of `Bookmark`:
        whole_read_at: the store's clock when the last finished whole read began.
        reading: how far an unfinished read has come; see `ChangingStream`.
        fields: fields of the store's rows that have no column, as found by the last whole read.
        shape: what the last whole read asked for, so that another choice of columns starts a new one.
    """

    replication_key = MODIFIED
    _found: Found | None = None
    _first_pages_asked = False

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
        return self.store.path(self.route)

    def list_parameters(self) -> dict[str, Any]:
        """Parameters of the list to walk through, beside those of status and date."""
        return self.row_fields()

    def sample_path(self) -> str | None:
        """Path of a list of the stream's rows, to see one of them; None where the store has none."""
        return self.list_path

    def statuses(self, path: str) -> tuple[dict[str, str], ...]:
        """The parameters of the lists that together hold every status, trash included."""
        if self.store.routes.takes(path, "include_status"):
            return ALL_IN_ONE
        return ANY_THEN_TRASH if self.takes_dates() else TRASH_ANY_TRASH

    def row_fields(self) -> dict[str, Any]:
        """The parameters that say which fields of a row are wanted, and in which form."""
        names = self.selected_columns - {"store_id", "synced_at", EXTRA_FIELDS.name}
        if EXTRA_FIELDS.name in self.selected_columns:
            names.update(self.stream_state.get("fields", ()))
        context = {"context": "edit"} if self.store.settings.content == "raw" else {}
        fields = ",".join(sorted(names | {"id", MODIFIED}))
        return {"_fields": fields, **context} if len(fields) <= MAX_FIELDS_CHARACTERS else context

    def list_of(self, status: dict[str, str], since: str | None, offset: int = 0, seen: int | None = None) -> Listing:
        """The list of one status.

        Args:
            status: one of `statuses`.
            since: from which moment on changes are wanted, exclusive; None for all rows.
            offset: where to begin; see `Walk`.
            seen: see `Walk`.
        """
        params = {**self.list_parameters(), **status}
        since = since or self.start_date()
        if since and self.takes_dates():
            # With an offset or a Z the store would convert the time to site time first, and compare that (11.0.1).
            params |= {"modified_after": since.rstrip("Z"), "dates_are_gmt": "true"}
        return Listing(self.list_path, params, self.name, self.walk(offset, seen))

    def look_at_fields(self) -> None:
        """Find out, once a run, which fields the rows have and how many there are: a whole read needs both."""
        if self._found is None:
            path = self.sample_path()
            found = Found(set(), None, is_whole=True)
            if path is not None:
                found = find_fields(self.store, path, self._sample_status(path), self.name)
            self._found = found if path == self.list_path else found._replace(rows=None)
            names = found.names if found.is_whole else found.names | set(self.stream_state.get("fields", ()))
            self.stream_state["fields"] = sorted(names - NOISE - {column.name for column in self.columns})

    @property
    def rows_expected(self) -> int | None:
        """How many rows the first list of a whole read will bring, as far as the store said."""
        return self._found.rows if self._found is not None else None

    def whole_read_is_due(self) -> bool:
        """Tell whether all rows are to be read, since changes alone would not do."""
        return self.full_sync_reason() is not None

    def plan(self) -> str | None:
        """Tell why this run reads all rows; None where it reads what changed."""
        return self.full_sync_reason()

    def full_sync_reason(self) -> str | None:
        """Tell why all rows are to be read; None where changes will do."""
        state = self.stream_state
        if not {"whole_read_at", "replication_key_value"} <= state.keys():
            return "no full sync was completed before"
        if state.get("shape") != self.wanted_shape():
            return "other columns, or other rows by the settings, are asked for than in the last one"
        if not self.takes_dates():
            return "this store cannot list what changed since a date"
        if self.replication_method == "FULL_TABLE":
            return "the catalogue asks for it (FULL_TABLE)"
        if self.bookmark.clock_was_set_back(state):
            return "the store's clock was set back"
        hours = self.full_read_interval_hours
        age = parse(self.run.started_at) - parse(state["whole_read_at"])
        is_due = not datetime.timedelta() <= age < datetime.timedelta(hours=hours * NEARLY)
        return f"it is due every {hours:g} hours" if is_due else None

    @property
    def full_read_interval_hours(self) -> float:
        """How many hours after the last full sync the next one is due."""
        interval = self.store.settings.full_read_interval_hours
        return LONGEST_INTERVAL_HOURS if interval == "auto" else interval

    def next_full_sync_at(self) -> str | None:
        """Tell when the next full sync is due, by the store's clock; None when every run is one."""
        if "whole_read_at" not in self.stream_state or not self.takes_dates():
            return None
        hours = self.full_read_interval_hours
        return (parse(self.stream_state["whole_read_at"]) + datetime.timedelta(hours=hours)).strftime(TIME_FORMAT)

    def takes_dates(self) -> bool:
        """Tell whether the store can be asked for changes since a date, in UTC."""
        routes, path = self.store.routes, self.list_path
        return routes.takes(path, "modified_after") and routes.takes(path, "dates_are_gmt")

    def start_date(self) -> str | None:
        """The date before which changes are of no interest, if one is set."""
        value = self.store.settings.start_date
        return None if value is None else parse(value).strftime(TIME_FORMAT)

    def wanted_shape(self) -> str:
        """A short text that is another one when other rows or columns are asked for."""
        settings = self.store.settings
        wanted = [
            self.list_path,
            self.statuses(self.list_path),
            sorted(self.selected_columns),
            settings.content,
            settings.start_date,
            dict(settings.extra_query_parameters),
        ]
        return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:12]

    @override
    def ask_ahead(self) -> Future[Answer] | None:
        if "reading" in self.stream_state:
            return None
        if not self.whole_read_is_due():
            since = self.bookmark.since
            lists = [self.list_of(status, since) for status in self.statuses(self.list_path)]
            first, *_ = [ask_pages_ahead(self.store, listing) for listing in lists]
            return first
        if self.is_read_per_product:
            return None
        row = ask_row_ahead(self.store, self.list_path, self._sample_status(self.list_path), self.name)
        # A key that may read this row need not have the rights that the list takes in the other context.
        return None if "context" in self.list_parameters() else row

    @override
    def ask_first_pages(self) -> None:
        is_for_me = not self.is_read_per_product and "reading" not in self.stream_state and self.whole_read_is_due()
        if is_for_me and not self._first_pages_asked:
            self._first_pages_asked = True
            self.look_at_fields()
            listing = self.list_of(self.statuses(self.list_path)[0], None)
            listing.walk.total = self.rows_expected
            ask_pages_ahead(self.store, listing, self.store.settings.max_concurrency)

    def _sample_status(self, path: str) -> dict[str, str]:
        """The status of the rows of which one is looked at: all where one list has them all."""
        statuses = self.statuses(path)
        return statuses[0] if statuses == ALL_IN_ONE else ANY_THEN_TRASH[0]
