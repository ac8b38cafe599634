"""When a full sync comes: by what the last one cost, or when something shows that it is needed."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from typing import Any, Literal

import pytest

from demo_store import Request, Store
from demo_store.faults.statuses import PoisonousRow
from demo_store.faults.when import path
from tap_woo_pim.streams.base import WooStream
from tap_woo_pim.sync.digest import Digest
from tap_woo_pim.sync.schedule import Schedule
from tap_woo_pim.sync.state import ListState
from tests.support.harness import Landing, Row, Site, site, sync_selected
from tests.support.random_edits import RandomEdits, new_store

BEGAN = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)
AUTO: dict[str, Any] = {"full_read_interval_hours": "auto", "max_vanished_percent": 100}


def after(**time: float) -> datetime.datetime:
    return BEGAN + datetime.timedelta(**time)


def test_auto_is_due_after_50_times_the_duration_and_after_a_day_at_most() -> None:
    assert Schedule(BEGAN, 10, "auto").due_at == after(seconds=500)
    assert not Schedule(BEGAN, 10, "auto").is_due(after(seconds=499))
    assert Schedule(BEGAN, 10, "auto").is_due(after(seconds=500))
    assert Schedule(BEGAN, 3600, "auto").due_at == after(hours=24)
    assert Schedule(BEGAN, None, "auto").due_at == after(hours=24), "an earlier version kept no duration"


def test_a_number_means_hours_and_a_nightly_run_may_begin_a_little_early() -> None:
    assert Schedule(BEGAN, 10, 8).due_at == after(hours=8)
    assert not Schedule(BEGAN, 10, 8).is_due(after(hours=7.5))
    assert Schedule(BEGAN, 10, 8).is_due(after(hours=7.7))
    assert Schedule(BEGAN, 10_000, "auto").is_due(after(hours=23))


def test_what_is_needed_comes_after_10_times_the_duration_unless_hours_are_set() -> None:
    assert Schedule(BEGAN, 10, "auto").possible_at == after(seconds=100)
    assert Schedule(BEGAN, 10, 8).possible_at == after(hours=8)
    assert Schedule(BEGAN, 20_000, "auto").possible_at == after(hours=24)


def test_a_clock_before_the_last_one_makes_it_due() -> None:
    assert Schedule(BEGAN, 10, "auto").is_due(after(seconds=-1))
    assert not Schedule(BEGAN, 10, "auto").is_due(BEGAN)


CATEGORY = {"id": 5, "name": "Shoes", "slug": "shoes", "parent": 0}


@pytest.mark.parametrize(
    ("rows", "is_other"),
    [
        ([CATEGORY], False),
        ([CATEGORY, {**CATEGORY, "id": 6}], False),
        ([{**CATEGORY, "count": 7}], False),
        ([{**CATEGORY, "name": "Boots"}], True),
        ([{**CATEGORY, "slug": "boots"}], True),
        ([{**CATEGORY, "parent": 3}], True),
        ([{**CATEGORY, "id": 6}], True),
        ([], True),
    ],
)
def test_a_digest_tells_whether_a_row_that_was_there_is_another_one(rows: list[Row], is_other: bool) -> None:
    state = ListState()
    before = Digest(state)
    before.add([CATEGORY])
    assert not before.save()
    now = Digest(state)
    now.add(rows)
    assert now.save() is is_other


def test_a_digest_stays_the_same_from_version_to_version_and_in_any_order() -> None:
    first, second = ListState(), ListState()
    for state, step in ((first, 1), (second, -1)):
        digest = Digest(state)
        for row in [CATEGORY, {**CATEGORY, "id": 6}][::step]:
            digest.add([row])
        digest.save()
    assert first == second == ListState(digest="5320b34976a85c98", digest_max_id=6)


@pytest.fixture
def living() -> Iterator[Site]:
    store = new_store()
    RandomEdits(store, 0).populate(30)
    store.clock.advance(3600)
    with site(store) as served:
        yield served


def last(landing: Landing) -> Row:
    return landing.sync_runs()[-1]


def test_a_small_store_is_read_in_full_by_every_run_that_is_not_within_minutes(living: Site) -> None:
    landing = living.sync(**AUTO)
    took = sum(landing.state["bookmarks"][one]["full_sync_milliseconds"] for one in ("products", "product_variations"))
    assert 0 < took < 60_000
    landing.have_full_sync_taken(4)
    kinds = []
    for seconds in (100, 99, 3, 3600):
        living.store.clock.advance(seconds)
        living.sync(landing, **AUTO)
        kinds.append(last(landing)["kind"])
        landing.have_full_sync_taken(4)
    assert kinds == ["incremental", "incremental", "full", "full"]
    assert "50 times as long after the last one as that took (4.0 s)" in last(landing)["kind_reason"]


@pytest.mark.parametrize("hours", [6, pytest.param(720, marks=pytest.mark.soak)])
def test_a_store_with_hourly_runs_differs_from_the_tables_after_no_run(hours: int) -> None:
    store = new_store()
    life = RandomEdits(store, 5)
    life.populate(60)
    with site(store) as served:
        landing = Landing()
        for hour in range(hours):
            served.sync(landing, full_read_interval_hours="auto")
            assert landing.differences(store) == {}, hour
            life.live(3)
            store.clock.advance(3600)
        assert len(landing.sync_runs()) == hours


def test_a_row_deleted_for_good_makes_a_full_sync_due_at_once(living: Site) -> None:
    landing = living.sync(**AUTO)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(10_001)
    living.store.delete_product(living.store.rows("products")[3]["id"])
    living.sync(landing, **AUTO)
    assert landing.differences(living.store) == {}
    assert "the store counts" in last(landing)["kind_reason"]


def test_a_deletion_that_a_new_row_makes_up_for_is_seen(living: Site) -> None:
    landing = living.sync(**AUTO)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(10_001)
    living.store.delete_product(living.store.rows("products")[3]["id"])
    living.store.create_product(name="New", type="simple", status="publish")
    living.sync(landing, **AUTO)
    assert landing.differences(living.store) == {}


@pytest.mark.parametrize("kind", ["products", "variations"])
def test_a_row_deleted_after_a_full_sync_had_read_it_is_gone_after_the_next_run(
    kind: Literal["products", "variations"], living: Site
) -> None:
    store, pages = living.store, 0
    deleted = store.rows(kind)[0]["id"]

    def delete(request: Request) -> None:
        nonlocal pages
        pages += request.path.endswith(f"/{kind}") and "offset" in request.query
        if pages == 2:
            (store.delete_product if kind == "products" else store.delete_variation)(deleted)

    store.before_request = delete
    landing = living.sync(page_size=6, max_concurrency=1, **AUTO)
    store.before_request = None
    assert landing.differences(store) != {}
    landing.have_full_sync_taken(1000)
    store.clock.advance(10_001)
    living.sync(landing, **AUTO)
    assert landing.differences(store) == {}


def test_a_row_that_was_imported_with_an_old_date_is_seen(living: Site) -> None:
    landing = living.sync(**AUTO)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(10_001)
    new = living.store.create_product(name="Old", type="simple", status="publish")
    long_ago = "2020-01-01T00:00:00"
    living.store.sql_update("products", new, date_modified=long_ago, date_modified_gmt=long_ago)
    living.sync(landing, **AUTO)
    assert landing.differences(living.store) == {}


def test_a_renamed_category_makes_a_full_sync_due_at_once_and_a_new_one_does_not(living: Site) -> None:
    landing = living.sync(**AUTO)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(10_001)
    living.store.create_term("categories", name="New")
    living.sync(landing, **AUTO)
    assert last(landing)["kind"] == "incremental"
    living.store.edit_term("categories", living.store.rows("categories")[0]["id"], name="Renamed")
    living.sync(landing, **AUTO)
    assert landing.differences(living.store) == {}
    assert last(landing)["kind_reason"] == "rows of product_categories were renamed, moved or deleted"


def test_a_store_without_variations_has_its_early_full_syncs_too() -> None:
    store = new_store(products=9)
    category = store.create_term("categories", name="Old")
    product = store.create_product(name="In it", type="simple", status="publish", categories=[{"id": category}])
    store.clock.advance(86400)
    store.create_product(name="Newest", type="simple", status="publish")
    store.clock.advance(86400)
    with site(store) as served:
        landing = served.sync(full_read_interval_hours="auto")
        store.edit_term("categories", category, name="New")
        store.clock.advance(3600)
        served.sync(landing, full_read_interval_hours="auto")
    assert landing.live("products")[product]["categories"][0]["name"] == "New"
    assert landing.differences(store) == {}


def test_a_category_renamed_while_the_first_sync_is_interrupted_makes_a_full_sync_due(
    living: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)
    chosen = {**AUTO, "sync_components": ["products", "variations", "categories"], "page_size": 4}
    landing = living.sync(breaks_after=50, **chosen)
    assert landing.state["bookmarks"]["products"]["read"]["offset"]
    for category in living.store.rows("categories"):
        living.store.edit_term("categories", category["id"], name=f"Renamed {category['id']}")
    living.sync(landing, **chosen)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(10_001)
    living.sync(landing, **chosen)
    assert landing.differences(living.store) == {}


def test_a_row_deleted_while_a_full_sync_is_interrupted_is_gone_after_an_early_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It had arrived after the last state, so the sync that goes on reads that part again, without it."""
    chosen: dict[str, Any] = {**AUTO, "sync_components": ["products"]}
    store = new_store(products=60)
    store.clock.advance(90_000)
    with site(store) as served:
        with monkeypatch.context() as often:
            often.setattr(WooStream, "STATE_MSG_FREQUENCY", 10)
            landing = served.sync(breaks_after=45, page_size=10, **chosen)
        arrived = list(landing.tables["products"].values())
        assert landing.state["bookmarks"]["products"]["read"]["offset"] < len(arrived)
        store.delete_product(arrived[-1]["id"])
        for _ in range(2):
            served.sync(landing, **chosen)
            landing.state["bookmarks"]["products"]["full_sync_milliseconds"] = 600_000
            store.clock.advance(7200)
        assert landing.sync_runs()[-1]["kind_reason"] == "the last one was interrupted"
        assert landing.differences(store) == {}


