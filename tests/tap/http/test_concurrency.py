"""The number of requests in flight follows what the store bears, and no whim of its own."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from tap_woo_pim.http.concurrency import GOOD_ANSWERS_TO_CLIMB, ConcurrencyLimiter

pytestmark = pytest.mark.unit


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def answer(pace: ConcurrencyLimiter, times: int, seconds: float = 0.1, kind: str = "products") -> None:
    for _ in range(times):
        with pace.slot() as falls:
            pass
        pace.answered_well(falls, kind, seconds)


def strain(pace: ConcurrencyLimiter, pause_seconds: float = 0.0) -> None:
    with pace.slot() as falls:
        pass
    pace.strained(falls, pause_seconds)


def risen(limit: int) -> ConcurrencyLimiter:
    pace = ConcurrencyLimiter(limit)
    answer(pace, limit**2)
    assert pace.limit == limit
    return pace


class Simulation:
    """A store, on a clock of its own, that is asked in so far as the pace allows.

    Args:
        most: most requests in flight.
        workers: how many requests the store handles at a time, None for any number; the others wait.
    """

    def __init__(self, most: int, workers: int | None = None) -> None:
        self.clock = Clock()
        self.most = most
        self.pace = ConcurrencyLimiter(most, clock=self.clock)
        self.workers = [0.0] * (workers or most)
        self.limits: list[int] = []

    def ask(self, answers: Sequence[tuple[str, float]]) -> float:
        """Ask for answers of a kind that take some seconds each, and return how long that took in all."""
        began, left, ticket = self.clock.seconds, deque(answers), itertools.count()
        running: list[tuple[float, int, ExitStack, int, str, float]] = []
        while left or running:
            while left and self.pace.in_flight < self.pace.limit:
                kind, seconds = left.popleft()
                stack = ExitStack()
                falls = stack.enter_context(self.pace.slot())
                end = max(self.clock.seconds, heapq.heappop(self.workers)) + seconds
                heapq.heappush(self.workers, end)
                heapq.heappush(running, (end, next(ticket), stack, falls, kind, self.clock.seconds))
            self.clock.seconds, _, stack, falls, kind, asked = heapq.heappop(running)
            stack.close()
            self.pace.answered_well(falls, kind, self.clock.seconds - asked)
            self.limits.append(self.pace.limit)
        return self.clock.seconds - began

    def ratio(self, answers: Sequence[tuple[str, float]]) -> float:
        """How many times as long it takes as with the most requests in flight all the time."""
        ends = [0.0] * min(self.most, len(self.workers))
        for _, seconds in answers:
            heapq.heapreplace(ends, ends[0] + seconds)
        return self.ask(answers) / max(ends)


def pages(seconds: Sequence[float], kind: str = "products") -> list[tuple[str, float]]:
    return [(kind, one) for one in seconds]


def by_rows(rows: int) -> tuple[str, float]:
    return (f"variations {rows.bit_length()}", 0.15 + 0.012 * rows)


@pytest.mark.parametrize("most", [4, 8])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "how", ["slower at once", "slower and slower", "by chance", "evenly spread", "now and then very slow", "by rows"]
)
def test_a_healthy_store_whose_times_vary_is_read_at_nearly_full_pace(how: str, seed: int, most: int) -> None:
    chance = random.Random(seed)
    answers = {
        "slower at once": lambda: pages([0.3] * 100 + [0.8] * 100),
        "slower and slower": lambda: pages([0.3 + page / 200 for page in range(200)]),
        "by chance": lambda: pages([chance.choice((0.2, 0.3, 0.4, 1.2)) for _ in range(400)]),
        "evenly spread": lambda: pages([chance.uniform(0.1, 1.0) for _ in range(400)]),
        "now and then very slow": lambda: pages([chance.lognormvariate(-1, 0.8) for _ in range(400)]),
        "by rows": lambda: [by_rows(chance.randint(1, 60)) for _ in range(400)],
    }[how]()
    assert Simulation(most).ratio(answers) < 1.3


@pytest.mark.parametrize(("most", "workers"), [(4, 1), (8, 1), (8, 2), (8, 3), (16, 4)])
def test_a_store_that_slows_down_with_the_number_in_flight_is_backed_off_from(most: int, workers: int) -> None:
    chance = random.Random(0)
    simulation = Simulation(most, workers)
    answers = pages([chance.uniform(0.3, 0.5) for _ in range(400)])
    assert simulation.ratio(answers) < 1.4
    later = simulation.limits[100:]
    assert sum(later) / len(later) <= 2 * workers


def test_a_store_that_bears_more_than_it_did_gets_more_again() -> None:
    simulation = Simulation(8, workers=2)
    simulation.ask(pages([0.4] * 200))
    assert max(simulation.limits[-20:]) < 8
    simulation.workers = [0.0] * 8
    simulation.ask(pages([0.4] * 1000))
    assert simulation.pace.limit == 8


def test_a_request_that_is_stopped_while_it_waits_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    pace = ConcurrencyLimiter(1)
    with pace.slot(), monkeypatch.context() as patch:
        patch.setattr(threading.Condition, "wait", stop)
        with pytest.raises(KeyboardInterrupt), pace.slot():
            pass
    had_turn = threading.Event()

    def take_turn() -> None:
        with pace.slot():
            had_turn.set()

    thread = threading.Thread(target=take_turn)
    thread.start()
    waited = had_turn.wait(10)
    pace.end()
    thread.join()
    assert waited


def test_strain_halves_the_number_in_flight_down_to_one() -> None:
    pace = risen(8)
    limits = []
    for _ in range(5):
        strain(pace)
        answer(pace, 1)
        limits.append(pace.limit)
    assert limits == [4, 2, 1, 1, 1]


def test_requests_that_were_in_flight_together_halve_it_once() -> None:
    pace = risen(8)
    with pace.slot() as one, pace.slot() as two, pace.slot() as three:
        for falls in (one, two, three):
            pace.strained(falls)
    assert pace.limit == 4


def test_it_begins_at_half_and_rises_as_answers_come() -> None:
    pace = ConcurrencyLimiter(8)
    limits = [pace.limit]
    for _ in range(22):
        answer(pace, 1)
        limits.append(pace.limit)
    assert limits == [4] * 4 + [5] * 5 + [6] * 6 + [7] * 7 + [8]


def test_a_run_of_good_answers_raises_it_one_by_one_never_above_the_setting() -> None:
    pace = risen(3)
    strain(pace)
    assert pace.limit == 1
    answer(pace, 2 * GOOD_ANSWERS_TO_CLIMB)
    assert pace.limit == 2
    answer(pace, 20 * GOOD_ANSWERS_TO_CLIMB)
    assert pace.limit == 3


def test_it_is_raised_later_after_each_strain() -> None:
    pace, needed = risen(64), []
    for _ in range(5):
        strain(pace)
        low = pace.limit
        for count in range(1, 1000):
            answer(pace, 1)
            if pace.limit > low:
                needed.append(count)
                break
    assert needed == [16, 32, 64, 64, 64]


def test_small_differences_are_the_network_s() -> None:
    pace = risen(8)
    answer(pace, 30, 0.002)
    answer(pace, 50, 0.1)
    assert pace.limit == 8


def test_only_answers_of_one_kind_are_compared() -> None:
    pace = risen(8)
    answer(pace, 30, 0.05, "tags")
    answer(pace, 50, 1.5, "products")
    assert pace.limit == 8


def test_a_few_slow_answers_among_others_say_nothing() -> None:
    pace = risen(8)
    for _ in range(20):
        answer(pace, 7, 0.3)
        answer(pace, 3, 5.0)
        assert pace.limit == 8


def test_a_store_that_is_slow_one_at_a_time_gets_no_more_for_it() -> None:
    pace = ConcurrencyLimiter(1)
    answer(pace, 50, 0.3)
    answer(pace, 50, 3.0)
    assert pace.limit == 1


def test_a_pause_and_a_rate_hold_all_requests_back() -> None:
    clock = Clock()
    pace = ConcurrencyLimiter(4, requests_per_second=2, clock=clock)
    started = []

    def ask() -> None:
        with pace.slot():
            started.append(clock.seconds)

    ask()
    pace.strained(0, pause_seconds=30)
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
    pace = ConcurrencyLimiter(2)
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


def test_who_waits_for_a_place_is_not_passed_by_others() -> None:
    pace = ConcurrencyLimiter(1)
    order = []

    def ask(who: str) -> None:
        with pace.slot():
            order.append(who)

    waiting = threading.Thread(target=ask, args=("waiting",))
    with pace.slot():
        waiting.start()
        while not pace._line:
            waiting.join(0.001)
    ask("just come")
    waiting.join(5)
    assert order == ["waiting", "just come"]
