"""A row that kills every page costs seconds, and what can be had of it comes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from demo_store import Request, Store
from demo_store.faults import When, param, path
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.statuses import PoisonousRow, Status
from tap_woo_pim._compat import override
from tap_woo_pim.store.check import Outcome, check_store
from tests.support import fault_run
from tests.support.harness import Landing, Site, site, sync_selected

PRODUCTS = path("/wc/v3/products$")
SETTINGS: dict[str, Any] = {"sync_components": ["products"]}


def asks_for(field: str) -> When:
    """Requests of whole rows, and of those with a field."""
    return When(lambda request: field in request.query.get("_fields", field).split(","))


RENDERED = When(lambda request: request.query.get("context") != "edit") & asks_for("description")


def product_ids(store: Store) -> list[int]:
    return sorted(row["id"] for row in store.rows("products") if row["status"] != "trash")


@pytest.fixture
def served() -> Iterator[Site]:
    store = Store.recorded("9.9.5")
    store.keep_products(60)
    with site(store) as opened:
        yield opened


def test_three_dead_rows_of_457_cost_seconds_with_the_waits_that_users_have() -> None:
    store = Store.synthetic("11.0.1", products=457, variations=0)
    ids = product_ids(store)
    dead = {ids[76], ids[228], ids[380]}
    store.faults.add(PoisonousRow(*dead), PRODUCTS)
    with site(store) as served:
        began = time.monotonic()
        landing = served.sync(**SETTINGS)
        seconds = time.monotonic() - began
        requests = len(served.server.requests)
    assert {key[1] for key in landing.tables["products"]} == set(ids) - dead
    assert {key[2] for key in landing.tables["unread_rows"]} == {"offset 76", "offset 228", "offset 380"}
    assert requests < 110
    assert seconds < 20


@pytest.mark.long
def test_a_row_that_never_comes_costs_a_few_time_outs(served: Site) -> None:
    def holds_it(request: Request) -> bool:
        first = int(request.query.get("offset", 10**9))
        return first <= 30 < first + int(request.query["per_page"]) and request.query.get("_fields") != "id"

    served.store.faults.add("never_answers", PRODUCTS & When(holds_it))
    landing = served.sync(request_timeout_seconds=3, **SETTINGS)
    ids = sorted(row["id"] for row in served.store.rows("products"))
    assert sorted(landing.live("products")) == [*ids[:30], *ids[31:]]
    assert {key[2] for key in landing.tables["unread_rows"]} == {f"id {ids[30]}"}
    # A page of 100, of 10 and of 1 row, the row once more, and three ways to bring a part of it.
    assert sum(holds_it(request) for request in served.server.requests if "offset" in request.query) == 7


def test_the_check_asks_for_no_row_that_could_fail(served: Site) -> None:
    served.store.faults.add(PoisonousRow(*product_ids(served.store)), PRODUCTS)
    steps = list(check_store(served.config(**SETTINGS)))
    assert {step.outcome for step in steps} == {Outcome.PASSED}
    assert {request.status for request in served.server.requests} == {200}


def test_a_row_of_which_only_ids_come_is_named_by_its_id(served: Site) -> None:
    dead = product_ids(served.store)[30]
    served.store.faults.add(PoisonousRow(dead), PRODUCTS & asks_for("name"))
    landing = served.sync(**SETTINGS)
    assert {key[2] for key in landing.tables["unread_rows"]} == {f"id {dead}"}
    assert ("store", dead) not in landing.tables["products"]
    assert ("store", "products") not in landing.tables.get("snapshots", {})


def test_a_row_whose_texts_cannot_be_rendered_comes_with_them_as_typed(served: Site) -> None:
    bad = product_ids(served.store)[30]
    served.store.faults.add(PoisonousRow(bad), PRODUCTS & RENDERED)
    landing = served.sync(**SETTINGS)
    ((_, here, there),) = landing.differences(served.store)["products"]
    assert {name for name in here if here[name] != there[name]} <= {
        "description",
        "short_description",
        "average_rating",
    }
    assert here["description"]
    (unread,) = landing.tables["unread_rows"].values()
    assert unread["position"] == f"id {bad}"
    assert unread["reason"].startswith("It came description and short_description as typed, not as shown. store (")
    assert landing.tables["snapshots"]["store", "products"]["row_count"] == len(landing.tables["products"])


def test_a_row_comes_without_its_texts_where_the_key_may_not_see_them_as_typed(served: Site) -> None:
    bad = product_ids(served.store)[30]
    served.store.faults.add(PoisonousRow(bad), PRODUCTS & RENDERED)
    served.store.faults.add(Status(403), PRODUCTS & param(context="edit"))
    landing = served.sync(**SETTINGS)
    assert landing.tables["products"]["store", bad]["name"]
    (unread,) = landing.tables["unread_rows"].values()
    assert unread["reason"].startswith("It came without description and short_description. store (")


def test_of_a_row_whose_texts_cannot_be_rendered_no_deselected_column_is_asked_for(served: Site) -> None:
    bad, landing = product_ids(served.store)[30], Landing()
    served.store.faults.add(PoisonousRow(bad), PRODUCTS & asks_for("description"))
    sync_selected(served, landing, lambda _, column: column not in {"sku", "short_description"}, **SETTINGS)
    row = landing.tables["products"]["store", bad]
    assert row["name"]
    assert row["description"] is None
    assert {"sku", "short_description"}.isdisjoint(landing.columns("products"))
    (unread,) = landing.tables["unread_rows"].values()
    assert unread["reason"].startswith("It came without description. store (")
    asked = {name for one in served.server.requests for name in one.query.get("_fields", "id").split(",") if name}
    assert {"sku", "short_description", "price_html"}.isdisjoint(asked)


def test_a_row_that_dies_alone_of_noisy_fields_comes_without_them(served: Site) -> None:
    bad = product_ids(served.store)[30]
    served.store.faults.add(PoisonousRow(bad), PRODUCTS & ~param(per_page=1))
    served.store.faults.add(PoisonousRow(bad), PRODUCTS & asks_for("price_html"))
    landing = served.sync(**SETTINGS)
    assert landing.differences(served.store) == {}
    assert "unread_rows" not in landing.tables


@pytest.mark.long
def test_a_row_that_dies_of_its_texts_comes_without_them(served: Site) -> None:
    bad = product_ids(served.store)[30]
    served.store.faults.add(PoisonousRow(bad), PRODUCTS & asks_for("description"))
    landing = served.sync(**SETTINGS)
    whole = landing.tables["products"]["store", bad]
    assert whole["name"] is not None
    assert (whole["description"], whole["short_description"]) == (None, None)
    assert [key for key, _, _ in landing.differences(served.store)["products"]] == [bad]
    (unread,) = landing.tables["unread_rows"].values()
    assert unread["reason"].startswith("It came without description and short_description. store (")


class Restarting(Fault):
    """Answers nothing but errors for some seconds after a request for a certain place."""

    name = "restarting"

    def __init__(self, seconds: float, status: int) -> None:
        self._seconds = seconds
        self._status = Status(status)
        self._until: float | None = None

    @override
    async def before(self, exchange: Exchange) -> Any:
        if self._until is None and exchange.request.query.get("offset") == "27":
            self._until = time.monotonic() + self._seconds
        if self._until is not None and time.monotonic() < self._until:
            return await self._status.before(exchange)
        return None


@pytest.mark.parametrize("status", [500, 502])
def test_a_store_that_restarts_loses_no_row(served: Site, status: int) -> None:
    served.store.faults.add(Restarting(2.0, status))
    landing = served.sync(page_size=10, **SETTINGS)
    assert landing.differences(served.store) == {}
    assert "unread_rows" not in landing.tables


def lists_fail(store: Store, fails: Callable[[], bool], *statuses: int) -> None:
    """Let requests of lists fail, as they come in."""
    for status in statuses:
        store.faults.add(Status(status), When(lambda request: "offset" in request.query and fails()))


@pytest.mark.parametrize(
    ("seed", "status"),
    [(0, 500), (0, 504), *(pytest.param(seed, 500, marks=pytest.mark.long) for seed in range(1, 12))],
)
def test_a_store_of_whose_requests_half_fail_at_random_loses_no_row_in_silence(
    served: Site, monkeypatch: pytest.MonkeyPatch, seed: int, status: int
) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    chance, lock = random.Random(seed), threading.Lock()

    def fails() -> bool:
        with lock:
            return chance.random() < 0.5

    lists_fail(served.store, fails, status)
    landing = Landing()
    outcome = fault_run.run(served, landing, **{**SETTINGS, "page_size": 10, "max_concurrency": 4, "max_retries": 5})
    if outcome.failure is None:
        assert landing.differences(served.store) == {}
        assert "unread_rows" not in landing.tables
    else:
        assert fault_run.PLAIN.fullmatch(outcome.failure)
        assert ("store", "products") not in landing.tables.get("snapshots", {})


def test_a_store_whose_every_other_request_fails_loses_no_row_with_several_in_flight(
    served: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    numbers = count()
    lists_fail(served.store, lambda: next(numbers) % 2 == 0, 500)
    landing = served.sync(page_size=10, max_concurrency=4, **SETTINGS)
    assert landing.differences(served.store) == {}
    assert "unread_rows" not in landing.tables


@pytest.fixture
def with_eight_classes(served: Site) -> Site:
    for number in range(3):
        served.store.create_term("shipping_classes", name=f"Class {number}")
    return served


def test_a_short_list_of_bad_rows_alone_is_named_row_by_row_beside_lists_that_are_well(
    with_eight_classes: Site,
) -> None:
    store = with_eight_classes.store
    classes = [row["id"] for row in store.rows("shipping_classes")]
    store.faults.add(PoisonousRow(*classes), path("/products/shipping_classes$"))
    landing = with_eight_classes.sync(sync_components=["shipping_classes", "products"])
    assert {key[1:] for key in landing.tables["unread_rows"]} == {
        ("product_shipping_classes", f"offset {place}") for place in range(len(classes))
    }
    assert ("store", "product_shipping_classes") not in landing.tables["snapshots"]
    assert ("store", "products") in landing.tables["snapshots"]
    assert len(with_eight_classes.server.requests) < 200


def test_a_list_that_fails_whatever_is_asked_for_is_a_failure_and_names_no_row(
    with_eight_classes: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    with_eight_classes.store.faults.add(Status(500), path("/products/shipping_classes$") & param(offset=None))
    landing = Landing()
    outcome = fault_run.run(with_eight_classes, landing, sync_components=["shipping_classes", "products"])
    assert fault_run.PLAIN.fullmatch(str(outcome.failure))
    assert "product_shipping_classes" in str(outcome.failure)
    assert "unread_rows" not in landing.tables


@pytest.mark.parametrize("version", ["11.0.1", "5.9.0"])
def test_a_variation_whose_text_cannot_be_rendered_comes_with_it_as_typed(version: str) -> None:
    store = Store.recorded(version)
    store.keep_products(30)
    bad = next(row["id"] for row in store.rows("variations") if row["description"])
    store.faults.add(PoisonousRow(bad), path("/variations$") & RENDERED)
    with site(store) as served:
        landing = served.sync(sync_components=["products", "variations"])
        differences = landing.differences(store)
    whole = landing.tables["product_variations"]["store", bad]
    assert whole["description"]
    assert whole["sku"] is not None
    for stream, found in differences.items():
        ((key, here, there),) = found
        assert (stream, key) == ("product_variations", bad)
        assert {name for name in here if here[name] != there[name]} <= {"description"}
    (unread,) = landing.tables["unread_rows"].values()
    assert (unread["stream"], unread["position"]) == ("product_variations", f"id {bad}")
    assert unread["reason"].startswith("It came description as typed, not as shown. store (")
    assert ("store", "product_variations") in landing.tables["snapshots"]


def test_a_store_whose_every_other_request_fails_loses_no_row(served: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    count = iter(range(10_000))

    def every_other(request: Request) -> bool:
        return "offset" in request.query and next(count) % 2 == 0

    served.store.faults.add(Status(500), PRODUCTS & When(every_other))
    landing = served.sync(page_size=10, max_concurrency=1, **SETTINGS)
    assert landing.differences(served.store) == {}
    assert "unread_rows" not in landing.tables
