"""What a store sees of a run: never more at once, nor faster, nor larger, nor more often than it has to bear."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo_store import Request, Store
from demo_store.answer import Answer
from demo_store.faults import When, nth, path
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.statuses import Status
from tap_woo_pim._compat import override
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import without_flat_variations

PAGES = path("/wc/v3/products$")
SETTINGS: dict[str, Any] = {"sync_components": ["products"], "page_size": 5}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)


@pytest.fixture
def served() -> Iterator[Site]:
    with site(Store.synthetic("11.0.1", products=240, variations=0)) as opened:
        yield opened


def in_time(served: Site) -> list[Request]:
    return sorted(served.server.requests, key=lambda request: request.started_at)


def ended_at(request: Request) -> datetime.datetime:
    return request.started_at + datetime.timedelta(seconds=request.seconds)


def moved_once(served: Site, when: When) -> Callable[[Request], str | None]:
    """Redirect each request to its own address, the first time that it comes."""
    seen = list[tuple[str, str]]()

    def target(request: Request) -> str | None:
        seen.append((request.path, str(request.query)))
        is_moved = when(request) and seen.count(seen[-1]) == 1
        return f"{served.server.url}{request.path}" if is_moved else None

    return target


class CacheControl(Fault):
    """No fault: keeps what requests say to caches."""

    name = "cache_control"

    def __init__(self) -> None:
        self.seen = set[str | None]()

    @override
    async def before(self, exchange: Exchange) -> Answer | None:
        self.seen.add(exchange.http.headers.get("Cache-Control"))
        return None


def test_caches_are_asked_to_keep_out_of_the_way(served: Site) -> None:
    asked = CacheControl()
    served.store.faults.add(asked)
    served.sync(**SETTINGS)
    assert asked.seen == {"no-cache"}


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_requests_are_in_flight_than_the_setting_allows_over_the_whole_tap(most: int) -> None:
    store = Store.recorded("11.0.1")
    store.keep_products(40)
    store.latency_seconds = 0.05
    with site(store) as served:
        landing = served.sync(max_concurrency=most, page_size=10)
        assert landing.differences(store) == {}
        assert max(request.in_flight for request in served.server.requests) == most


@pytest.mark.parametrize("redirected", [False, True])
def test_connections_are_used_again_and_answers_compressed(redirected: bool) -> None:
    store = Store.recorded("11.0.1")
    store.keep_products(40)
    with site(store) as opened:
        store.redirect_to = moved_once(opened, path("")) if redirected else None
        opened.sync(max_concurrency=3, page_size=10)
        assert len(opened.server.requests) > 30
        assert len({request.connection for request in opened.server.requests}) <= 3
        assert all("gzip" in request.accept_encoding for request in opened.server.requests)


@pytest.mark.parametrize("redirected", [False, True])
def test_a_rate_holds_for_all_requests_and_redirects(served: Site, redirected: bool) -> None:
    served.store.redirect_to = moved_once(served, PAGES) if redirected else None
    tap = served.tap(Landing(), **{**SETTINGS, "page_size": 20}, requests_per_second=20)
    tap.sync_all()
    client = tap.run.client
    client.close()
    asked = in_time(served)
    assert client.traffic.requests.total() == len(asked) > 15
    took = (asked[-1].started_at - asked[0].started_at).total_seconds()
    # What is on the way may come a little late; the rate is kept where it begins.
    assert took > (len(asked) - 1) / 20 - 0.3


def test_a_pause_that_the_store_asks_for_holds_for_all_requests(served: Site) -> None:
    # The pages that may be asked for ahead of the refused one would take more than a second.
    served.store.latency_seconds = 0.4
    served.store.faults.add(Status(429, 3), PAGES & nth(10))
    landing = served.sync(**{**SETTINGS, "page_size": 10})
    assert landing.differences(served.store) == {}
    asked = in_time(served)
    (refused,) = [request for request in asked if request.status == 429]
    waits = [(request.started_at - ended_at(refused)).total_seconds() for request in asked]
    assert any(wait > 2.9 for wait in waits)
    # What had been let through when the refusal came may still arrive.
    assert not [wait for wait in waits if 1 < wait < 2.9]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_half_as_many_are_in_flight_after_a_failure(served: Site, status: int) -> None:
    served.store.latency_seconds = 0.2
    served.store.faults.add(Status(status), PAGES & nth(36))
    landing = served.sync(**SETTINGS, max_concurrency=8)
    assert landing.differences(served.store) == {}
    asked = in_time(served)
    (failed,) = [request for request in asked if request.status == status]
    before = [request.in_flight for request in asked if request.started_at <= failed.started_at]
    # Those that were under way are gone after a second.
    after = [request.in_flight for request in asked if (request.started_at - ended_at(failed)).total_seconds() > 0.25]
    assert max(before) > 5
    assert len(after) > 5
    assert max(after[:10]) <= max(before) // 2


def test_variations_are_asked_for_only_below_products_that_can_have_some() -> None:
    store = Store.recorded("9.9.5")
    store.keep_products(60)
    without_flat_variations(store)
    with site(store) as served:
        landing = served.sync(sync_components=["variations"])
        asked = {
            int(request.path.split("/")[-2]) for request in served.server.requests if "/variations" in request.path
        }
    types = {row["id"]: row["type"] for row in store.rows("products")}
    assert asked
    assert {types[id_] for id_ in asked}.isdisjoint({"simple", "grouped", "external"})
    assert landing.differences(store) == {}
