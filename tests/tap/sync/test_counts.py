"""What changes alone do not show is found by the store's counts, whenever it happens and whatever fails meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from demo_store import Request, Store
from demo_store.faults import When, path
from demo_store.faults.statuses import Status
from tap_woo_pim.streams.base import WooStream
from tests.support.harness import Landing, Site, site, sync_selected
from tests.support.random_edits import new_store
from tests.support.random_edits import store_of as store_below_products

AUTO: dict[str, Any] = {"full_read_interval_hours": "auto", "sync_components": ["products"]}


def store_of(products: int) -> Store:
    store = new_store(products=products)
    store.clock.advance(3600)
    return store


def is_count(request: Request) -> bool:
    return request.path.endswith("/products") and request.query.get("order") == "desc"


def once(happens: Callable[[Request], bool], act: Callable[[], Any]) -> Callable[[Request], None]:
    """Do something before the first request of a kind is answered."""
    left = [act]

    def before(request: Request) -> None:
        if left and happens(request):
            left.pop()()

    return before


def sync_later(served: Site, landing: Landing, times: int = 2, **settings: Any) -> None:
    """Sync some times where an early full sync is possible, and a regular one is not due."""
    for stream in ("products", "product_variations"):
        if stream in landing.state["bookmarks"]:
            landing.state["bookmarks"][stream]["full_sync_milliseconds"] = 500_000
    for _ in range(times):
        served.store.clock.advance(10_001)
        served.sync(landing, **{**AUTO, **settings})


def delete(store: Store) -> None:
    store.delete_product(store.rows("products")[3]["id"])


def import_old(store: Store) -> None:
    date = "2020-01-01T00:00:00"
    product = store.create_product(name="Old", type="simple", status="publish")
    store.sql_update("products", product, date_modified=date, date_modified_gmt=date)


def replace_by_old(store: Store) -> None:
    delete(store)
    import_old(store)


@pytest.mark.parametrize("change", [delete, import_old, replace_by_old])
def test_what_happens_between_a_full_sync_and_its_count_shows_in_the_next_run(change: Callable[[Store], None]) -> None:
    store = store_of(250)
    with site(store) as served:
        store.before_request = once(is_count, lambda: change(store))
        landing = served.sync(**AUTO)
        store.before_request = None
        assert landing.differences(store) != {}
        sync_later(served, landing)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("shown_by", ["the count", "a full sync of products for another column"])
def test_variations_below_products_go_with_a_deleted_product(shown_by: str) -> None:
    store = store_below_products("per product")
    parents = [store.create_product(name="Variable", type="variable", status="publish") for _ in range(2)]
    for parent in parents:
        store.create_variation(parent, regular_price="5.00")
    store.clock.advance(3600)
    both: dict[str, Any] = {"sync_components": ["products", "variations"], "max_vanished_percent": 100}
    with site(store) as served:
        landing = served.sync(**{**AUTO, **both})
        store.delete_product(parents[0])
        if shown_by == "the count":
            sync_later(served, landing, times=1, **both)
        else:
            landing.have_full_sync_taken(100)
            store.clock.advance(2000)
            dropped = ("products", "short_description")
            sync_selected(served, landing, lambda *column: column != dropped, **{**AUTO, **both})
        assert set(landing.live("product_variations")) == {row["id"] for row in store.rows("variations")}
        assert set(landing.live("products")) == {row["id"] for row in store.rows("products")}


def test_a_row_that_an_older_one_replaced_is_found_behind_a_newer_one() -> None:
    """The number of rows and the newest one are then as expected."""
    store = store_of(30)
    with site(store) as served:
        landing = served.sync(**AUTO)
        replace_by_old(store)
        store.create_product(name="New", type="simple", status="publish")
        sync_later(served, landing, times=1)
        assert landing.differences(store) == {}
        for _ in range(2):
            store.create_product(name="New", type="simple", status="publish")
            sync_later(served, landing, times=1)
            assert landing.sync_runs()[-1]["kind"] == "incremental"


def test_a_variation_deleted_while_the_last_question_about_products_is_answered_is_found() -> None:
    store = new_store(products=150)
    parent = store.create_product(name="Variable", type="variable", status="publish")
    variations = [
        store.create_variation(parent, regular_price="5.00", attributes=[{"id": 0, "name": "Size", "option": size}])
        for size in "SMLX"
    ]
    store.clock.advance(3600)
    both: dict[str, Any] = {"sync_components": ["products", "variations"]}
    with site(store) as served:
        store.before_request = once(
            lambda request: request.path.endswith("/products") and "modified_after" in request.query,
            lambda: store.delete_variation(variations[2]),
        )
        landing = served.sync(**{**AUTO, **both})
        store.before_request = None
        sync_later(served, landing, **both)
        assert landing.differences(store) == {}


def test_a_count_that_fails_hides_no_deletion() -> None:
    store = store_of(30)
    with site(store) as served:
        landing = served.sync(**AUTO)
        delete(store)
        rule = store.faults.add(Status(500), When(is_count))
        sync_later(served, landing, 1)
        store.faults.remove(rule)
        sync_later(served, landing, 1)
        assert landing.differences(store) == {}


def test_counts_are_asked_for_under_an_address_that_no_cache_knows() -> None:
    with site(store_of(5)) as served:
        served.sync(**AUTO)
        asked = [request.query["tap_run"] for request in served.server.requests if is_count(request)]
    assert asked


def test_an_early_full_sync_that_is_held_back_comes_again_with_the_next_run() -> None:
    store = store_of(30)
    with site(store) as served:
        landing = served.sync(**AUTO)
        for row in store.rows("products")[:15]:
            store.delete_product(row["id"])
        sync_later(served, landing, 1)
        assert landing.sync_runs()[-1]["kind"] == "full"
        assert landing.differences(store) != {}
        store.clock.advance(60)
        served.sync(landing, **AUTO, max_vanished_percent=100)
        assert landing.differences(store) == {}


def test_an_early_full_sync_that_cannot_go_on_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_of(250)
    store.clock.advance(90_000)
    store.edit_product(store.rows("products")[5]["id"], name="Later")  # so that changes alone are few
    store.clock.advance(3600)
    with site(store) as served:
        landing = served.sync(**AUTO)
        landing.state["bookmarks"]["products"]["full_sync_milliseconds"] = 500_000
        store.clock.advance(10_001)
        delete(store)
        with monkeypatch.context() as often:
            often.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)
            served.sync(landing, breaks_after=150, **AUTO)
        assert landing.state["bookmarks"]["products"]["read"]["offset"]
        store.clock.advance(-1)  # the second of two web servers, whose clocks differ
        served.sync(landing, **AUTO)
        assert landing.sync_runs()[-1]["kind_reason"] == "the last one was interrupted"
        assert landing.differences(store) == {}


def test_a_resumed_full_sync_counts_no_row_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a deletion rows move up, and the resumed reading meets some of them again."""
    store = store_of(700)
    every = {**AUTO, "full_read_interval_hours": 0}
    with site(store) as served:
        with monkeypatch.context() as often:
            often.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)
            landing = served.sync(breaks_after=230, **every)
        delete(store)
        store.clock.advance(60)
        served.sync(landing, **every)
        assert landing.state["bookmarks"]["products"]["row_count"] == 700
        for row in store.rows("products")[:60]:
            store.delete_product(row["id"])
        store.clock.advance(60)
        served.sync(landing, **every)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("message", [12, 13, 14, 15])
