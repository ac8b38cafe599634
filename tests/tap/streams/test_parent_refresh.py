"""A variation shows its product's values where it has none: saving the product alone changes them, and no date."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo_store import PROFILES, Store
from demo_store.faults import path
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.statuses import PoisonousRow
from tap_woo_pim.streams import parent_refresh, sources
from tap_woo_pim.streams.base import WooStream
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import KINDS, RandomEdits, new_store, store_of, without_variations_of_wc_v3

CHOSEN: dict[str, Any] = {"sync_components": ["products", "variations"]}
VARIATIONS: dict[str, Any] = {"sync_components": ["variations"]}
FLAT = ("11.0.1", "analytics of 11.0.1", *PROFILES[1:])
EDITS: dict[str, dict[str, Any]] = {
    "sku": {"sku": "NEW"},
    "stock": {"manage_stock": True, "stock_quantity": 7, "backorders": "yes"},
    "weight and size": {"weight": "9", "dimensions": {"length": "1", "width": "2", "height": "3"}},
    "tax": {"tax_class": "reduced-rate", "tax_status": "shipping"},
    "address": {"slug": "other"},
}


def open_store(kind: str) -> Store:
    if kind != "analytics of 11.0.1":
        return store_of(kind)
    store = new_store()
    without_variations_of_wc_v3(store)
    return store


@pytest.fixture(
    params=[kind if kind in {"11.0.1", "5.9.0"} else pytest.param(kind, marks=pytest.mark.long) for kind in FLAT]
)
def flat(request: pytest.FixtureRequest) -> Iterator[Site]:
    with site(open_store(request.param)) as served:
        yield served


def fill(store: Store, products: int, variations: int = 2) -> list[int]:
    """Make products with variations that have next to nothing of their own, and as many without any."""
    parents = [store.create_product(name=f"P {n}", type="variable", status="publish") for n in range(products)]
    for parent in parents:
        store.create_product(name="Simple", type="simple", status="publish")
        for size in range(variations):
            store.create_variation(parent, attributes=[{"id": 0, "name": "Size", "option": f"{size}"}])
    return parents


def settled(served: Site, **settings: Any) -> Landing:
    """Read a store, and once more when its last edits are longer ago than the next run looks back."""
    landing = served.sync(**settings)
    for _ in range(2):
        served.store.clock.advance(3600)
        served.sync(landing, **settings)
    return landing


def asked(served: Site, *, of_parents: bool) -> list[Any]:
    """The lists that variations were read by: those below products that changed, or the lists of these products."""
    if of_parents:
        return [request for request in served.server.requests if "parent" in request.query]
    fields = sources.PRODUCT_FIELDS
    return [request for request in served.server.requests if request.query.get("_fields") == fields]


@pytest.mark.parametrize(
    ("kind", "edit"),
    [
        pytest.param(kind, edit, marks=[] if kind == "11.0.1" or edit == "stock" else [pytest.mark.long])
        for kind in (*KINDS, "analytics of 11.0.1")
        for edit in EDITS
    ],
)
def test_what_variations_show_of_a_saved_product_comes_with_the_next_run(kind: str, edit: str) -> None:
    store = open_store(kind)
    parents = fill(store, 3)
    with site(store) as served:
        landing = settled(served, **CHOSEN)
        before = landing.live("product_variations")
        store.clock.advance(3600)
        store.edit_product(parents[1], **EDITS[edit])
        store.clock.advance(3600)
        served.sync(landing, **CHOSEN)
        assert landing.differences(store) == {}
        now = landing.live("product_variations")
        assert sum(now[id_] != before[id_] for id_ in now) == 2


def test_a_shipping_class_comes_too(flat: Site) -> None:
    store = flat.store
    (parent,) = fill(store, 1)
    shipping_class = store.create_term("shipping_classes", name="Bulky")
    landing = settled(flat, **CHOSEN)
    store.clock.advance(3600)
    store.edit_product(parent, shipping_class_id=shipping_class)
    store.clock.advance(3600)
    flat.sync(landing, **CHOSEN)
    assert landing.differences(store) == {}
    assert {row["shipping_class"] for row in landing.live("product_variations").values()} == {"bulky"}


@pytest.mark.parametrize("kind", ["products", "variations"])
@pytest.mark.parametrize("hidden", [slice(None), slice(1, 2)])
def test_rows_that_were_counted_and_hidden_come_with_the_next_run(flat: Site, kind: Any, hidden: slice) -> None:
    store = flat.store
    parents = fill(store, 3)
    landing = settled(flat, **VARIATIONS)
    for parent in reversed(parents):
        store.clock.advance(3600)  # longer than a run looks back
        store.edit_product(parent, sku=f"NEW {parent}")
    ids = [row["id"] for row in store.rows(kind) if row["type"] != "simple"][hidden]
    store.hidden_rows = lambda what, row: what == kind and row in ids
    flat.sync(landing, **VARIATIONS)
    store.hidden_rows = None
    for _ in range(2):
        store.clock.advance(3600)
        flat.sync(landing, **VARIATIONS)
        assert landing.differences(store) == {}


def test_products_need_not_be_among_the_components(flat: Site) -> None:
    store = flat.store
    parents = fill(store, 3)
    landing = settled(flat, **VARIATIONS)
    for number in range(4):
        store.clock.advance(3600)
        store.edit_product(parents[number % 2], sku=f"NEW {number}")
        store.clock.advance(3600)
        flat.sync(landing, **VARIATIONS)
        assert landing.differences(store) == {}
    store.clock.advance(3600)
    flat.sync(landing, **VARIATIONS)
    flat.server.requests.clear()
    flat.sync(landing, **VARIATIONS)
    lists = 1 if flat.store.version != "5.9.0" else 2
    assert len(asked(flat, of_parents=False)) == lists
    assert asked(flat, of_parents=True) == []


def test_products_that_this_run_asked_for_are_not_asked_for_again(flat: Site) -> None:
    store = flat.store
    parents = fill(store, 3)
    landing = settled(flat, **CHOSEN)
    store.clock.advance(3600)
    store.edit_product(parents[0], sku="NEW")
    for _ in range(3):
        store.clock.advance(3600)
        flat.sync(landing, **CHOSEN)
    flat.server.requests.clear()
    flat.sync(landing, **CHOSEN)
    assert asked(flat, of_parents=False) == asked(flat, of_parents=True) == []
    store.clock.advance(3600)
    store.edit_product(parents[2], sku="NEWER")
    flat.sync(landing, **CHOSEN)
    assert landing.differences(store) == {}


def test_an_edit_comes_once_and_counts_as_no_change_of_a_variation(flat: Site) -> None:
    store = flat.store
    parents = fill(store, 30)
    landing = settled(flat, **CHOSEN)
    store.clock.advance(3600)
    store.edit_product(parents[3], sku="NEW")
    store.clock.advance(3600)
    brought = []
    for _ in range(3):
        tap = flat.tap(landing, **CHOSEN)
        tap.sync_all()
        account = tap.run.progress.accounts["product_variations"]
        brought.append((account.rows, account.changed))
        tap.run.client.close()
        store.clock.advance(3600)
    # The next run asks from five minutes before the edit, as it does for products.
    assert brought == [(2, 0), (2, 0), (0, 0)]


@pytest.mark.parametrize("products", [120, pytest.param(1000, marks=pytest.mark.soak)])
def test_a_bulk_edit_asks_for_many_products_at_once(flat: Site, products: int) -> None:
    store = flat.store
    parents = fill(store, products, 4)
    landing = settled(flat, **CHOSEN)
    store.clock.advance(3600)
    for parent in parents:
        store.edit_product(parent, sku=f"SKU {parent}")
    store.clock.advance(3600)
    flat.server.requests.clear()
    flat.sync(landing, **CHOSEN)
    assert landing.differences(store) == {}
    pages = 1.01 * products / 99 + 2
    lists = 2 if store.version == "5.9.0" else 1
    assert len(asked(flat, of_parents=False)) <= 2 * pages
    assert len(asked(flat, of_parents=True)) <= lists * (products / parent_refresh.PARENTS_AT_ONCE + pages) * 1.05 + 2
    assert max(len(request.query["parent"]) for request in asked(flat, of_parents=True)) < 300


@pytest.mark.parametrize("kind", ["products", "variations"])
def test_a_run_that_ends_between_products_and_variations_loses_nothing(flat: Site, kind: str) -> None:
    store = flat.store
    parents = fill(store, 4)
    landing = settled(flat, **CHOSEN)
    store.clock.advance(3600)
    for parent in parents:
        store.edit_product(parent, sku=f"SKU {parent}")
    store.clock.advance(3600)
    flat.sync(landing, **{"sync_components": ["products"]} if kind == "products" else VARIATIONS)
    assert set(landing.differences(store)) == ({"product_variations"} if kind == "products" else {"products"})
    for _ in range(2):
        store.clock.advance(3600)
        flat.sync(landing, **CHOSEN)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("step", [19, pytest.param(7, marks=pytest.mark.long)])
def test_a_run_that_ends_anywhere_below_products_goes_on_with_the_next(
    flat: Site, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)
    monkeypatch.setattr(parent_refresh, "PARENTS_AT_ONCE", 2)
    store = flat.store
    parents = fill(store, 8)
    small: dict[str, Any] = {**CHOSEN, "page_size": 5}
    landing = settled(flat, **small)
    number, messages = 0, 60
    while number < messages:
        store.clock.advance(3600)
        for parent in parents:
            store.edit_product(parent, sku=f"SKU {parent} {number}")
        store.clock.advance(3600)
        before = len(landing.messages)
        flat.sync(landing, breaks_after=number, **small)
        # What was read by then, and what was not, are saved again.
        for parent in (parents[0], parents[-1]):
            store.edit_product(parent, weight=f"{1 + number % 9}")
        store.clock.advance(3600)
        flat.sync(landing, **small)
        assert landing.differences(store) == {}, number
        messages = max(messages, (len(landing.messages) - before) * 2 // 3)
        number += step
    assert number > 60


@pytest.mark.parametrize("step", [12, pytest.param(4, marks=pytest.mark.long)])
def test_a_whole_read_that_was_cut_off_follows_products_saved_meanwhile(
    flat: Site, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(WooStream, "STATE_MSG_FREQUENCY", 1)
    store = flat.store
    parents = fill(store, 12)
    for number in range(5, 35, step):
        landing = flat.sync(breaks_after=number, page_size=4, **VARIATIONS)
        store.clock.advance(3600)
        for parent in parents:
            store.edit_product(parent, sku=f"SKU {parent} {number}")
        store.clock.advance(3600)
        flat.sync(landing, page_size=4, **VARIATIONS)
        assert landing.differences(store) == {}, number


def test_products_that_never_change_do_not_come_again_after_each_whole_read(flat: Site) -> None:
    store = flat.store
    fill(store, 30)
    landing = settled(flat, **VARIATIONS)
    for _ in range(3):
        store.clock.advance(90_000)
        flat.sync(landing, **VARIATIONS)
        store.clock.advance(3600)
        flat.server.requests.clear()
        flat.sync(landing, **VARIATIONS)
        assert asked(flat, of_parents=True) == []


def test_a_row_that_cannot_be_read_below_a_product_is_named_and_all_else_comes(flat: Site) -> None:
    store = flat.store
    parents = fill(store, 6)
    landing = settled(flat, **CHOSEN)
    store.clock.advance(3600)
    for parent in parents:
        store.edit_product(parent, sku=f"SKU {parent}")
    unread = store.rows("variations")[3]["id"]
    rule = store.faults.add(PoisonousRow(unread), path("/variations$"))
    flat.sync(landing, max_retries=0, **CHOSEN)
    store.faults.remove(rule)
    (named,) = landing.tables["unread_rows"]
    assert named[1] == "product_variations"
    assert f"{unread}" in named[2] or f" of products {parents[0]} to {parents[-1]}" in named[2]
    assert [key for key, *_ in landing.differences(store)["product_variations"]] == [unread]
    store.clock.advance(3600)
    flat.sync(landing, full_read_interval_hours=0, **CHOSEN)
    assert landing.differences(store) == {}


@pytest.mark.parametrize("settings", [{"content": "raw"}, {"start_date": "2026-10-01T12:30:00Z"}], ids=str)
def test_rows_below_products_have_the_form_and_the_dates_that_the_settings_ask_for(settings: dict[str, Any]) -> None:
    store = new_store()
    parents = fill(store, 2)
    store.clock.advance(3600)
    late = store.create_variation(parents[0])
    with site(store) as served:
        landing = settled(served, **CHOSEN, **settings)
        store.clock.advance(3600)
        store.edit_product(parents[0], sku="NEW")
        served.sync(landing, **CHOSEN, **settings)
    rows = landing.live("product_variations")
    assert {id_ for id_, row in rows.items() if row["sku"] == "NEW"} == {
        row["id"]
        for row in store.rows("variations")
        if row["parent_id"] == parents[0] and ("content" in settings or row["id"] == late)
    }


def test_a_route_that_takes_no_parent_is_left_to_whole_reads() -> None:
    store = new_store()
    store.faults.add(BodyChanged(lambda body: body.replace(b'"parent":', b'"none":')), path("/wc/v3$"))
    parents = fill(store, 3)
    with site(store) as served:
        landing = settled(served, **CHOSEN)
        store.clock.advance(3600)
        store.edit_product(parents[1], sku="NEW")
        served.server.requests.clear()
        served.sync(landing, **CHOSEN)
        assert asked(served, of_parents=False) == asked(served, of_parents=True) == []
        assert set(landing.differences(store)) == {"product_variations"}
        store.clock.advance(90_000)
        served.sync(landing, **CHOSEN)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 8))])
def test_later_runs_by_any_route_end_with_the_same_rows(seed: int) -> None:
    tables: list[dict[Any, Any]] = []
    for kind in ("11.0.1", "analytics of 11.0.1", "per product"):
        store = open_store(kind)
        life = RandomEdits(store, seed, quiet=True)
        life.populate(25)
        with site(store) as served:
            landing = Landing()
            for _ in range(6):
                served.sync(landing, page_size=7, **CHOSEN)
                assert landing.differences(store) == {}, kind
                store.clock.advance(3600)
                life.live(15)
                for row in life.random.sample(store.rows("products"), 3):
                    store.edit_product(
                        row["id"], sku=f"{life.random.random()}", tax_class="zero-rate", slug=f"s{row['id']}"
                    )
                store.clock.advance(3600)
            doomed = life.random.choice(store.rows("products"))["id"]
            store.delete_product(doomed)
            served.sync(landing, page_size=7, full_read_interval_hours=0, **CHOSEN)
            assert landing.differences(store) == {}, kind
        tables.append(landing.live("product_variations"))
    assert tables[0] == tables[1] == tables[2]
    assert len(tables[0]) > 10
