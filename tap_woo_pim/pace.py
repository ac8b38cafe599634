"""Keeps the requests in flight, over the whole tap, within what the shop bears."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GOOD_ANSWERS_TO_CLIMB = 8
"""How many good answers in a row allow one request more in flight, before the shop has shown any strain."""

MOST_ANSWERS_TO_CLIMB = 64
"""Each strain doubles that number, up to so many: the tap then stays below what the shop does not bear."""

STRAIN_FACTOR = 2.0
"""A shop whose answers take so many times as long as they did alone has more to do than it can."""

STRAIN_SECONDS = 0.2
"""By so much must answers be slower, for small differences are the network's."""

NEW_ANSWER_WEIGHT = 0.3
"""The weight of the newest answer in the moving average of latency."""


class Latency:
    """How long a kind of request takes, against how long it took at best."""

    def __init__(self, seconds: float) -> None:
        self.best = seconds
        self.now = seconds

    def add(self, seconds: float) -> None:
        """Count an answer."""
        self.best = min(self.best, seconds)
        self.now += NEW_ANSWER_WEIGHT * (seconds - self.now)

    @property
    def is_strained(self) -> bool:
        """Whether answers have become much slower."""
        return self.now > STRAIN_FACTOR * self.best and self.now - self.best > STRAIN_SECONDS


class Pace:
    """A gate that lets a varying number of requests through at once.

    The number begins at its limit, falls by half when the shop shows strain, and climbs back one by one.

    Args:
        max_in_flight: most requests in flight.
        requests_per_second: most requests that may start in a second; None for no such limit.
        clock: tells seconds that never go back.
    """

    def __init__(
        self,
        max_in_flight: int,
        requests_per_second: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.max_in_flight = max_in_flight
        self.limit = max_in_flight
        self.in_flight = 0
        self._interval = 1 / requests_per_second if requests_per_second else 0.0
        self._clock = clock
        self._next_start = 0.0
        self._good_answers = 0
        self._answers_to_climb = GOOD_ANSWERS_TO_CLIMB
        self._answers_until_next_fall = 0
        self._latencies: dict[str, Latency] = {}
        self._changed = threading.Condition()
        self._ended = False

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the places in flight; waits for a free one, and for the end of a pause."""
        with self._changed:
            while not self._ended and ((pause := self._next_start - self._clock()) > 0 or self.in_flight >= self.limit):
                self._changed.wait(pause if pause > 0 else None)
            self.in_flight += 1
            self._next_start = max(self._next_start, self._clock()) + self._interval
        try:
            yield
        finally:
            with self._changed:
                self.in_flight -= 1
                self._changed.notify()

    def answered_well(self, kind: str = "", seconds: float = 0.0) -> None:
        """Count a good answer.

        A run of them raises the number in flight by one; answers that have become slow halve it.

        Args:
            kind: what was asked for; only answers of one kind are compared.
            seconds: how long the answer took.
        """
        with self._changed:
            latency = self._latencies.setdefault(kind, Latency(seconds))
            latency.add(seconds)
            self._answers_until_next_fall -= 1
            if latency.is_strained:
                self._fall()
                return
            self._good_answers += 1
            if self._good_answers >= self._answers_to_climb and self.limit < self.max_in_flight:
                self._good_answers = 0
                self.limit += 1
                self._changed.notify()

    def strained(self, pause_seconds: float = 0.0) -> None:
        """Halve the number in flight, since the shop failed under it.

        Args:
            pause_seconds: for how long no request at all may start, as the shop's `Retry-After` asks.
        """
        with self._changed:
            self._fall()
            self._next_start = max(self._next_start, self._clock() + pause_seconds)

    def end(self) -> None:
        """Let all through that wait, and all that come: nothing is asked any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _fall(self) -> None:
        # The requests in flight when the number falls still show the strain of before.
        self._good_answers = 0
        if self._answers_until_next_fall <= 0:
            self._answers_until_next_fall = self.in_flight + 1
            self.limit = max(1, self.limit // 2)
            self._answers_to_climb = min(2 * self._answers_to_climb, MOST_ANSWERS_TO_CLIMB)
