"""The number of requests in flight follows what the shop bears."""

from __future__ import annotations

import threading

from tap_woo_pim.pace import GOOD_ANSWERS_TO_CLIMB, Pace


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def answer(pace: Pace, times: int, seconds: float, kind: str = "products") -> None:
    for _ in range(times):
        with pace.slot():
            pass
        pace.answered_well(kind, seconds)


def test_strain_halves_the_number_in_flight_down_to_one() -> None:
    pace = Pace(8)
    limits = []
    for _ in range(5):
        pace.strained()
        answer(pace, 1, 0.1)
        limits.append(pace.limit)
    assert limits == [4, 2, 1, 1, 1]


def test_requests_that_were_in_flight_together_halve_it_once() -> None:
    pace = Pace(8)
    with pace.slot(), pace.slot(), pace.slot():
        pace.strained()
        pace.strained()
        pace.strained()
    assert pace.limit == 4


def test_a_run_of_good_answers_raises_it_one_by_one_never_above_the_setting() -> None:
    pace = Pace(3)
    pace.strained()
    answer(pace, 2 * GOOD_ANSWERS_TO_CLIMB, 0.1)
    assert pace.limit == 2
    answer(pace, 20 * GOOD_ANSWERS_TO_CLIMB, 0.1)
    assert pace.limit == 3


def test_it_is_raised_later_after_each_strain() -> None:
    pace, needed = Pace(8), []
    for _ in range(5):
        pace.strained()
        low = pace.limit
        for count in range(1, 1000):
            answer(pace, 1, 0.1)
            if pace.limit > low:
                needed.append(count)
                break
    assert needed == [16, 32, 64, 64, 64]


def test_answers_twice_as_slow_as_alone_halve_it() -> None:
    pace = Pace(8)
    answer(pace, 3, 0.4)
    answer(pace, 4, 0.75)
    assert pace.limit == 8
    answer(pace, 8, 1.3)
    assert pace.limit < 8


def test_small_differences_are_the_network_s() -> None:
    pace = Pace(8)
    answer(pace, 3, 0.002)
    answer(pace, 50, 0.1)
    assert pace.limit == 8


def test_only_answers_of_one_kind_are_compared() -> None:
    pace = Pace(8)
    answer(pace, 3, 0.05, "tags")
    answer(pace, 50, 1.5, "products")
    assert pace.limit == 8


def test_a_pause_and_a_rate_hold_all_requests_back() -> None:
    clock = Clock()
    pace = Pace(4, requests_per_second=2, clock=clock)
    started = []

    def ask() -> None:
        with pace.slot():
            started.append(clock.seconds)

    ask()
    pace.strained(pause_seconds=30)
    waiting = threading.Thread(target=ask)
    waiting.start()
    assert started == [0.0]
    clock.seconds = 31
    with pace._changed:
        pace._changed.notify_all()
    waiting.join(5)
    assert started == [0.0, 31]
    assert pace._next_start == 31.5


def test_no_more_than_the_limit_are_in_flight() -> None:
    pace = Pace(2)
    most = 0
    lock = threading.Lock()

    def ask() -> None:
        nonlocal most
        with pace.slot(), lock:
            most = max(most, pace.in_flight)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most <= 2
    assert pace.in_flight == 0
