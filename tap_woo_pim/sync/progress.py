"""Reports the progress of a run, and a summary of each stream at its end."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tap_woo_pim.http.traffic import Traffic

SECONDS_BETWEEN_LINES = 5.0

FULL, INCREMENTAL = "full", "incremental"
"""The two kinds of sync."""

ROWS = "rows"
"""The unit of a list that holds the stream's own rows."""

COLUMNS = ("rows", "changed", "skipped", "requests", "retries", "seconds")

logger = logging.getLogger("tap-woo-pim")
metrics = logging.getLogger("tap-woo-pim.metrics")


@dataclass
class Account:
    """The figures of one stream.

    Attributes:
        began: when its reading began, in seconds of the clock.
        rows: rows read.
        changed: those with a later date of modification than any row before; None if the stream's rows have no such
            date.
        skipped: rows that the store could not deliver.
        mismatches: values that did not fit their column and went to extra_fields, by column.
        seconds: how long its reading took; None until it ends.
        kind: FULL or INCREMENTAL.
        total: how many rows the present list has; None if that is not known.
        is_incomplete: whether rows are missing, so that nothing counts as deleted.
        held_back: rows that vanished and do not count as deleted, because of `max_vanished_percent`.
    """

    began: float
    rows: int = 0
    changed: int | None = None
    skipped: int = 0
    mismatches: Counter[str] = field(default_factory=Counter)
    seconds: float | None = None
    kind: str = FULL
    total: int | None = None
    is_incomplete: bool = False
    held_back: int = 0


@dataclass(frozen=True)
class Stretch:
    """Where and when the reading of a list began, to estimate the time left."""

    offset: int
    began: float