def test_a_product_that_a_killed_sync_brought_is_gone_after_an_early_full_sync() -> None:
    """It came after the last state and was deleted before the next sync, so no count misses it."""
    chosen: dict[str, Any] = {**AUTO, "sync_components": ["products"]}
    store = new_store(products=9)
    store.clock.advance(90_000)
    with site(store) as served:
        landing = served.sync(**chosen)
        landing.state["bookmarks"]["products"]["full_sync_milliseconds"] = 600_000
        product = store.create_product(name="New", type="simple", status="publish")
        served.sync(landing, breaks_after=17, **chosen)
        assert ("store", product) in landing.tables["products"]
        store.delete_product(product)
        store.clock.advance(7200)
        served.sync(landing, **chosen)
    assert last(landing)["kind_reason"] == "the last sync was killed"
    assert landing.differences(store) == {}


@pytest.mark.parametrize("way", ["its name is deselected", "the products are left out", "another one is unreadable"])
def test_a_category_renamed_unseen_makes_a_full_sync_due(way: str) -> None:
    store = new_store()
    category, other = (store.create_term("categories", name=name) for name in ("Old", "Other"))
    store.create_product(name="In it", type="simple", status="publish", categories=[{"id": category}])
    store.clock.advance(7200)
    store.create_product(name="Newest", type="simple", status="publish", categories=[])
    store.clock.advance(7200)
    if way == "another one is unreadable":
        store.faults.add(PoisonousRow(other), path("/products/categories"))
    deselected = "name" if way == "its name is deselected" else "nothing"

    def sync(*components: str) -> None:
        sync_selected(
            served,
            landing,
            lambda stream, column: (stream, column) != ("product_categories", deselected),
            sync_components=components,
            max_retries=0,
            **AUTO,
        )
        landing.state["bookmarks"]["products"]["full_sync_milliseconds"] = 600_000

    with site(store) as served:
        landing = Landing()
        sync("products", "categories")
        store.edit_term("categories", category, name="New")
        store.clock.advance(7200)
        if way == "the products are left out":
            sync("categories")
        sync("products", "categories")
        assert "products" not in landing.differences(store)


