"""Requests that need not wait for each other are in flight together, and none is made that another one answers."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from demo_store import Request, Store
from tap_woo_pim.http.models import Response
from tap_woo_pim.http.prefetch import in_order
from tap_woo_pim.pagination.page_size import PageSize
from tap_woo_pim.pagination.paginator import OverlapPaginator
from tap_woo_pim.pagination.reader import Listing, read
from tests.support.harness import Landing, Site, command, site, sync_selected
from tests.support.random_edits import RandomEdits

LATENCY_SECONDS = 0.15


@pytest.fixture
def served() -> Iterator[Site]:
    store = Store.recorded("11.0.1")
    store.keep_products(60)
    with site(store) as opened:
        yield opened


def together(one: Request, other: Request) -> bool:
    first, second = sorted((one, other), key=lambda request: request.started_at)
    return (second.started_at - first.started_at).total_seconds() < first.seconds


def pages(served: Site, path: str) -> list[Request]:
    """The requests for pages of a list, in the order in which they came."""
    asked = [request for request in served.server.requests if request.path.endswith(path) and "offset" in request.query]
    return sorted(asked, key=lambda request: request.started_at)


def test_routes_are_listed_while_the_key_is_tried(served: Site, tmp_path: Path) -> None:
    served.store.latency_seconds = LATENCY_SECONDS
    subprocess.run(command(served, tmp_path, sync_components=["tags"]), check=True, capture_output=True)
    (listing,) = [request for request in served.server.requests if request.path.endswith("/wc/v3")]
    tried = next(request for request in served.server.requests if request.auth)
    assert together(listing, tried)


def test_no_component_is_probed_that_is_read_next(served: Site) -> None:
    served.sync()
    probes = [request for request in served.server.requests if request.query.get("_fields") == "id"]
    # The key is tried on products; variations and reviews come long after the start.
    assert {request.path.rpartition("/")[2] for request in probes} == {"products", "reviews", "variations"}
    assert len(probes) == 3


@pytest.mark.parametrize("left_out", [[], ["product_attributes"], ["product_attribute_terms"]])
def test_attributes_are_asked_for_once_whichever_of_their_streams_are_read(served: Site, left_out: list[str]) -> None:
    landing = Landing()
    sync_selected(served, landing, lambda stream, _: stream not in left_out, sync_components=["attributes"])
    assert sum(request.path.endswith("/products/attributes") for request in served.server.requests) == 1
    assert landing.differences(served.store) == {}
    assert {"product_attributes", "product_attribute_terms"} - set(left_out) < set(landing.tables)


def test_a_new_attribute_comes_with_its_terms_by_the_next_run(served: Site) -> None:
    """It is made after the attributes were read and before their terms are."""

    def create(request: Request) -> None:
        if request.path.endswith("/terms"):
            served.store.before_request = None
            served.store.create_attribute_term(served.store.create_attribute(name="Brand new"), name="One")

    served.store.before_request = create
    landing = served.sync(sync_components=["attributes"])
    assert served.store.before_request is None
    parents = landing.live("product_attributes")
    assert {row["attribute_id"] for row in landing.live("product_attribute_terms").values()} <= set(parents)
    served.store.clock.advance(60)
    served.sync(landing, sync_components=["attributes"])
    assert len(landing.live("product_attributes")) == len(parents) + 1
    assert landing.differences(served.store) == {}


def test_a_list_that_the_check_counted_is_fetched_ahead_from_its_first_page_on(served: Site) -> None:
    served.store.latency_seconds = LATENCY_SECONDS
    served.sync(sync_components=["variations"], page_size=10)
    first, second, *_ = pages(served, "/variations")
    assert together(first, second)


def test_variations_begin_beside_the_last_question_about_products(served: Site) -> None:
    RandomEdits(served.store, 0).populate(80)
    served.store.latency_seconds = LATENCY_SECONDS
    landing = served.sync(sync_components=["products", "variations"], page_size=10)
    changes = next(page for page in pages(served, "/products") if "modified_after" in page.query)
    first, second, third, *_ = pages(served, "/variations")
    assert together(changes, first)
    assert together(second, third)
    assert landing.differences(served.store) == {}


def test_a_list_of_one_page_is_not_asked_for_changes(served: Site) -> None:
    landing = served.sync(sync_components=["products"])
    assert len(pages(served, "/products")) == 1
    assert landing.differences(served.store) == {}


def test_no_page_is_asked_for_twice(served: Site) -> None:
    RandomEdits(served.store, 0).populate(80)
    served.sync(page_size=20)
    for list_ in ("/products", "/variations"):
        asked = [tuple(sorted(page.query.items())) for page in pages(served, list_)]
        assert len(asked) == len(set(asked)) > 3


def test_lists_of_changes_are_asked_for_together(served: Site) -> None:
    landing = served.sync(Landing(), sync_components=["products", "variations"])
    served.store.clock.advance(3600)
    served.store.latency_seconds = LATENCY_SECONDS
    served.server.requests.clear()
    served.sync(landing, sync_components=["products", "variations"])
    assert together(pages(served, "/products")[0], pages(served, "/variations")[0])


def test_pages_behind_a_slow_one_are_fetched_meanwhile() -> None:
    others = threading.Semaphore(0)

    def get(_path: str, params: dict[str, Any], **_: Any) -> Response:
        offset, size = params["offset"], params["per_page"]
        if offset == 0:
            assert all(others.acquire(timeout=10) for _ in range(4))
        else:
            others.release()
        return Response([{"id": row} for row in range(offset + 1, min(offset + size, 500) + 1)], 500, None)

    with ThreadPoolExecutor(4) as executor:
        client = SimpleNamespace(executor=executor)
        settings = SimpleNamespace(max_concurrency=4)
        listing = Listing("list", {}, "rows", OverlapPaginator(PageSize(10)))
        listing.paginator.total = 500
        rows = read(cast("Any", SimpleNamespace(get=get, client=client, settings=settings, run_key="1")), listing)
        assert [row["id"] for page in rows for row in page] == list(range(1, 501))


@pytest.mark.parametrize(("first_is_slow", "most"), [(True, 9), (False, 5)])
def test_more_are_asked_for_ahead_only_while_the_first_is_slow(first_is_slow: bool, most: int) -> None:
    begun = list[Future[int]]()

    class Threads(Executor):
        def submit(self, call: Callable[..., Any], /, *_: Any, **__: Any) -> Future[Any]:
            future = Future[int]()
            if begun or not first_is_slow:
                future.set_result(call())
            begun.append(future)
            return future

    numbers = in_order(Threads(), (partial(int, number) for number in range(50)), 4)
    first = next(numbers)
    assert len(begun) == most
    if first_is_slow:
        first.set_result(0)
    taken = [first.result()]
    for number, future in enumerate(numbers, 1):
        taken.append(future.result())
        assert len(begun) <= max(most, number + 5)
    assert taken == list(range(50))
