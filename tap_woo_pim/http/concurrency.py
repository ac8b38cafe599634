"""Keeps the requests in flight, over the whole tap, within what the store bears."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tap_woo_pim.http.strain import Finding, Slowness

GOOD_ANSWERS_TO_CLIMB = 8
"""How many good answers in a row allow one request more in flight, after the store has shown strain."""

MOST_ANSWERS_TO_CLIMB = 64
"""Each strain doubles that number, up to so many: the tap then stays below what the store does not bear."""


class ConcurrencyLimiter:
    """A gate that lets a varying number of requests through at once.

    The number begins at half of its limit and rises as answers come. It falls by half when the store shows strain, and
    climbs back one by one.

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
        self.limit = (max_in_flight + 1) // 2
        self.in_flight = 0
        self._line = deque[object]()
        self._interval = 1 / requests_per_second if requests_per_second else 0.0
        self._clock = clock
        self._next_start = 0.0
        self._good_answers = 0
        self._answers_to_climb = 0  # as many as are in flight, before the first strain
        self._falls = 0
        self._slowness = Slowness()
        self._limit_before_trial = 0
        self._was_strained = False
        self._changed = threading.Condition()
        self._ended = False

    @contextmanager
    def slot(self) -> Iterator[int]:
        """Hold one of the places in flight; waits for a free one, in the order of coming, and for the end of a pause.

        Pages are handed on in order, so one that is passed by others would hold all of them up.

        Yields:
            How often the number in flight has fallen by then, for `answered_well` and `strained`.
        """
        with self._changed:
            place = object()
            self._line.append(place)
            try:
                self._wait(lambda: self.in_flight >= self.limit or self._line[0] is not place)
            finally:
                self._line.remove(place)
                self._changed.notify_all()
            self.in_flight += 1
            falls = self._falls
        try:
            yield falls
        finally:
            with self._changed:
                self.in_flight -= 1
                self._changed.notify_all()

    def wait_turn(self) -> None:
        """Wait as a request in flight that leads to another one: for the rate and for the end of a pause."""
        with self._changed:
            self._wait(lambda: False)

    def answered_well(self, falls: int, kind: str = "", seconds: float = 0.0) -> None:
        """Count a good answer.

        A run of them raises the number in flight by one. Answers that have become slow halve it for a trial: where that
        brings no relief, the store is slow for reasons of its own, and the number is what it was; where it does, still
        fewer are tried.

        Args:
            falls: what `slot` gave.
            kind: what was asked for; only answers of one kind are compared.
            seconds: how long the answer took.
        """
        with self._changed:
            if falls < self._falls:
                return  # it still shows the strain of before
            finding = self._slowness.add(kind, seconds)
            if finding is Finding.SLOW:
                self._was_strained = False
                self._try_fewer(self.limit // 2)
            elif finding is Finding.RELIEF:
                if not self._was_strained:
                    self._climb_later()
                self._was_strained = True
                fewer = (self.limit + 1) // 2
                self._slowness.go_on(fewer / self.limit)
                self._try_fewer(fewer)
            elif finding is Finding.NO_RELIEF:
                self._set_limit(max(self.limit, self._limit_before_trial))
            elif not self._slowness.is_on_trial:
                self._climb()

    def strained(self, falls: int, pause_seconds: float = 0.0) -> None:
        """Halve the number in flight, since the store failed under it.

        Args:
            falls: what `slot` gave.
            pause_seconds: for how long no request at all may start, as the store's `Retry-After` asks.
        """
        with self._changed:
            self._next_start = max(self._next_start, self._clock() + pause_seconds)
            if falls == self._falls:  # what was in flight together counts once
                self._slowness.forget()
                self._fall(max(1, self.limit // 2))
                self._climb_later()

    def end(self) -> None:
        """Let all through that wait, and all that come: nothing is asked any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _wait(self, is_full: Callable[[], bool]) -> None:
        while not self._ended and ((pause := self._next_start - self._clock()) > 0 or is_full()):
            self._changed.wait(pause if pause > 0 else None)
        self._next_start = max(self._next_start, self._clock()) + self._interval

    def _try_fewer(self, limit: int) -> None:
        self._limit_before_trial = self.limit
        if self.limit > 1:
            self._fall(limit)
        else:
            self._slowness.forget()

    def _fall(self, limit: int) -> None:
        self._falls += 1
        self._good_answers = 0
        self.limit = limit

    def _climb_later(self) -> None:
        self._answers_to_climb = min(2 * max(self._answers_to_climb, GOOD_ANSWERS_TO_CLIMB), MOST_ANSWERS_TO_CLIMB)

    def _climb(self) -> None:
        self._good_answers += 1
        if self._good_answers < (self._answers_to_climb or self.limit):
            return
        if self.limit < self.max_in_flight:
            self._set_limit(self.limit + 1)
        else:
            # It bears again what it did not.
            self._answers_to_climb = max(GOOD_ANSWERS_TO_CLIMB, self._answers_to_climb // 2)
            self._good_answers = 0

    def _set_limit(self, limit: int) -> None:
        self.limit = limit
        self._good_answers = 0
        self._changed.notify_all()
