"""Counts the requests to a store, and the time that they take."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Measures for how long at least one of several things is under way. Thread-safe.

    Args:
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._since = 0.0
        self._past_seconds = 0.0

    @contextmanager
    def running(self, since: float | None = None) -> Iterator[None]:
        """Measure one of the things, from an earlier time on if one is given."""
        with self._lock:
            if not self._running:
                self._since = self._clock() if since is None else since
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                if not self._running:
                    self._past_seconds += self._clock() - self._since

    @property
    def seconds(self) -> float:
        """How long so far."""
        with self._lock:
            return self._past_seconds + (self._clock() - self._since if self._running else 0.0)


class Traffic:
    """Counts requests by their subject: a stream, or a part of the check. Thread-safe.

    Attributes:
        requests: requests sent.
        retries: those of them that repeat a failed one.
        busy: for how long requests have been under way, including waits for retries and the rate limit.
    """

    def __init__(self) -> None:
        self.requests = Counter[str]()
        self.retries = Counter[str]()
        self.busy = Stopwatch()
        self._lock = threading.Lock()

    def count(self, subject: str, *, again: bool = False) -> None:
        """Count a request."""
        with self._lock:
            self.requests[subject] += 1
            self.retries[subject] += again
