"""Says from which moment of the store's time changes must be asked for, so that none is missed and few come twice."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from tap_woo_pim.records.columns import UTC_TIME
from tap_woo_pim.sync.context import TIME_FORMAT, Run
from tap_woo_pim.sync.state import REPLICATION_KEY as MODIFIED
from tap_woo_pim.sync.state import BookmarkState, Held, ReadState

__all__ = ["EARLIEST", "MODIFIED", "Bookmark", "newest", "parse"]

EARLIEST = "1970-01-01T00:00:00Z"
"""No product is older than WordPress; importers leave dates of the year 1, before which there is no time."""

SURE_SECONDS = 60
"""Clocks that seem to differ by less may have been asked over a slow line."""


class Bookmark:
    """The bookmark of one stream.

    Args:
        state: its state, which `holds` and `move` change.
        run: the run.
    """

    def __init__(self, state: BookmarkState, run: Run) -> None:
        self._state = state
        self._run = run
        self._lookback: int = run.store.settings.lookback_seconds

    @property
    def since(self) -> str:
        """The moment from which on changes must be asked for, exclusive; only where there is a bookmark."""
        bookmark = max(self._state.value or "", EARLIEST)
        return bookmark if self._state.is_settled else self.back_from(bookmark)

    def back_from(self, time: str) -> str:
        """Give the moment that lies `lookback_seconds` before another one, for an exclusive question."""
        moment = parse(max(time, EARLIEST)) - datetime.timedelta(seconds=self._lookback + 1)
        return moment.strftime(TIME_FORMAT)

    @staticmethod
    def before(time: str) -> str:
        """Give the second before another one, for an exclusive question that goes on where one ended."""
        return (parse(time) - datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    def clock_was_set_back(self, ahead_seconds: int | None) -> bool:
        """Tell whether rows changed since may have dates before the bookmark, so that no question by date finds them.

        The store's clock is held against this machine's, as it was then, and against the bookmark.

        Args:
            ahead_seconds: how far the store's clock was ahead of this machine's then; None where that is not known.
        """
        set_back = 0 if ahead_seconds is None else ahead_seconds - self._run.ahead_seconds
        behind = parse(self._state.value or self._run.started_at) - parse(self._run.started_at)
        return max(set_back, behind.total_seconds()) > max(self._lookback, SURE_SECONDS)

    def holds(self, since: str, missing: int) -> bool:
        """Tell whether to stay where it is for changed rows that the store counted and did not send.

        They are asked for once more; what is missing twice is missing for a reason: the key may not read it, or it is a
        variation whose product is gone.

        Args:
            since: from which moment on changes were asked for.
            missing: how many of them did not come.
        """
        held = self._state.held
        if missing <= (held.missing if held is not None and held.since == since else 0):
            return False
        self._state.held = Held(since, missing)
        return True

    def move(self, newest: str | None, read: ReadState) -> None:
        """Move on after a finished read.

        Args:
            newest: the largest date that it came upon.
            read: the read.
        """
        state = self._state
        latest = max(filter(None, (newest, state.value)), default=self._run.started_at)
        bookmark = min(latest, self._run.started_at)
        if bookmark != state.value:
            state.value, state.read_at = bookmark, read.clock
        age = parse(read.clock) - parse(state.read_at or read.clock)
        state.is_settled = age.total_seconds() > self._lookback
        state.ahead_seconds = read.ahead_seconds


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
