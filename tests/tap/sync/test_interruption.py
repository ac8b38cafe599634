"""A run that is cut off at any point is made good by the next, which does not start over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.exceptions import RetriableAPIError

from demo_store import Store
from demo_store.faults import When, path
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.statuses import PoisonousRow
from tap_woo_pim.streams.base import WooStream
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import FEW_KINDS, RandomEdits, new_store, store_of, without_flat_variations

PRODUCTS: dict[str, Any] = {"sync_components": ["products"]}
VARIATIONS: dict[str, Any] = {"sync_components": ["variations"]}
SMALL: dict[str, Any] = {"page_size": 3, "max_vanished_percent": 100}


@pytest.fixture
def _state_after_every_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.001)


@pytest.fixture(params=FEW_KINDS)
def living(request: pytest.FixtureRequest) -> Iterator[Site]:
    store = store_of(request.param)
    RandomEdits(store, 5).populate(7)
    store.create_review(store.rows("products")[0]["id"], review="Good.", rating=5)
    with site(store) as served:
        yield served


def later(store: Store, life: RandomEdits) -> None:
    """Let some time pass, in which things happen that have a date."""
    store.clock.advance(3600)
    life.live(2)
    store.clock.advance(3600)


STEPS = pytest.mark.parametrize(
    "step", [23, pytest.param(7, marks=pytest.mark.long), pytest.param(1, marks=pytest.mark.soak)]
)
"""Of how many messages or requests, a run is cut off at one."""


@STEPS
@pytest.mark.usefixtures("_state_after_every_record")
def test_a_first_run_that_ends_after_any_message_is_made_good_by_the_next(living: Site, step: int) -> None:
    life = RandomEdits(living.store, 7, quiet=True)
    messages = len(living.sync(**SMALL).messages)
    assert messages > 60
    for number in range(0, messages, step):
        landing = living.sync(breaks_after=number, **SMALL)
        later(living.store, life)
        living.sync(landing, **SMALL)
        assert landing.differences(living.store) == {}, number


@STEPS
@pytest.mark.usefixtures("_state_after_every_record")
def test_a_later_run_that_ends_after_any_message_is_made_good_by_the_next(living: Site, step: int) -> None:
    store = living.store
    life = RandomEdits(store, 8, quiet=True)
    landing = living.sync(**SMALL)
    number = messages = 0
    while number <= messages:
        later(store, life)
        store.delete_product(store.create_product(name="Short-lived", type="simple", status="publish"))
        before = len(landing.messages)
        interval = 0 if number % 2 else 24  # by date, or whole
        living.sync(landing, breaks_after=number, full_read_interval_hours=interval, **SMALL)
        later(store, life)
        cut_off = len(landing.messages)
        living.sync(landing, full_read_interval_hours=interval, **SMALL)
        assert landing.differences(store) == {}, number
        messages = max(messages, len(landing.messages) - cut_off, cut_off - before)
        number += step
    assert messages > 40


@STEPS
@pytest.mark.usefixtures("_state_after_every_record", "_impatient")
def test_a_network_that_goes_at_any_request_is_made_good_by_the_next_run(living: Site, step: int) -> None:
    store = living.store
    life = RandomEdits(store, 9, quiet=True)
    number, failed = 1, True
    while failed:
        living.server.requests.clear()
        gone = When(lambda _, number=number: len(living.server.requests) >= number)  # type: ignore[misc]
        rule = store.faults.add("connection_reset", gone)
        landing = Landing()
        try:
            living.sync(landing, max_retries=0, **SMALL)
        except RetriableAPIError:
            number += step
        else:  # it needed fewer requests
            failed = False
        store.faults.remove(rule)
        later(store, life)
        living.sync(landing, **SMALL)
        assert landing.differences(store) == {}, number
    assert number > 30


@pytest.mark.parametrize("chosen", [PRODUCTS, VARIATIONS])
@pytest.mark.parametrize("hidden", ["behind", "ahead"])
@pytest.mark.parametrize("cut", [17, *(pytest.param(cut, marks=pytest.mark.long) for cut in (13, 23))])
@pytest.mark.usefixtures("_state_after_every_record")
def test_changes_hidden_from_the_run_that_goes_on_come_with_the_next_one(
    chosen: dict[str, Any], hidden: str, cut: int
) -> None:
    store, settings = new_store(), {"page_size": 5, **chosen}
    ids = [store.create_product(name=f"Product {n}", type="variable", status="publish") for n in range(20)]
    for id_ in ids:
        store.create_variation(id_)
    with site(store) as served:
        landing = served.sync(**settings)
        for id_ in ids:
            store.clock.advance(600)
            store.edit_product(id_, sku=f"A {id_}")
        served.sync(landing, breaks_after=cut, **settings)
        victim = ids[1] if hidden == "behind" else ids[17]
        for id_ in (victim, ids[-1]):
            store.clock.advance(3600)
            store.edit_product(id_, sku=f"B {id_}")
        store.hidden_rows = lambda kind, row: kind == "products" and row == victim
        served.sync(landing, **settings)
        store.hidden_rows = None
        store.clock.advance(3600)
        served.sync(landing, **settings)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 4))])
def test_runs_that_are_killed_one_after_another_are_made_good(living: Site, seed: int) -> None:
    store = living.store
    life = RandomEdits(store, seed)
    life.populate(40)
    landing = Landing()
    settings: dict[str, Any] = {"full_read_interval_hours": 0, "max_vanished_percent": 100, "page_size": 5}
    for _ in range(5):
        living.sync(landing, breaks_after=life.random.randint(0, 200), **settings)
        life.live(10)
    living.sync(landing, **settings)
    living.sync(landing, **settings)
    assert landing.differences(store) == {}


@pytest.mark.parametrize("step", [20, pytest.param(4, marks=pytest.mark.long)])
@pytest.mark.usefixtures("_state_after_every_record")
def test_a_store_without_dates_is_read_from_the_beginning_after_an_interruption(step: int) -> None:
    store = new_store("5.9.0")
    store.faults.add(BodyChanged(lambda body: body.replace(b'"modified_after"', b'"none"')), path("/wc/v3$"))
    life = RandomEdits(store, 3)
    life.populate(8)
    with site(store) as served:
        for number in range(20, 80, step):
            landing = served.sync(breaks_after=number, **SMALL)
            later(store, life)
            served.sync(landing, **SMALL)
            assert landing.differences(store) == {}, number


@pytest.mark.usefixtures("_state_after_every_record")
def test_a_read_that_was_interrupted_survives_any_number_of_deletions() -> None:
    store = new_store(products=500)
    with site(store) as served:
        landing = served.sync(breaks_after=600, page_size=3, full_read_interval_hours=0, **PRODUCTS)
        assert landing.state["bookmarks"]["products"]["read"]["offset"] > 250
        for row in store.rows("products")[:250]:
            store.delete_product(row["id"])
        served.sync(landing, page_size=3, full_read_interval_hours=0, **PRODUCTS)
        served.sync(landing, page_size=3, max_vanished_percent=100, full_read_interval_hours=0, **PRODUCTS)
        assert landing.differences(store) == {}


def test_an_interrupted_whole_read_goes_on_where_it_was() -> None:
    store = new_store("11.0.1")
    for number in range(1800):
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    with site(store) as served:
        landing = served.sync(breaks_after=1600, sync_components=["products"])
        reached = landing.state["bookmarks"]["products"]["read"]["offset"]
        assert reached >= 900
        served.server.requests.clear()
        served.sync(landing, sync_components=["products"])
        offsets = [int(request.query["offset"]) for request in served.server.requests if "offset" in request.query]
        assert offsets[0] >= reached - 100
        assert landing.differences(store) == {}
        assert landing.tables["snapshots"]["store", "products"]["row_count"] == 1800


@pytest.mark.usefixtures("_state_after_every_record")
def test_variations_below_products_are_given_on_at_once_and_counted_once_after_an_interruption() -> None:
    store = Store.synthetic("9.9.5", products=300, variations=1200)
    without_flat_variations(store)
    with site(store) as served:
        landing = served.sync(breaks_after=30, **VARIATIONS)
        assert len(landing.live("product_variations")) > 10
        # No page of a hundred products had been read to its end, so the next run begins with the first.
        asked = [request for request in served.server.requests if request.path.endswith("/variations")]
        assert len(asked) < 20
        assert landing.state["bookmarks"]["product_variations"]["read"].get("offset", 0) == 0
        served.sync(landing, **VARIATIONS)
        assert landing.differences(store) == {}
        rows = landing.live("product_variations")
        assert landing.tables["snapshots"]["store", "product_variations"]["row_count"] == len(rows) > 1000


def test_a_resumed_whole_read_counts_for_deletions_only_when_it_saw_everything() -> None:
    """The unread row is met before the interruption, all others after it."""
    store = new_store(products=1250)
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        first = landing.tables["snapshots"]["store", "products"]
        rule = store.faults.add(PoisonousRow(ids[150]), path("/wc/v3/products$"))
        store.clock.advance(3600)
        served.sync(landing, breaks_after=1100, full_read_interval_hours=0, max_retries=0, **PRODUCTS)
        assert landing.state["bookmarks"]["products"]["read"]["is_incomplete"]
        store.faults.remove(rule)
        for product in ids[1200:1210]:
            store.delete_product(product)
        store.clock.advance(3600)
        served.sync(landing, **PRODUCTS)
        assert landing.tables["snapshots"]["store", "products"] == first
        assert set(landing.live("products")) == set(ids)
        store.clock.advance(3600)
        served.sync(landing, full_read_interval_hours=0, **PRODUCTS)
        assert landing.differences(store) == {}


def test_a_resumed_whole_read_takes_for_deleted_what_was_gone_when_it_began() -> None:
    store = new_store(products=1250)
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        store.delete_product(ids[0])
        store.delete_product(ids[-1])
        store.clock.advance(3600)
        served.sync(landing, breaks_after=1100, full_read_interval_hours=0, **PRODUCTS)
        began = landing.state["bookmarks"]["products"]["read"]["started_at"]
        store.clock.advance(3600)
        served.sync(landing, **PRODUCTS)
        assert landing.tables["snapshots"]["store", "products"]["started_at"] == began
        assert landing.differences(store) == {}


def test_state_grows_with_streams_not_with_products() -> None:
    sizes = []
    for products in (20, 400):
        store = new_store("11.0.1")
        RandomEdits(store, 0).populate(products)
        with site(store) as served:
            landing = served.sync(breaks_after=10 + products, sync_components=["products"])
            interrupted = len(str(landing.state))
            sizes.append((interrupted, len(str(served.sync(landing).state))))
    (small, small_whole), (large, large_whole) = sizes
    assert large - small < 20
    assert large_whole - small_whole < 20