class Progress:
    """The progress of a run.

    Args:
        traffic: the client's count of requests.
        in_flight: returns the number of requests in flight.
        clock: a monotonic clock, in seconds.
        began: when the run began, in seconds of the clock; now if not given.
    """

    def __init__(
        self,
        traffic: Traffic,
        in_flight: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
        began: float | None = None,
    ) -> None:
        self._began = clock() if began is None else began
        self.accounts: dict[str, Account] = {}
        self._traffic = traffic
        self._in_flight = in_flight
        self._clock = clock
        self._next_line = clock() + SECONDS_BETWEEN_LINES
        self._stretch: Stretch | None = None
        self._last_page = clock()
        self._is_waiting = False

    @property
    def busy_seconds(self) -> float:
        """For how long requests have been under way."""
        return self._traffic.busy.seconds

    def begin(self, stream: str) -> Account:
        """Open the account of a stream, and close the one before it."""
        self.end()
        self._stretch, self._last_page, self._is_waiting = None, self._clock(), False
        account = self.accounts[stream] = Account(self._clock())
        self._measure(stream, 0, None)
        return account

    def end(self) -> None:
        """Close the account of the stream that is being read."""
        for stream, account in self.accounts.items():
            if account.seconds is None:
                account.seconds = self._clock() - account.began
                self._measure(stream, 1, 1)
                if account.mismatches:
                    counted = ", ".join(f"{name} {number:,}" for name, number in account.mismatches.most_common())
                    logger.warning("%s: values that do not fit their column went to extra_fields: %s.", stream, counted)

    def page(self, stream: str, offset: int, total: int | None, unit: str, *, is_waiting: bool = False) -> None:
        """Log a line if the last one is long enough ago.

        How long a page will take is not known while a bad row is searched for in it, or the store fails. So the line
        gives no time left once the next page has been waited for as long as between two lines.

        Args:
            stream: the stream whose page was read.
            offset: how far its list is read.
            total: how long the list is; None if the store does not say.
            unit: what the list contains: ROWS, or the products or attributes below which the rows are.
            is_waiting: whether the next page is waited for; else a page was read just now.
        """
        now = self._clock()
        if not is_waiting:
            self._last_page = now
        elif now - self._last_page < SECONDS_BETWEEN_LINES:
            return
        self._is_waiting = is_waiting
        self.accounts[stream].total = total if unit == ROWS else None
        if self._stretch is None or offset < self._stretch.offset:
            self._stretch = Stretch(offset, now)
        if now >= self._next_line:
            self._next_line = now + SECONDS_BETWEEN_LINES
            logger.info("%s: %s", stream, ", ".join(self._facts(self.accounts[stream], offset, total, unit)))
            self._measure(stream, offset, total)

    def table(self) -> Iterator[str]:
        """Yield the lines of a table with the figures of each stream and of all together."""
        self.end()
        names = list(self.accounts)
        others = self._traffic.requests.keys() - self.accounts.keys()
        rows = [
            [name, *self._figures(self.accounts[name]), *self._sent({name}), f"{self.accounts[name].seconds:.1f}"]
            for name in names
        ]
        accounts = self.accounts.values()
        seconds = self._clock() - self._began
        check_seconds = seconds - sum(one.seconds or 0 for one in accounts)
        rows.append(["the check", "", "", "", *self._sent(others), f"{check_seconds:.1f}"])
        total = Account(0, sum(one.rows for one in accounts), sum(one.changed or 0 for one in accounts))
        total.skipped = sum(one.skipped for one in accounts)
        rows.append(["all", *self._figures(total), *self._sent({*names, *others}), f"{seconds:.1f}"])
        width = max(map(len, names), default=0)
        for name, *figures in [["stream", *COLUMNS], *rows]:
            yield f"{name:<{width}}" + "".join(f"{figure:>10}" for figure in figures)

    @property
    def is_incomplete(self) -> bool:
        """Whether rows of the store are missing or unread."""
        return any(account.skipped or account.is_incomplete for account in self.accounts.values())

    def figures(self) -> dict[str, Any]:
        """Return what the run has done so far, as columns of `sync_runs`."""
        accounts = self.accounts
        changed = [account.changed for account in accounts.values() if account.changed is not None]
        now, retries = self._clock(), self._traffic.retries
        return {
            "rows": sum(account.rows for account in accounts.values()),
            "changed": sum(changed) if changed else None,
            "unread": sum(account.skipped for account in accounts.values()),
            "retries": sum(retries.values()),
            "requests": sum(self._traffic.requests.values()),
            "streams": [
                {
                    "stream": name,
                    "kind": account.kind,
                    "rows": account.rows,
                    "changed": account.changed,
                    "unread": account.skipped,
                    "held_back": account.held_back,
                    "retries": retries[name],
                    "seconds": round(now - account.began if account.seconds is None else account.seconds, 1),
                }
                for name, account in accounts.items()
            ],
        }

    def outcome(self, place: str, status: str) -> str:
        """Describe the result of a run in a sentence.

        Args:
            place: the store and kind of sync.
            status: "complete" or "incomplete".
        """
        figures, accounts = self.figures(), self.accounts
        facts = [f"{figures['rows']:,} rows"]
        if figures["changed"] is not None:
            facts.append(f"{figures['changed']:,} changed")
        if figures["unread"]:
            facts.append(f"{figures['unread']:,} could not be read")
        sentence = f"{place} sync {status}: {', '.join(facts)}, in {_duration(self._clock() - self._began)}."
        missing = [name for name, account in accounts.items() if account.is_incomplete]
        return f"{sentence} Rows are missing from {', '.join(missing)}; the log says why." if missing else sentence

    def _facts(self, account: Account, offset: int, total: int | None, unit: str) -> Iterator[str]:
        now = self._clock()
        if total:
            read = min(offset, total)
            yield f"{read:,} of {total:,} {unit} ({100 * read // total} %)"
        else:
            yield f"{account.rows:,} rows"
        yield f"{account.rows / max(now - account.began, 0.001):,.0f} rows/s"
        yield f"{self._in_flight()} in flight"
        left = self._seconds_left(offset, total)
        if self._is_waiting:
            yield f"waiting for the next page for {_duration(now - self._last_page)}"
        elif left is not None:
            yield f"{_duration(left)} left"

    def _seconds_left(self, offset: int, total: int | None) -> float | None:
        stretch = self._stretch
        if not total or stretch is None or offset <= stretch.offset or self._is_waiting:
            return None
        return (self._clock() - stretch.began) * max(0, total - offset) / (offset - stretch.offset)

    def _measure(self, stream: str, offset: int, total: int | None) -> None:
        """Log the progress of a stream as one JSON object for programs, like the SDK's own metrics.

        Args:
            stream: the stream.
            offset: how far its list is read.
            total: how long the list is; None if that is not known.
        """
        account = self.accounts[stream]
        left = self._seconds_left(offset, total)
        tags = {
            "stream": stream,
            "total": account.total,
            "percent": None if not total else 100 * min(offset, total) // total,
            "rows_per_second": round(account.rows / max(self._clock() - account.began, 0.001), 1),
            "seconds_left": None if left is None else round(left),
        }
        metric = {"type": "gauge", "metric": "sync_progress", "value": account.rows, "tags": tags}
        metrics.info("METRIC: %s", json.dumps(metric))

    @staticmethod
    def _figures(account: Account) -> list[str]:
        changed = "-" if account.changed is None else f"{account.changed:,}"
        return [f"{account.rows:,}", changed, f"{account.skipped:,}"]

    def _sent(self, subjects: Iterable[str]) -> list[str]:
        traffic = self._traffic
        return [f"{sum(counted[subject] for subject in subjects):,}" for counted in (traffic.requests, traffic.retries)]


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
