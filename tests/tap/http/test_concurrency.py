"""The number of requests in flight falls when the store fails, and climbs back one by one."""

from __future__ import annotations

import threading

import pytest

from tap_woo_pim.http.concurrency import SUCCESSES_TO_CLIMB, ConcurrencyLimiter

pytestmark = pytest.mark.unit


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def succeed(limiter: ConcurrencyLimiter, times: int) -> None:
    for _ in range(times):
        with limiter.acquire() as ticket:
            pass
        limiter.record_success(ticket)


def fail(limiter: ConcurrencyLimiter, pause_seconds: float = 0.0) -> None:
    with limiter.acquire() as ticket:
        pass
    limiter.record_failure(ticket, pause_seconds)


def risen(maximum: int) -> ConcurrencyLimiter:
    limiter = ConcurrencyLimiter(maximum)
    succeed(limiter, maximum**2)
    assert limiter.limit == maximum
    return limiter


def test_a_request_that_is_stopped_while_it_waits_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    limiter = ConcurrencyLimiter(1)
    with limiter.acquire(), monkeypatch.context() as patch:
        patch.setattr(threading.Condition, "wait", stop)
        with pytest.raises(KeyboardInterrupt), limiter.acquire():
            pass
    had_turn = threading.Event()

    def take_turn() -> None:
        with limiter.acquire():
            had_turn.set()

    thread = threading.Thread(target=take_turn)
    thread.start()
    waited = had_turn.wait(10)
    limiter.close()
    thread.join()
    assert waited


def test_a_failure_halves_the_number_in_flight_down_to_one() -> None:
    limiter = risen(8)
    limits = []
    for _ in range(5):
        fail(limiter)
        succeed(limiter, 1)
        limits.append(limiter.limit)
    assert limits == [4, 2, 1, 1, 1]


def test_requests_that_were_in_flight_together_halve_it_once() -> None:
    limiter = risen(8)
    with limiter.acquire() as one, limiter.acquire() as two, limiter.acquire() as three:
        for ticket in (one, two, three):
            limiter.record_failure(ticket)
    assert limiter.limit == 4


def test_it_begins_at_half_and_rises_as_responses_come() -> None:
    limiter = ConcurrencyLimiter(8)
    limits = [limiter.limit]
    for _ in range(22):
        succeed(limiter, 1)
        limits.append(limiter.limit)
    assert limits == [4] * 4 + [5] * 5 + [6] * 6 + [7] * 7 + [8]


def test_a_run_of_good_responses_raises_it_one_by_one_never_above_the_setting() -> None:
    limiter = risen(3)
    fail(limiter)
    assert limiter.limit == 1
    limits = []
    for _ in range(4):
        succeed(limiter, SUCCESSES_TO_CLIMB - 1)
        limits.append(limiter.limit)
        succeed(limiter, 1)
        limits.append(limiter.limit)
    assert limits == [1, 2, 2, 3, 3, 3, 3, 3]


def test_a_pause_and_a_rate_hold_all_requests_back() -> None:
    clock = Clock()
    limiter = ConcurrencyLimiter(4, requests_per_second=2, clock=clock)
    started = []

    def ask() -> None:
        with limiter.acquire():
            started.append(clock.seconds)

    ask()
    limiter.record_failure(0, pause_seconds=30)
    waiting = threading.Thread(target=ask)
    waiting.start()
    assert started == [0.0]
    clock.seconds = 31
    with limiter._changed:
        limiter._changed.notify_all()
    waiting.join(5)
    assert started == [0.0, 31]
    assert limiter._next_start == 31.5


def test_no_more_than_the_limit_are_in_flight() -> None:
    limiter = ConcurrencyLimiter(2)
    most = 0
    lock = threading.Lock()

    def ask() -> None:
        nonlocal most
        with limiter.acquire(), lock:
            most = max(most, limiter.in_flight)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most <= 2
    assert limiter.in_flight == 0


def test_who_waits_for_a_place_is_not_passed_by_others() -> None:
    limiter = ConcurrencyLimiter(1)
    order = []

    def ask(who: str) -> None:
        with limiter.acquire():
            order.append(who)

    waiting = threading.Thread(target=ask, args=("waiting",))
    with limiter.acquire():
        waiting.start()
        while not limiter._queue:
            waiting.join(0.001)
    ask("just come")
    waiting.join(5)
    assert order == ["waiting", "just come"]
