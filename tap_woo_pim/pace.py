"""Keeps the number of requests in flight within what the shop bears, over the whole tap."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

GOOD_ANSWERS_TO_CLIMB = 8
"""How many good answers in a row allow one request more in flight."""


class Pace:
    """A gate that lets a varying number of requests through at once.

    Args:
        limit: most requests in flight.
    """

    def __init__(self, limit: int) -> None:
        self._max_limit = limit
        self.limit = limit
        self.in_flight = 0
        self._good_answers = 0
        self._paused_until = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the places in flight; waits for a free one, and for the end of a pause."""
        with self._changed:
            while (pause := self._paused_until - time.monotonic()) > 0 or self.in_flight >= self.limit:
                self._changed.wait(pause if pause > 0 else None)
            self.in_flight += 1
        try:
            yield
        finally:
            with self._changed:
                self.in_flight -= 1
                self._changed.notify()

    def answered_well(self) -> None:
        """Count a good answer; a run of them raises the limit by one, up to where it began."""
        with self._changed:
            self._good_answers += 1
            if self._good_answers >= GOOD_ANSWERS_TO_CLIMB and self.limit < self._max_limit:
                self._good_answers = 0
                self.limit += 1
                self._changed.notify()

    def strained(self, pause_seconds: float = 0) -> None:
        """Halve the limit, since the shop is under strain.

        Args:
            pause_seconds: for how long no request at all may start, as the shop's `Retry-After` asks.
        """
        with self._changed:
            self._good_answers = 0
            self.limit = max(1, self.limit // 2)
            self._paused_until = max(self._paused_until, time.monotonic() + pause_seconds)