def test_products_are_asked_for_when_the_terms_that_they_show_have_been_read(living: Site) -> None:
    store = living.store
    attribute = store.create_attribute(name="Colour")
    option = store.create_attribute_term(attribute, name="Red")
    axis = {"id": attribute, "name": "Colour", "visible": True, "options": ["Red"]}
    store.create_product(name="Shirt", type="simple", status="publish", attributes=[axis])

    def rename(request: Request) -> None:
        if request.path.endswith("/terms"):
            store.edit_attribute_term(attribute, option, name="Crimson")

    store.before_request = rename
    landing = living.sync(**AUTO)
    assert landing.differences(store) == {}


def test_a_store_that_is_too_large_for_it_now_says_what_is_pending(
    living: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    landing = living.sync(**AUTO)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(5_000)
    living.store.edit_term("categories", living.store.rows("categories")[0]["id"], name="Renamed")
    living.sync(landing, **AUTO)
    assert last(landing)["kind"] == "incremental"
    said = [line for line in caplog.messages if "a full sync is needed" in line]
    assert len(said) == 2
    assert said[0].startswith("products: a full sync is needed, since rows of product_categories were renamed")
    assert last(landing)["next_full_sync_at"] in said[0]
    living.store.clock.advance(5_001)
    living.sync(landing, **AUTO)
    assert last(landing)["kind"] == "full"
    assert landing.differences(living.store) == {}
    assert "needed" not in landing.state["bookmarks"]["products"]


def test_edits_that_dates_show_make_no_full_sync_needed(living: Site) -> None:
    landing = living.sync(**AUTO)
    landing.have_full_sync_taken(1000)
    living.store.clock.advance(10_001)
    life = RandomEdits(living.store, 3, quiet=True)
    for _ in range(10):
        life.live(5)
        living.sync(landing, **AUTO)
        assert last(landing)["kind"] == "incremental", last(landing)["kind_reason"]
        assert landing.differences(living.store) == {}


@pytest.mark.parametrize(("version", "requests"), [("11.0.1", 12), ("5.9.0", 17)])
def test_a_run_without_changes_asks_for_the_counts_as_well(version: str, requests: int) -> None:
    store = new_store(version)
    RandomEdits(store, 0).populate(10)
    store.clock.advance(3600)
    chosen: dict[str, Any] = {**AUTO, "sync_components": ["products", "variations"]}
    with site(store) as served:
        landing = served.sync(**chosen)
        landing.have_full_sync_taken(1000)
        for seconds in (600, 600):
            store.clock.advance(seconds)
            served.server.requests.clear()
            served.sync(landing, **chosen)
            assert len(served.server.requests) == requests


def test_an_interrupted_full_sync_counts_the_time_of_both_runs(living: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)
    chosen = {**AUTO, "sync_components": ["products"], "page_size": 4}
    landing = living.sync(breaks_after=40, **chosen)
    state = landing.state["bookmarks"]["products"]
    state["read"]["milliseconds"] = 500_000
    living.sync(landing, **chosen)
    assert landing.state["bookmarks"]["products"]["full_sync_milliseconds"] > 500_000


def test_a_run_ends_though_the_store_is_edited_all_the_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = new_store(products=400)
    store.clock.advance(3600)
    ids = [row["id"] for row in store.rows("products")]
    edits = 0

    def edit(_: Request) -> None:
        nonlocal edits
        for _number in range(4):
            edits += 1
            store.edit_product(ids[edits * 37 % len(ids)], name=f"Edited {edits}")
        store.clock.advance(1)

    settings: dict[str, Any] = {"sync_components": ["products"], "page_size": 10, "max_concurrency": 1, **AUTO}
    with site(store) as served:
        store.before_request = edit
        landing = served.sync(**settings)
        assert len(served.server.requests) < 250
        assert any("reading what changed meanwhile, round 1 of 3" in line for line in caplog.messages)
        served.server.requests.clear()
        served.sync(landing, **{**settings, "full_read_interval_hours": 24})
        assert len(served.server.requests) < 250
        store.before_request = None
        served.sync(landing, **{**settings, "full_read_interval_hours": 24})
        assert landing.differences(store) == {}


@pytest.mark.parametrize("act", ["trash", "delete"])
def test_reviews_that_went_with_their_products_are_gone_whatever_their_share(act: str) -> None:
    store = Store.recorded("11.0.1")
    store.keep_products(60)
    settings: dict[str, Any] = {"sync_components": ["products", "reviews"], "full_read_interval_hours": 0}
    with site(store) as served:
        landing = served.sync(**settings)
        reviewed = {row["product_id"] for row in store.rows("reviews")}
        for product in sorted(reviewed)[: len(reviewed) // 2]:
            (store.trash_product if act == "trash" else store.delete_product)(product)
        left = {row["id"] for row in store.rows("reviews")}
        assert len(left) < 0.8 * len(landing.live("product_reviews"))
        store.clock.advance(60)
        served.sync(landing, **settings)
        assert landing.live("product_reviews").keys() == left


def reviewed_store(reviews: int) -> Store:
    """A store in which one product has all reviews."""
    store = Store.recorded("11.0.1")
    store.keep_products(60)
    for row in store.rows("reviews"):
        store.delete_review(row["id"])
    for _ in range(reviews):
        store.create_review(store.rows("products")[0]["id"])
    return store


@pytest.mark.parametrize("reviews", [1, 8])
def test_the_last_reviews_of_a_store_are_gone_with_their_product(reviews: int) -> None:
    store = reviewed_store(reviews)
    settings: dict[str, Any] = {"sync_components": ["products", "reviews"], "full_read_interval_hours": 0}
    with site(store) as served:
        landing = served.sync(**settings)
        assert len(landing.live("product_reviews")) == reviews
        store.trash_product(store.rows("products")[0]["id"])
        store.clock.advance(60)
        served.sync(landing, **settings)
        assert landing.live("product_reviews") == {}


@pytest.mark.parametrize(("selects", "left"), [(True, 0), (False, 8)])
def test_an_empty_list_of_reviews_is_held_back_where_the_ratings_are_not_selected(selects: bool, left: int) -> None:
    store = reviewed_store(8)
    settings: dict[str, Any] = {"sync_components": ["products", "reviews"], "full_read_interval_hours": 0}
    with site(store) as served:
        landing = served.sync(**settings)
        store.trash_product(store.rows("products")[0]["id"])
        store.clock.advance(60)
        sync_selected(served, landing, lambda _, column: selects or column != "rating_count", **settings)
        assert len(landing.live("product_reviews")) == left


def test_reviews_that_a_broken_list_lacks_are_held_back_with_a_warning_each_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Store.recorded("11.0.1")
    store.keep_products(60)
    settings: dict[str, Any] = {"sync_components": ["products", "reviews"], "full_read_interval_hours": 0}
    with site(store) as served:
        landing = served.sync(**settings)
        before = landing.live("product_reviews").keys()
        store.contents.reviews = type(store.contents.reviews)(list(store.contents.reviews)[::2])
        for _ in range(2):
            caplog.clear()
            store.clock.advance(60)
            served.sync(landing, **settings)
            assert landing.live("product_reviews").keys() == before
            assert any("max_vanished_percent" in one.message for one in caplog.records if one.levelname == "WARNING")