def test_a_renamed_category_is_not_forgotten_when_the_run_stops_before_products(message: int) -> None:
    store = store_of(30)
    both = {**AUTO, "sync_components": ["products", "categories"]}
    category = store.create_term("categories", name="New")
    store.edit_product(store.rows("products")[0]["id"], categories=[{"id": category}])
    store.clock.advance(90_000)
    store.edit_product(store.rows("products")[5]["id"], name="Later")
    store.clock.advance(3600)
    with site(store) as served:
        landing = served.sync(**both)
        landing.state["bookmarks"]["products"]["full_sync_milliseconds"] = 500_000
        store.clock.advance(10_001)
        store.edit_term("categories", category, name="Renamed")
        served.sync(landing, breaks_after=message, **both)
        store.clock.advance(600)
        served.sync(landing, **both)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("route", ["products", "categories"])
def test_ids_that_a_plugin_sends_as_texts_are_numbers(route: str) -> None:
    store = store_of(10)
    store.create_term("categories", name="New")
    both: dict[str, Any] = {"sync_components": ["products", "categories"]}
    store.faults.add("text_ids", path(f"/{route}$"))
    with site(store) as served:
        landing = served.sync(**{**AUTO, **both})
        store.create_product(name="New", type="simple", status="publish")
        sync_later(served, landing, 1, **both)
        assert landing.sync_runs()[-1]["status"] == "complete"
        assert landing.sync_runs()[-1]["kind"] == "incremental"
