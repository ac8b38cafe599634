"""After any run the tables say what the shop says."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest

from demo_store import PROFILES, Store
from tests.tap.harness import Landing, Shop, shop
from tests.tap.life import Life, without_flat_variations

BEGIN = datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)
KINDS = (*PROFILES, "per product")


def new_store(kind: str) -> Store:
    store = Store.empty("11.0.1" if kind == "per product" else kind)
    store.clock.set(BEGIN)
    if kind == "per product":
        without_flat_variations(store)
    return store


@pytest.fixture(params=KINDS)
def living(request: pytest.FixtureRequest) -> Iterator[Shop]:
    with shop(new_store(request.param)) as served:
        yield served


@pytest.mark.parametrize("seed", range(3))
def test_whole_reads_follow_everything(living: Shop, seed: int) -> None:
    life = Life(living.store, seed)
    life.populate(40)
    landing = Landing()
    for _ in range(6):
        living.sync(landing, full_read_interval_hours=0, max_vanished_percent=100, page_size=7)
        assert landing.differences(living.store) == {}
        life.live(25)


@pytest.mark.parametrize("seed", range(3))
def test_incremental_runs_follow_all_that_moves_a_date(living: Shop, seed: int) -> None:
    life = Life(living.store, seed, quiet=True)
    life.populate(40)
    landing = living.sync(page_size=7)
    for _ in range(8):
        life.live(15)
        living.sync(landing, page_size=7)
        assert landing.differences(living.store) == {}


@pytest.mark.parametrize("seed", range(4))
def test_edits_between_any_two_requests_are_all_there_after_one_further_run(living: Shop, seed: int) -> None:
    life = Life(living.store, seed)
    life.populate(60)
    landing = Landing()
    for _ in range(3):
        living.store.before_request = lambda _: life.live()
        living.sync(landing, full_read_interval_hours=0, max_vanished_percent=100, page_size=5)
        living.store.before_request = None
        living.sync(landing, full_read_interval_hours=0, max_vanished_percent=100, page_size=5)
        assert landing.differences(living.store) == {}


@pytest.mark.parametrize("seed", range(4))
def test_a_run_that_is_killed_anywhere_is_made_good_by_the_next(living: Shop, seed: int) -> None:
    life = Life(living.store, seed)
    life.populate(60)
    landing = Landing()
    for _ in range(6):
        living.sync(
            landing,
            breaks_after=life.random.randint(0, 250),
            full_read_interval_hours=0,
            max_vanished_percent=100,
            page_size=5,
        )
        life.live(10)
    living.sync(landing, full_read_interval_hours=0, max_vanished_percent=100, page_size=5)
    living.sync(landing, full_read_interval_hours=0, max_vanished_percent=100, page_size=5)
    assert landing.differences(living.store) == {}


def test_a_run_without_changes_asks_for_next_to_nothing(living: Shop) -> None:
    Life(living.store, 0).populate(40)
    landing = living.sync(sync_components=["products", "variations"], page_size=7)
    living.store.clock.advance(3600)
    living.server.requests.clear()
    living.sync(landing, sync_components=["products", "variations"])
    assert len(living.server.requests) <= 14


def changed(landing: Landing, stream: str) -> int:
    return sum(message["type"] == "RECORD" and message["stream"] == stream for message in landing.messages)


def test_a_second_run_brings_only_what_changed(living: Shop) -> None:
    life = Life(living.store, 0)
    life.populate(40)
    landing = living.sync()
    living.store.clock.advance(3600)
    life.edit_product()
    living.sync(landing)
    living.store.clock.advance(3600)
    life.edit_product()
    landing.messages.clear()
    living.sync(landing)
    assert changed(landing, "products") == 2  # and the last one of before, by the look-back
    assert landing.differences(living.store) == {}


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_a_store_clock_that_is_off_by_hours_loses_nothing(hours: int) -> None:
    store = Store.empty("11.0.1")
    store.clock.offset = hours * 3600
    life = Life(store, hours, quiet=True)
    life.populate(20)
    with shop(store) as served:
        landing = served.sync()
        life.live(20)
        served.sync(landing)
        assert landing.differences(store) == {}


def test_a_store_clock_that_is_set_back_loses_nothing(living: Shop) -> None:
    life = Life(living.store, 1)
    life.populate(20)
    landing = living.sync(full_read_interval_hours=0)
    living.store.clock.advance(-7200)
    life.delete_product()
    living.sync(landing, full_read_interval_hours=0)
    assert landing.differences(living.store) == {}


def test_thousands_of_rows_in_one_second_all_come() -> None:
    store = new_store("5.9.0")
    for number in range(1500):
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    with shop(store) as served:
        landing = served.sync(sync_components=["products"])
        for row in store.rows("products"):
            store.edit_product(row["id"], regular_price="9.99")
        served.sync(landing, sync_components=["products"])
        assert landing.differences(store) == {}


def test_a_date_in_the_future_hides_no_later_change() -> None:
    store = new_store("11.0.1")
    first = store.create_product(name="First", type="simple", status="publish")
    store.sql_update("products", first, date_modified_gmt="2030-01-01T00:00:00")
    second = store.create_product(name="Second", type="simple", status="publish")
    with shop(store) as served:
        landing = served.sync()
        store.clock.advance(3600)
        store.edit_product(second, name="Second again")
        served.sync(landing)
        assert landing.differences(store) == {}
    assert landing.state["bookmarks"]["products"]["replication_key_value"] <= "2026-10-01T13:00:00Z"


def test_daylight_saving_change_loses_nothing() -> None:
    store = new_store("9.9.5")
    life = Life(store, 3, quiet=True)
    store.clock.set(datetime.datetime(2026, 10, 24, 23, 30, tzinfo=datetime.UTC))
    life.populate(10)
    with shop(store) as served:
        landing = served.sync()
        for _ in range(8):
            life.live(5)
            store.clock.advance(900)
            served.sync(landing)
            assert landing.differences(store) == {}


def test_a_listing_that_breaks_down_does_not_empty_the_pim(living: Shop, caplog: pytest.LogCaptureFixture) -> None:
    Life(living.store, 0).populate(30)
    landing = living.sync(full_read_interval_hours=0)
    before = landing.live("products")
    living.store.hidden_rows = lambda *_: True
    living.sync(landing, full_read_interval_hours=0)
    assert landing.live("products") == before
    assert "max_vanished_percent" in caplog.text
    living.store.hidden_rows = None
    living.sync(landing, full_read_interval_hours=0)
    assert landing.differences(living.store) == {}


def test_an_interrupted_whole_read_goes_on_where_it_was() -> None:
    store = new_store("11.0.1")
    for number in range(3000):
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    with shop(store) as served:
        landing = served.sync(breaks_after=1600, sync_components=["products"])
        reached = landing.state["bookmarks"]["products"]["reading"]["offset"]
        assert reached >= 900
        served.server.requests.clear()
        served.sync(landing, sync_components=["products"])
        offsets = [int(request.query["offset"]) for request in served.server.requests if "offset" in request.query]
        assert offsets[0] >= reached - 100
        assert landing.differences(store) == {}
        assert landing.tables["snapshots"]["shop", "products"]["row_count"] == 3000


def test_another_choice_of_columns_starts_a_whole_read() -> None:
    store = new_store("11.0.1")
    Life(store, 0).populate(10)
    with shop(store) as served:
        landing = served.sync()
        landing.messages.clear()
        served.sync(landing, content="raw")
    assert changed(landing, "products") == len(store.rows("products"))


def test_state_grows_with_streams_not_with_products() -> None:
    sizes = []
    for products in (20, 400):
        store = new_store("11.0.1")
        Life(store, 0).populate(products)
        with shop(store) as served:
            landing = served.sync(breaks_after=10 + products, sync_components=["products"])
            interrupted = len(str(landing.state))
            sizes.append((interrupted, len(str(served.sync(landing).state))))
    (small, small_whole), (large, large_whole) = sizes
    assert large - small < 20
    assert large_whole - small_whole < 20
