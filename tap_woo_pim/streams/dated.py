"""How a list whose rows say when they were changed is asked: whole or by date, for which fields, and in which parts."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Answer
from tap_woo_pim.pagination.page import Listing, key_of
from tap_woo_pim.pagination.reader import ask_ahead as ask_pages_ahead
from tap_woo_pim.records.columns import ID
from tap_woo_pim.streams.lists import ListStream
from tap_woo_pim.sync.bookmark import MODIFIED, Bookmark, parse
from tap_woo_pim.sync.context import TIME_FORMAT
from tap_woo_pim.sync.schedule import AUTO, Schedule

ALL_IN_ONE = ({"include_status": "any,trash"},)
ANY_THEN_TRASH = ({"status": "any"}, {"status": "trash"})
"""Stores that do not list `include_status` (5.9.0) ignore it, and `status` takes one value: two lists, then."""
TRASH_ANY_TRASH = ({"status": "trash"}, *ANY_THEN_TRASH)
"""Without dates (before 5.8) nothing else finds what is restored while the reading goes from list to list."""


class DatedStream(ListStream):
    """A stream whose list can be asked for what was changed since a date, where the store knows that parameter.

    State of the stream, beside the numbers of `Bookmark`:
        whole_read_at: the store's clock when the last finished whole read began.
        whole_read_ms: for how many milliseconds requests of it were under way, over all runs that it took.
        needed: why the next full sync is needed before its time; see `need_full_sync`.
        reading: how far an unfinished read has come; see `ChangingStream`.
        shape: what the last whole read asked for, so that another choice of columns starts a new one.
    """

    replication_key = MODIFIED

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

    def statuses(self, path: str) -> tuple[dict[str, str], ...]:
        """The parameters of the lists that together hold every status, trash included."""
        if self.store.routes.takes(path, "include_status"):
            return ALL_IN_ONE
        return ANY_THEN_TRASH if self.takes_dates() else TRASH_ANY_TRASH

    def row_fields(self) -> dict[str, Any]:
        """The parameters that say which fields of a row are wanted, and in which form."""
        context = {"context": "edit"} if self.store.settings.content == "raw" else {}
        return {**self.parameters(), **context}

    def list_of(
        self,
        status: dict[str, str],
        since: str | None,
        offset: int = 0,
        seen: int | None = None,
        until: str | None = None,
    ) -> Listing:
        """The list of one status.

        Args:
            status: one of `statuses`.
            since: from which moment on changes are wanted, exclusive; None for all rows.
            offset: where to begin; see `OverlapPaginator`.
            seen: see `OverlapPaginator`.
            until: up to which moment changes are wanted, exclusive; None for no such limit.
        """
        params = {**self.list_parameters(), **status}
        since = since or self.start_date()
        if since and self.takes_dates():
            params |= dates(since, until)
        return Listing(
            self.list_path, params, self.name, self.walk(offset, seen), known_fields=self.known_fields(params)
        )

    def known_fields(self, params: Mapping[str, Any]) -> frozenset[str]:
        """The fields of a row that have a column, where a list is asked for whole rows."""
        return frozenset() if "_fields" in params else frozenset(column.name for column in self.columns)

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
        if not self.takes_dates() or self.replication_method == "FULL_TABLE":
            return "what changed since a date is not asked for, by the store's means or by the catalogue"
        if self.bookmark.clock_was_set_back(state):
            return "the store's clock was set back"
        schedule, now = self.schedule, parse(self.run.started_at)
        if schedule.is_due(now):
            return schedule.reason()
        return state["needed"] if "needed" in state and now >= schedule.possible_at else None

    @property
    def schedule(self) -> Schedule:
        """When the next full sync is due; only where there was one."""
        streams = [one for one in self._tap.streams.values() if isinstance(one, DatedStream) and one.selected]
        seconds = [one.stream_state.get("whole_read_ms") for one in streams]
        known = [one for one in seconds if one is not None]
        took = sum(known) / 1000 if len(known) == len(seconds) else None
        return Schedule(parse(self.stream_state["whole_read_at"]), took, self.store.settings.full_read_interval_hours)

    @override
    def need_full_sync(self, reason: str) -> None:
        """Have all rows read as soon as the schedule allows, since something shows that changes alone will not do."""
        if "whole_read_at" in self.stream_state:
            self.stream_state["needed"] = reason

    def tell_needed(self) -> None:
        """Say that a full sync is needed that does not come with this run."""
        needed = self.stream_state.get("needed")
        if needed is not None and "whole_read_at" in self.stream_state:
            possible_at = self.schedule.possible_at.strftime(TIME_FORMAT)
            self.logger.info(
                "%s: a full sync is needed, since %s. It comes with the first run after %s.",
                self.name,
                needed,
                possible_at,
            )

    def next_full_sync_at(self) -> str | None:
        """Tell when the next full sync is due, by the store's clock; None when every run is one."""
        if "whole_read_at" not in self.stream_state or not self.takes_dates():
            return None
        schedule = self.schedule
        return (schedule.possible_at if "needed" in self.stream_state else schedule.due_at).strftime(TIME_FORMAT)

    def takes_dates(self) -> bool:
        """Tell whether the store can be asked for changes since a date, in UTC."""
        routes, path = self.store.routes, self.list_path
        return routes.takes(path, "modified_after") and routes.takes(path, "dates_are_gmt")

    def until_now(self, path: str) -> str | None:
        """Give the end of a question for changes until now, so that the list only becomes shorter; None without such.

        It is exclusive, so that it lies in the next second.
        """
        if not self.store.routes.takes(path, "modified_before"):
            return None
        return (self.run.store.now() + datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    def count_rows(self) -> dict[str, int] | None:
        """Ask the store how many rows it has, trash and all, and for the largest id.

        Returns:
            Both; None where the store cannot tell, or it would change nothing since the interval is fixed.
        """
        is_fixed = self.store.settings.full_read_interval_hours != AUTO
        if is_fixed or self.is_read_per_product or self.start_date() is not None:
            return None
        total = max_id = 0
        statuses = ALL_IN_ONE if self.statuses(self.list_path) == ALL_IN_ONE else ANY_THEN_TRASH
        for status in statuses:
            params = {**status, "orderby": "id", "order": "desc", "per_page": 1, "_fields": "id"}
            try:
                answer = self.store.get(self.list_path, params, about=self.name, tries=2)
            except RetriableAPIError:  # the last row may be one that the store cannot deliver
                return None
            if answer.total is None or bool(answer.total) != bool(answer.data):
                return None
            total += answer.total
            max_id = max([max_id, *(key_of(row, "id", ID) or 0 for row in answer.data)])
        return {"total": total, "max_id": max_id}

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
        if not self.is_soon:
            return None
        return ask_pages_ahead(self.store, self.list_of(self.statuses(self.list_path)[0], None))


def dates(since: str, until: str | None) -> dict[str, str]:
    """Give the parameters that ask for what changed in a time, both ends exclusive.

    With an offset or a Z the store would convert the times to site time first, and compare these (11.0.1).
    """
    ends = {} if until is None else {"modified_before": until.rstrip("Z")}
    return {"modified_after": since.rstrip("Z"), **ends, "dates_are_gmt": "true"}
