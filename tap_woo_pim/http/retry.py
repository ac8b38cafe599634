"""How long to wait for a store that fails: after one failure, during an outage, and over a whole run."""

from __future__ import annotations

import datetime
import email.utils
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import requests
from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.exceptions import PassingError
from tap_woo_pim.http.diagnoses import NOWHERE
from tap_woo_pim.http.traffic import Stopwatch

SIZE_STATUSES = frozenset({500, 502, 504, 508, 520, 521, 522, 523, 524})
"""Server errors that a large page may cause where a smaller one succeeds."""

RETRIED_STATUSES = SIZE_STATUSES | {408, 425, 429, 503, 509, *range(525, 531)}
"""Failures that may pass. 509 is a host's traffic limit; 525 to 530 say that Cloudflare cannot reach the store."""

MAX_RETRY_AFTER_SECONDS = 300
LONGEST_WAIT_SECONDS = 60

MAX_CLOCK_ERROR = datetime.timedelta(days=3650)
"""A `Date` that differs more from this machine's clock is ignored."""


class RetryBudget:
    """The time that a run spends on failures, over all threads.

    Args:
        outage_seconds: how long the store may fail without one good response. Waits that it asked for do not count.
        budget_seconds: how much time requests that failed once may take in all.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self, outage_seconds: float, budget_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._outage_seconds = outage_seconds
        self._budget_seconds = budget_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._outage_since: float | None = None
        self._failing = Stopwatch(clock)

    @contextmanager
    def request(self) -> Iterator[Callable[[float | None], None]]:
        """Count the time of one request with all its tries, if any of them fails.

        Yields:
            A function to call when a try has failed, with the seconds that the store asked to wait; None if it may just
            have been asked for too much.
        """
        began = self._clock()
        has_failed = False

        def failed(asked_seconds: float | None) -> None:
            nonlocal has_failed
            if not has_failed:
                has_failed = True
                counted.enter_context(self._failing.running(since=began))
            if asked_seconds is not None:
                with self._lock:
                    self._outage_since = asked_seconds + (began if self._outage_since is None else self._outage_since)

        with ExitStack() as counted:
            yield failed

    def succeeded(self) -> None:
        """Count a good response."""
        self._outage_since = None

    @property
    def is_outage(self) -> bool:
        """Whether the store has failed for too long without a good response."""
        with self._lock:
            return self._outage_since is not None and self._clock() - self._outage_since > self._outage_seconds

    @property
    def is_spent(self) -> bool:
        """Whether the store has failed for too long in all."""
        return self._failing.seconds > self._budget_seconds


def wait_seconds(asked_seconds: float | None, attempt: int) -> float:
    """Compute how long to wait after a failed attempt: what the store asks for, up to a limit, or longer each time."""
    if asked_seconds is not None:
        return min(asked_seconds, MAX_RETRY_AFTER_SECONDS)
    return min(2.0**attempt, LONGEST_WAIT_SECONDS) * random.uniform(0.5, 1)  # noqa: S311


def retry_after(response: requests.Response | None) -> float | None:
    """Read `Retry-After` as seconds from now; it is a number, or a date by the store's clock."""
    if response is None:
        return None
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+", value, re.ASCII):
        return float(value)
    when = parse_date(value)
    if when is None:
        return None
    now = parse_date(response.headers.get("Date", "")) or datetime.datetime.now(datetime.UTC)
    return max(0.0, (when - now).total_seconds())


def parse_date(value: str) -> datetime.datetime | None:
    """Read an HTTP date as UTC; None if it is not one."""
    try:
        when = email.utils.parsedate_to_datetime(value)
        return when.replace(tzinfo=datetime.UTC) if when.tzinfo is None else when.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return None


def clock_of(response: requests.Response) -> datetime.datetime | None:
    """Read the store's clock (`Date`) as UTC; None if it is missing or nonsense."""
    when = parse_date(response.headers.get("Date", ""))
    return when if when and abs(when - datetime.datetime.now(datetime.UTC)) <= MAX_CLOCK_ERROR else None


def is_about_size(error: RetriableAPIError) -> bool:
    """Return whether a smaller page might succeed where this one failed."""
    if isinstance(error, PassingError) and error.diagnosis in NOWHERE:
        return False
    response = error.response
    return response is None or response.status_code in SIZE_STATUSES or response.ok
