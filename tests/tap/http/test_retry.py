"""How long a failing store is waited for, and what is left behind when a run ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.exceptions import SingerSDKError

from demo_store import Store
from demo_store.faults import chance, every, nth, param, path
from demo_store.faults.statuses import Status
from tap_woo_pim.http.retry import RetryBudget, parse_date, retry_after, wait_seconds
from tests.support.harness import Site, site

LISTS = path("/wc/v3/products")
LATER_PAGES = LISTS & param(offset=None) & ~param(offset=0)
QUICK: dict[str, Any] = {
    "sync_components": ["products", "tags"],
    "page_size": 5,
    "max_retries": 1,
}
IMPATIENT: dict[str, Any] = {**QUICK, "request_timeout_seconds": 1}


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store = Store.recorded("5.9.0")
    store.keep_products(60)
    with site(store) as opened:
        yield opened


def test_time_of_failing_requests_that_overlap_is_counted_once() -> None:
    clock = Clock()
    budget = RetryBudget(1000, 10, clock)
    with budget.request() as failed:
        clock.seconds = 2
        failed(0)
        with budget.request() as other:
            other(0)
            clock.seconds = 6
        failed(0)
        assert not budget.is_spent
    clock.seconds = 50  # requests that do not fail take none
    with budget.request():
        clock.seconds = 60
    assert not budget.is_spent
    with budget.request() as failed:
        clock.seconds = 65
        failed(0)
        assert budget.is_spent


def test_a_good_response_ends_the_outage_and_what_the_store_asked_for_is_none() -> None:
    clock = Clock()
    budget = RetryBudget(10, 1000, clock)
    with budget.request() as failed:
        failed(300)
        clock.seconds = 309
        assert not budget.is_outage
        clock.seconds = 311
        assert budget.is_outage
        budget.succeeded()
        assert not budget.is_outage


@pytest.mark.parametrize("attempt", range(1, 12))
def test_waits_grow_to_a_minute_and_are_spread(attempt: int) -> None:
    waits = {wait_seconds(None, attempt) for _ in range(50)}
    longest = min(2.0**attempt, 60)
    assert len(waits) > 40
    assert all(longest / 2 <= wait <= longest for wait in waits)


def answer(**headers: str) -> requests.Response:
    response = requests.Response()
    response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return response


STORE_TIME = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        (" 12 ", 12),
        ("Wed, 21 Oct 2015 07:28:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:27:00 GMT", 0),
        ("9" * 400, float("inf")),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_of_the_stores_clock(asked: str, seconds: float | None) -> None:
    assert retry_after(answer(Retry_After=asked, Date=STORE_TIME)) == seconds


def test_absurd_waits_are_cut() -> None:
    assert wait_seconds(float("inf"), 1) == 300


@given(st.text() | st.datetimes().map(format_datetime) | st.from_regex(r"\A\w{3}, \d+ \w{3} \d+ [\d:]+ [+-]?\w+\Z"))
def test_any_text_is_a_date_or_none(text: str) -> None:
    parse_date(text)


def test_a_store_that_alternates_good_and_bad_answers_is_given_up_when_the_budget_is_spent(served: Site) -> None:
    served.store.faults.add(Status(503, 1), LISTS & every(2))
    with pytest.raises(
        SingerSDKError, match=r"its failures took more than 0\.0\d+ minutes in all; the last one: it answered"
    ):
        served.sync(**{**QUICK, "max_retries": 20, "retry_budget_seconds": 3})


class Waits:
    """Stands in for the wait between tries: notes its length, and the pause that all requests were to make."""

    def __init__(self, served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds: list[float] = []
        self.pauses: list[float] = []
        self.tap = served.tap(**{**QUICK, "max_retries": 4, "max_concurrency": 1})
        client = self.tap.run.client
        monkeypatch.setattr(client._closed, "wait", self.seconds.append)
        record_failure = client.limiter.record_failure

        def record(ticket: int, seconds: float = 0.0) -> None:
            self.pauses.append(seconds)
            record_failure(ticket)  # without the pause, which would be waited for

        monkeypatch.setattr(client.limiter, "record_failure", record)

    def sync(self) -> None:
        try:
            self.tap.sync_all()
        finally:
            self.tap.run.client.close()


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7), ("9" * 400, 300), (str(10**9), 300)])
def test_what_the_store_asks_for_is_waited_and_told_and_all_requests_pause(
    served: Site, asked: str, seconds: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    waits = Waits(served, monkeypatch)
    served.store.faults.add(Status(429, asked), LISTS & nth(5, 6))
    with caplog.at_level(logging.WARNING):
        waits.sync()
    assert waits.seconds == [seconds, seconds]
    assert waits.pauses == [seconds, seconds]
    assert [message.rpartition(". ")[2] for message in caplog.messages if "429" in message or "Trying" in message] == [
        f"Trying again in {seconds} s (1 of 4).",
        f"Trying again in {seconds} s (2 of 4).",
    ]


def test_the_wait_grows_when_the_store_asks_for_none(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 60)
    waits = Waits(served, monkeypatch)
    served.store.faults.add(Status(503), LISTS & nth(5, 6, 7))
    waits.sync()
    assert [1 <= waits.seconds[0] <= 2, 2 <= waits.seconds[1] <= 4, 4 <= waits.seconds[2] <= 8] == [True] * 3
    assert waits.pauses == [0, 0, 0]


@pytest.mark.parametrize("status", [509, *range(525, 531)])
def test_statuses_of_hosts_and_cloudflare_that_pass_are_tried_again(served: Site, status: int) -> None:
    served.store.faults.add(Status(status), LISTS & nth(5))
    assert served.sync(**QUICK).differences(served.store) == {}


def test_a_store_that_never_answers_ends_with_its_name(served: Site) -> None:
    served.store.faults.add("never_answers")
    with pytest.raises(SingerSDKError, match=r"store \(https://localhost:\d+\), all components: it did not answer"):
        served.sync(**IMPATIENT)
    assert len(served.server.requests) == 1


def threads_left(before: list[threading.Thread]) -> list[str]:
    """The tap's threads that were not there before."""
    return [one.name for one in threading.enumerate() if one not in before and one.name.startswith("fetch")]


