"""Pages that a store cannot deliver for their size are asked for smaller in all lists of a stream, and larger again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.exceptions import SingerSDKError

from demo_store import Request, Store
from demo_store.faults import When, path
from demo_store.faults.statuses import FailsAbove, PoisonousRow
from tap_woo_pim.pagination.page_size import LASTING_PATIENCE, PageSize
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import new_store, without_flat_variations

PRODUCTS = path("/wc/v3/products$")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)


@pytest.fixture
def served() -> Iterator[Site]:
    with site(Store.synthetic("11.0.1", products=200, variations=0)) as opened:
        yield opened


def larger_than(rows: int) -> When:
    return When(lambda request: int(request.query.get("per_page", 1)) > rows)


def pages(served: Site) -> list[Request]:
    return [request for request in served.server.requests if "offset" in request.query]


def sizes(served: Site) -> list[int]:
    return [int(page.query["per_page"]) for page in pages(served)]


SETTINGS: dict[str, Any] = {
    "sync_components": ["products"],
    "full_read_interval_hours": 0,
}
IMPATIENT: dict[str, Any] = {**SETTINGS, "request_timeout_seconds": 1}


def test_a_store_whose_large_pages_never_answer_is_read_all_the_same(served: Site) -> None:
    served.store.faults.add("never_answers", PRODUCTS & larger_than(10))
    landing = served.sync(**IMPATIENT)
    assert landing.differences(served.store) == {}
    asked = sizes(served)
    # The list's three pages, in flight together, each once more for its ids; later a few tries of larger pages.
    assert all(asked.count(size) <= 6 for size in (100, 50, 25))
    assert asked.count(12) <= 8


def test_the_next_run_begins_with_pages_that_the_store_delivered(served: Site) -> None:
    served.store.faults.add(FailsAbove(10), PRODUCTS)
    landing = served.sync(**SETTINGS)
    assert landing.state["bookmarks"]["products"]["page_size"] == 6
    served.server.requests.clear()
    served.store.clock.advance(60)
    served.sync(landing, **SETTINGS)
    assert sizes(served)[:LASTING_PATIENCE] == [6] * LASTING_PATIENCE
    assert landing.differences(served.store) == {}


def test_a_store_that_delivers_large_pages_again_gets_them_and_the_state_forgets(served: Site) -> None:
    landing = Landing()
    landing.state = {"bookmarks": {"products": {"page_size": 25}}}
    for _ in range(9):
        served.sync(landing, **SETTINGS)
        served.store.clock.advance(60)
    assert sizes(served)[-1] == 25
    served.sync(landing, **{**SETTINGS, "page_size": 20})
    assert sizes(served)[-1] == 20
    assert "page_size" not in landing.state["bookmarks"]["products"]


def test_a_store_that_hangs_for_good_ends_the_run_in_the_time_that_is_told(served: Site) -> None:
    served.store.faults.add("never_answers", path("/wc/v3/products$") & When(lambda request: "offset" in request.query))
    began = time.monotonic()
    with pytest.raises(SingerSDKError, match="did not answer within 1 s"):
        served.sync(**IMPATIENT, max_retries=1)
    # Pages of 100 to 3 rows, then twice as long as all tries of one row.
    assert time.monotonic() - began < 6 + 2 * 2 + 5


def test_the_size_is_one_for_all_lists_of_a_stream() -> None:
    store = Store.synthetic("9.9.5", products=60, variations=1200)
    without_flat_variations(store)
    store.faults.add(FailsAbove(20), path("/products/.*/variations$"))
    with site(store) as served:
        landing = served.sync(sync_components=["products", "variations"])
        asked = [page for page in pages(served) if page.path.endswith("/variations")]
        assert landing.differences(store) == {}
    failed = [page for page in asked if page.status != 200]
    assert len(asked) > 120
    assert len(failed) < len(asked) / 4


def test_lists_of_a_stream_that_is_read_in_several_begin_with_the_size_of_the_last() -> None:
    store = new_store("5.9.0", products=150)
    for row in store.rows("products")[:30]:
        store.trash_product(row["id"])
    store.faults.add(FailsAbove(30), PRODUCTS)
    with site(store) as served:
        landing = served.sync(sync_components=["products"])
        trash = [int(page.query["per_page"]) for page in pages(served) if page.query.get("status") == "trash"]
        assert landing.differences(store) == {}
    assert max(trash) <= 50


def test_rows_that_fail_alone_leave_the_size_as_it_was(served: Site) -> None:
    ids = [row["id"] for row in served.store.rows("products")]
    served.store.faults.add(PoisonousRow(ids[10]), PRODUCTS)
    landing = served.sync(**SETTINGS)
    assert len(landing.tables["products"]) == len(ids) - 1
    assert "page_size" not in landing.state["bookmarks"]["products"]
    assert {page.query["per_page"] for page in pages(served) if int(page.query["offset"]) > 50} == {"100"}


def deliver_until_larger(pages: PageSize) -> int:
    """Count the good pages until a larger one is asked for, which is then a single one."""
    for count in range(1000):
        if pages.next() > pages.now:
            assert pages.next() == pages.now
            return count
        pages.delivered(pages.now)
    raise AssertionError("never larger")


def test_a_page_that_fails_halves_the_size_once_for_all_that_were_in_flight_together() -> None:
    pages = PageSize(100)
    for _ in range(4):
        pages.came_in_parts(100)
    assert pages.now == 50


def test_it_is_tried_larger_later_each_time_and_with_one_page_alone() -> None:
    pages, tries = PageSize(8), []
    pages.came_in_parts(8)
    for _ in range(7):
        tries.append(deliver_until_larger(pages))
        pages.came_in_parts(8)
    assert (tries, pages.now) == ([2, 4, 8, 16, 32, 64, 64], 4)


def test_a_larger_page_that_comes_is_the_size_from_then_on() -> None:
    pages = PageSize(100, 25)
    assert deliver_until_larger(pages) == LASTING_PATIENCE
    pages.delivered(50)
    assert pages.now == 50


def test_a_page_has_two_rows_at_least_since_pages_overlap_and_a_hundred_at_most() -> None:
    assert [PageSize(size).now for size in (1, 2, 100, 101)] == [2, 2, 100, 100]
