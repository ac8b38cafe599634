"""Says from which moment of the store's time changes must be asked for, so that none is missed and few come twice."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from tap_woo_pim.records.columns import UTC_TIME
from tap_woo_pim.sync.context import TIME_FORMAT, Run

MODIFIED = "date_modified_gmt"

EARLIEST = "1970-01-01T00:00:00Z"
"""No product is older than WordPress; importers leave dates of the year 1, before which there is no time."""

SURE_SECONDS = 60
"""Clocks that seem to differ by less may have been asked over a slow line."""


class Bookmark:
    """The bookmark of one stream.

    State of the stream:
        replication_key_value: the bookmark, the largest `date_modified_gmt` read, never past the store's clock.
        bookmark_at: the store's clock when the read began that came upon the bookmark.
        is_settled: whether a read that began later by more than `lookback_seconds` found nothing beyond the bookmark.
            Then all up to it is read, and the rows before it need not come again with every run.
        ahead_seconds: how far the store's clock was ahead of this machine's when the last finished read began.
        held: how many rows were missing (`missing`) of the changes after a moment (`since`), see `holds`.

    Args:
        state: the stream's state.
        run: the run.
    """

    def __init__(self, state: dict[str, Any], run: Run) -> None:
        self._state = state
        self._run = run
        self._lookback: int = run.store.settings.lookback_seconds

    @property
    def since(self) -> str:
        """The moment from which on changes must be asked for, exclusive; only where there is a bookmark."""
        bookmark: str = max(self._state["replication_key_value"], EARLIEST)
        return bookmark if self._state.get("is_settled") else self.back_from(bookmark)

    def back_from(self, time: str) -> str:
        """Give the moment that lies `lookback_seconds` before another one, for an exclusive question."""
        moment = parse(max(time, EARLIEST)) - datetime.timedelta(seconds=self._lookback + 1)
        return moment.strftime(TIME_FORMAT)

    @staticmethod
    def before(time: str) -> str:
        """Give the second before another one, for an exclusive question that goes on where one ended."""
        return (parse(time) - datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    def clock_was_set_back(self, numbers: dict[str, Any]) -> bool:
        """Tell whether rows changed since may bear dates before the bookmark, so that no question by date finds them.

        The store's clock is held against this machine's, as it was then, and against the bookmark.

        Args:
            numbers: the state, or that of an interrupted read.
        """
        set_back: int = numbers.get("ahead_seconds", self._run.ahead_seconds) - self._run.ahead_seconds
        bookmark = self._state.get("replication_key_value", self._run.started_at)
        behind = parse(bookmark) - parse(self._run.started_at)
        return max(set_back, behind.total_seconds()) > max(self._lookback, SURE_SECONDS)

    def holds(self, since: str, missing: int) -> bool:
        """Tell whether to stay where it is for changed rows that the store counted and did not send.

        They are asked for once more; what is missing twice is missing for a reason: the key may not read it, or it is a
        variation whose product is gone.

        Args:
            since: from which moment on changes were asked for.
            missing: how many of them did not come.
        """
        held = self._state.get("held", {})
        if missing <= (held["missing"] if held.get("since") == since else 0):
            return False
        self._state["held"] = {"since": since, "missing": missing}
        return True

    def move(self, reading: dict[str, Any]) -> None:
        """Move on after a finished read; see `ChangingStream` for what is in it."""
        state = self._state
        last = state.get("replication_key_value")
        newest = max(filter(None, (reading["newest"], last)), default=self._run.started_at)
        bookmark = min(newest, self._run.started_at)
        if bookmark != last:
            state |= {"replication_key": MODIFIED, "replication_key_value": bookmark, "bookmark_at": reading["clock"]}
        age = parse(reading["clock"]) - parse(state.get("bookmark_at", reading["clock"]))
        state["is_settled"] = age.total_seconds() > self._lookback
        state["ahead_seconds"] = reading["ahead_seconds"]


def newest(rows: Iterable[dict[str, Any]], known: str | None) -> str | None:
    """Give the largest modified date of rows as the store sends them, or the one known when that is larger."""
    dates = (UTC_TIME.shape(row.get(MODIFIED) or "") for row in rows)
    return max((date for date in (known, *dates) if isinstance(date, str)), default=None)


def parse(time: str) -> datetime.datetime:
    """Read a time; one without a zone is UTC, and one that no calendar has is long ago."""
    try:
        when = datetime.datetime.fromisoformat(time)
    except ValueError:
        when = datetime.datetime.fromisoformat(EARLIEST)
    return when.replace(tzinfo=datetime.UTC) if when.tzinfo is None else when.astimezone(datetime.UTC)
