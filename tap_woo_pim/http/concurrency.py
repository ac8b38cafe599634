"""Limits the requests in flight over the whole tap: fewer after a failure, more again after good responses."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SUCCESSES_TO_CLIMB = 32
"""How many good responses in a row allow one more request in flight, after the store has failed."""


class ConcurrencyLimiter:
    """A gate that lets a varying number of requests through at once.

    The limit begins at half of the maximum and rises as responses come. It falls by half when the store fails, and
    climbs back one by one.

    Args:
        max_in_flight: how many requests may be in flight.
        requests_per_second: how many requests may start per second; None for no limit.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        max_in_flight: int,
        requests_per_second: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_in_flight = max_in_flight
        self.limit = (max_in_flight + 1) // 2
        self.in_flight = 0
        self._queue = deque[object]()
        self._interval = 1 / requests_per_second if requests_per_second else 0.0
        self._clock = clock
        self._next_start = 0.0
        self._successes = 0
        self._falls = 0
        self._changed = threading.Condition()
        self._closed = False

    @contextmanager
    def acquire(self) -> Iterator[int]:
        """Hold one of the places in flight. Waits for a free one, first come first served, and for the end of a pause.

        Pages are processed in order, so a request that is overtaken would hold up the others.

        Yields:
            A ticket for `record_success` and `record_failure`: how often the limit had fallen when the request began.
        """
        with self._changed:
            place = object()
            self._queue.append(place)
            try:
                self._wait(lambda: self.in_flight >= self.limit or self._queue[0] is not place)
            finally:
                self._queue.remove(place)
                self._changed.notify_all()
            self.in_flight += 1
            ticket = self._falls
        try:
            yield ticket
        finally:
            with self._changed:
                self.in_flight -= 1
                self._changed.notify_all()

    def wait_turn(self) -> None:
        """Wait for the rate limit or a pause, before another request in a place that is already held."""
        with self._changed:
            self._wait(lambda: False)

    def record_success(self, ticket: int) -> None:
        """Count a good response. Several in a row raise the limit by one."""
        with self._changed:
            if ticket < self._falls:
                return  # it was sent under an earlier limit
            self._successes += 1
            is_risen = self._successes >= (SUCCESSES_TO_CLIMB if self._falls else self.limit)
            if is_risen and self.limit < self.max_in_flight:
                self._successes = 0
                self.limit += 1
                self._changed.notify_all()

    def record_failure(self, ticket: int, pause_seconds: float = 0.0) -> None:
        """Halve the limit, and let no request start during a pause, as the store's `Retry-After` asks."""
        with self._changed:
            self._next_start = max(self._next_start, self._clock() + pause_seconds)
            if ticket < self._falls:
                return  # requests that were in flight together count once
            self._falls += 1
            self._successes = 0
            self.limit = max(1, self.limit // 2)

    def close(self) -> None:
        """Let all waiting requests through, now and later; the client no longer sends any."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait(self, is_full: Callable[[], bool]) -> None:
        while not self._closed and ((pause := self._next_start - self._clock()) > 0 or is_full()):
            self._changed.wait(pause if pause > 0 else None)
        self._next_start = max(self._next_start, self._clock()) + self._interval