def connections_left(served: Site) -> list[object]:
    """Open connections to the store."""
    connections = psutil.Process().net_connections("tcp")
    # One that was shut down may wait for the store's last word, and no longer than the garbage collector does.
    connections = [one for one in connections if one.status == psutil.CONN_ESTABLISHED]
    return [one for one in connections if one.raddr and one.raddr.port == served.server.port]


def test_no_thread_and_no_connection_is_left_behind(served: Site) -> None:
    before = threading.enumerate()
    served.sync(**QUICK)
    assert (threads_left(before), connections_left(served)) == ([], [])


def end_while_others_hang(served: Site) -> None:
    served.store.faults.add("never_answers", LATER_PAGES & ~param(offset=4))
    served.store.faults.add("key_revoked", LISTS & param(offset=4))


def end_in_a_pause(served: Site) -> None:
    served.store.faults.add(Status(429, 250), LISTS & param(offset=8))
    served.store.faults.add("key_revoked", LISTS & param(offset=4))


def end_in_trouble(served: Site) -> None:
    for seed, fault in enumerate(("connection_reset", "closed_halfway", "slow_drip")):
        served.store.faults.add(fault, LATER_PAGES & chance(0.8, seed))


@pytest.mark.parametrize("how", [end_while_others_hang, end_in_a_pause, end_in_trouble])
def test_a_run_that_fails_leaves_no_thread_behind(
    served: Site, how: Callable[[Site], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.MAX_RETRY_AFTER_SECONDS", 5)
    before = threading.enumerate()
    how(served)
    with pytest.raises(SingerSDKError):
        served.sync(**IMPATIENT)
    assert threads_left(before) == []


@pytest.mark.parametrize("status", [429, 503])
def test_a_page_is_tried_as_often_as_max_retries_says_when_a_smaller_one_would_not_help(
    served: Site, status: int
) -> None:
    served.store.faults.add(Status(status, 0), LISTS & nth(*range(5, 10)))
    landing = served.sync(**{**QUICK, "max_retries": 5})
    assert landing.differences(served.store) == {}
