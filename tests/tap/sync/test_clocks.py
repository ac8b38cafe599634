"""Clocks that are off, set or changed, and many changes in one second, lose nothing."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from demo_store import PROFILES, Store
from demo_store.faults.bodies import BodyChanged
from tests.support.harness import Landing, site
from tests.support.random_edits import RandomEdits, new_store

PRODUCTS: dict[str, Any] = {"sync_components": ["products"]}


@pytest.mark.parametrize("hours", [-30, -3, 3, 30])
def test_a_store_clock_that_is_off_by_hours_loses_nothing(hours: int) -> None:
    store = Store.empty("11.0.1")
    store.clock.offset = hours * 3600
    life = RandomEdits(store, hours, quiet=True)
    life.populate(20)
    with site(store) as served:
        landing = served.sync()
        life.live(20)
        served.sync(landing)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("version", PROFILES)
def test_changes_after_the_store_clock_was_set_back_come_at_once_or_with_the_next_full_sync(version: str) -> None:
    store = new_store(version)
    store.clock.offset = 3 * 3600  # ahead by three hours
    ids = [store.create_product(name=f"Product {number}", type="simple", status="publish") for number in range(9)]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        store.clock.advance(-3 * 3600)
        for product in ids[:3]:
            store.edit_product(product, name="Edited after the clock was set right")
        store.trash_product(ids[4])
        store.clock.advance(3600)  # the store's time is before the bookmark still
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}
        store.clock.advance(-3600)
        store.edit_product(ids[5], name="Edited after the clock was set back a little more")
        store.clock.advance(2 * 3600)
        served.sync(landing, **PRODUCTS)
        store.clock.advance(86_400)
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


def test_a_clock_that_ran_a_year_ahead_does_not_put_whole_reads_off_for_a_year() -> None:
    store = new_store()
    product = store.create_product(name="Product", type="simple", status="publish")
    doomed = store.create_product(name="Doomed", type="simple", status="publish")
    store.clock.advance(365 * 86_400)
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        store.clock.advance(-364 * 86_400)
        served.sync(landing, **PRODUCTS)
        store.sql_update("products", product, stock_quantity=7)
        store.delete_product(doomed)
        store.clock.advance(86_401)
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


def test_a_read_that_was_interrupted_before_the_clock_was_set_back_begins_anew() -> None:
    store = new_store()
    ids = [store.create_product(name=f"Product {number}", type="simple", status="publish") for number in range(2500)]
    with site(store) as served:
        landing = served.sync(breaks_after=2200, **PRODUCTS)
        assert landing.state["bookmarks"]["products"]["read"]["offset"] > 0
        store.clock.advance(-2 * 3600)
        store.edit_product(ids[0], name="Edited")
        store.clock.advance(1800)
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


@pytest.mark.parametrize(
    "version", [PROFILES[0], *(pytest.param(version, marks=pytest.mark.long) for version in PROFILES[1:])]
)
def test_thousands_of_rows_in_one_second_all_come(version: str) -> None:
    store = new_store(version)
    for number in range(1500):
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        for row in store.rows("products"):
            store.edit_product(row["id"], regular_price="9.99")
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


def test_thousands_of_edits_in_the_second_in_which_a_run_begins_all_come() -> None:
    store = new_store()
    ids = [store.create_product(name=f"Product {number}", type="simple", status="publish") for number in range(1200)]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        pages = iter(range(1000))

        def edit_some(_: object) -> None:
            for product in ids[next(pages) :: 12]:
                store.edit_product(product, regular_price="9.99")

        store.clock.advance(3600)
        store.before_request = edit_some  # at every request of a run, and the clock stands still
        served.sync(landing, lookback_seconds=0, **PRODUCTS)
        store.before_request = None
        store.clock.advance(3600)
        served.sync(landing, lookback_seconds=0, **PRODUCTS)
        assert landing.differences(store) == {}


def test_dates_in_the_future_hide_no_later_change() -> None:
    store = new_store()
    for number in range(5):
        product = store.create_product(name=f"Future {number}", type="simple", status="publish")
        store.sql_update("products", product, date_modified_gmt="2030-01-01T00:00:00")
    last = store.create_product(name="Last", type="simple", status="publish")
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        for turn in range(3):
            store.clock.advance(3600)
            store.edit_product(last, name=f"Last {turn}")
            landing.messages.clear()
            served.sync(landing, **PRODUCTS)
            assert landing.differences(store) == {}
            brought = {
                message["record"]["id"]
                for message in landing.messages
                if message.get("stream") == "products" and message["type"] == "RECORD"
            }
            assert last in brought
    assert landing.state["bookmarks"]["products"]["replication_key_value"] <= "2026-10-01T15:00:00Z"


@pytest.mark.parametrize("changes_at", ["2026-10-24 23:30", "2026-03-28 23:30"])
def test_a_daylight_saving_change_loses_nothing(changes_at: str) -> None:
    store = new_store("9.9.5")  # Europe/Berlin
    life = RandomEdits(store, 3, quiet=True)
    store.clock.set(datetime.datetime.fromisoformat(changes_at))
    life.populate(10)
    with site(store) as served:
        landing = Landing()
        for _ in range(9):
            served.sync(landing)
            assert landing.differences(store) == {}
            life.live(5)
            store.clock.advance(900)


@pytest.mark.parametrize("year", ["0001", "0100", "1999", "2099", "9999"])
@pytest.mark.parametrize("time_of_day", ["00:00:00", "23:59:59"])
def test_a_date_header_that_is_nonsense_is_no_clock(year: str, time_of_day: str) -> None:
    store = new_store(products=5)
    rule = store.faults.add(BodyChanged(Date=f"Fri, 31 Dec {year} {time_of_day} GMT"))
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        store.faults.remove(rule)
        for _ in range(2):
            store.edit_product(store.rows("products")[0]["id"], name="Edited")
            served.sync(landing, **PRODUCTS)
            assert landing.differences(store) == {}
    for rows in landing.tables.values():
        assert all("2026" <= row["synced_at"] < "2040" for row in rows.values())


def test_dates_of_change_in_the_year_1_stop_no_later_run() -> None:
    store = new_store(products=5)
    for row in store.rows("products"):
        store.sql_update("products", row["id"], date_modified_gmt="0001-01-01T00:00:00")
    with site(store) as served:
        landing = Landing()
        for turn in range(3):
            store.sql_update("products", store.rows("products")[0]["id"], name=f"Turn {turn}")
            served.sync(landing, **PRODUCTS)
            assert landing.live("products").keys() == {row["id"] for row in store.rows("products")}
