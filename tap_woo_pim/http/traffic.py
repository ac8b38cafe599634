"""Counts the requests to a store."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Traffic:
    """Counts requests by their subject: a stream, or a part of the check. Thread-safe.

    Attributes:
        requests: requests sent.
        retries: those of them that repeat a failed one.
    """

    def __init__(self) -> None:
        self.requests = Counter[str]()
        self.retries = Counter[str]()
        self._lock = threading.Lock()
        self._under_way = 0
        self._since = 0.0
        self._busy_seconds = 0.0

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count the time that a request takes with all its tries."""
        with self._lock:
            self._since = self._since if self._under_way else time.monotonic()
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
                self._busy_seconds += 0 if self._under_way else time.monotonic() - self._since

    @property
    def busy_seconds(self) -> float:
        """For how long requests have been under way, including waits for retries and the rate limit."""
        with self._lock:
            return self._busy_seconds + (time.monotonic() - self._since if self._under_way else 0)

    def count(self, subject: str, *, again: bool = False) -> None:
        """Count a request."""
        with self._lock:
            self.requests[subject] += 1
            self.retries[subject] += again
