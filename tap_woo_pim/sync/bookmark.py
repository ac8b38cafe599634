"""Bookmarks: since when to request changes, so that none is missed and few come twice."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from tap_woo_pim.records.columns import UTC_TIME
from tap_woo_pim.sync.context import TIME_FORMAT, Run
from tap_woo_pim.sync.state import MODIFIED, BookmarkState, Held

EARLIEST = "1970-01-01T00:00:00Z"
"""No product is older. Importers leave dates in the year 1, which no lookback can be subtracted from."""


class Bookmark:
    """The bookmark of one stream.

    Args:
        state: its state, which `holds` and `move` change.
        run: the run.
    """

    def __init__(self, state: BookmarkState, run: Run) -> None:
        self._state = state
        self._run = run
        self._lookback: int = run.settings.lookback_seconds

    @property
    def since(self) -> str:
        """The time after which to request changes. There must be a bookmark."""
        bookmark = max(self._state.value or "", EARLIEST)
        return bookmark if self._state.is_settled else self.back_from(bookmark)

    def back_from(self, time: str) -> str:
        """Return the time `lookback_seconds` before another one, as an exclusive bound."""
        moment = parse(max(time, EARLIEST)) - datetime.timedelta(seconds=self._lookback + 1)
        return moment.strftime(TIME_FORMAT)

    @staticmethod
    def before(time: str) -> str:
        """Return the second before a time, as an exclusive bound that continues where a request ended."""
        return (parse(time) - datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    def holds(self, since: str, missing: int) -> bool:
        """Hold the bookmark if the store counted changed rows and did not send them; return whether it is held.

        They are requested once more; what is missing twice is missing for a reason: the key may not read it, or it is a
        variation without a product.

        Args:
            since: since when changes were requested.
            missing: how many of them did not come.
        """
        held = self._state.held
        if missing <= (held.missing if held is not None and held.since == since else 0):
            return False
        self._state.held = Held(since, missing)
        return True

    def move(self, newest: str | None, clock: str) -> None:
        """Move on after a finished read.

        Args:
            newest: the latest date that it met.
            clock: the store's clock when it began.
        """
        state = self._state
        latest = max(filter(None, (newest, state.value)), default=self._run.started_at)
        bookmark = min(latest, self._run.started_at)
        if bookmark != state.value:
            state.value, state.read_at = bookmark, clock
        age = parse(clock) - parse(state.read_at or clock)
        state.is_settled = age.total_seconds() > self._lookback


def newest(rows: Iterable[dict[str, Any]], known: str | None) -> str | None:
    """Return the latest date of modification of rows as the store sends them, or the known one if that is later."""
    dates = (UTC_TIME.shape(row.get(MODIFIED) or "") for row in rows)
    return max((date for date in (known, *dates) if isinstance(date, str)), default=None)


def parse(time: str) -> datetime.datetime:
    """Parse a time; one without a time zone is UTC."""
    when = datetime.datetime.fromisoformat(time)
    return when.replace(tzinfo=datetime.UTC) if when.tzinfo is None else when.astimezone(datetime.UTC)
