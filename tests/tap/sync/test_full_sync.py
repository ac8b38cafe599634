"""What no date shows arrives with the next whole read, which is made when it is due or asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo_store import PROFILES, Store
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import RandomEdits, image, store_of

DAY = 86_400


def first(store: Store, kind: Any) -> Any:
    return store.rows(kind)[0]["id"]


def option(store: Store) -> tuple[int, int]:
    row = store.rows("attribute_terms")[0]
    return row["attribute_id"], row["term"]["id"]


CHANGES: dict[str, Callable[[Store], object]] = {
    "planned product published": lambda store: store.clock.advance(DAY),
    "stock by SQL": lambda store: store.sql_update("products", first(store, "products"), stock_quantity=41),
    "price by SQL": lambda store: store.sql_update("variations", first(store, "variations"), price="4.10"),
    "date of a product gone": lambda store: store.sql_update(
        "products", first(store, "products"), date_modified=None, date_modified_gmt=None, name="Undated"
    ),
    "date of a variation gone": lambda store: store.sql_update(
        "variations", first(store, "variations"), date_modified=None, date_modified_gmt=None, sku="undated"
    ),
    "date of creation gone": lambda store: store.sql_update(
        "products", first(store, "products"), date_created=None, date_created_gmt=None
    ),
    "image": lambda store: store.edit_image(3, name="A new title", alt="A new text"),
    "category renamed": lambda store: store.edit_term("categories", first(store, "categories"), name="New"),
    "tag renamed": lambda store: store.edit_term("tags", first(store, "tags"), name="New"),
    "brand renamed": lambda store: store.edit_term("brands", first(store, "brands"), name="New"),
    "shipping class renamed": lambda store: store.edit_term(
        "shipping_classes", first(store, "shipping_classes"), name="New", slug="new"
    ),
    "attribute renamed": lambda store: store.edit_attribute(first(store, "attributes"), name="New"),
    "option renamed": lambda store: store.edit_attribute_term(*option(store), name="New"),
    "option deleted": lambda store: store.delete_attribute_term(*option(store)),
    "category deleted": lambda store: store.delete_term("categories", first(store, "categories")),
    "tag deleted": lambda store: store.delete_term("tags", first(store, "tags")),
    "brand deleted": lambda store: store.delete_term("brands", first(store, "brands")),
    "attribute deleted": lambda store: store.delete_attribute(first(store, "attributes")),
    "variation moved": lambda store: store.sql_update(
        "variations", first(store, "variations"), parent_id=store.create_product(name="Other", type="variable")
    ),
    "product deleted": lambda store: store.delete_product(first(store, "products")),
    "variation deleted": lambda store: store.delete_variation(first(store, "variations")),
    "tax class created": lambda store: store.create_tax_class("New"),
}


@pytest.fixture(params=["per product", *(pytest.param(version, marks=pytest.mark.long) for version in PROFILES)])
def living(request: pytest.FixtureRequest) -> Iterator[Site]:
    store = store_of(request.param)
    RandomEdits(store, 0).populate(12)
    shipping = store.create_term("shipping_classes", name="Bulky")
    for name in ("Small", "Large"):
        store.create_attribute_term(store.create_attribute(name="Size"), name=name)
    everything: dict[str, Any] = {
        "categories": [first(store, "categories")],
        "tags": [first(store, "tags")],
        "brands": [first(store, "brands")],
        "images": [image(3)],
        "attributes": [{"id": first(store, "attributes"), "name": "Colour", "options": ["Red", "Blue"]}],
        "shipping_class_id": shipping,
    }
    parent = store.create_product(name="Parent", type="variable", status="publish", **everything)
    store.create_variation(parent, attributes=[{"id": first(store, "attributes"), "name": "Colour", "option": "Red"}])
    planned = store.clock.now().strftime("%Y-%m-%dT23:00:00")
    store.create_product(name="Planned", type="simple", status="publish", date_created_gmt=planned)
    with site(store) as served:
        yield served


def test_each_of_them_arrives_by_the_next_whole_read(living: Site) -> None:
    store = living.store
    landing = living.sync(max_vanished_percent=100)
    for what, change in CHANGES.items():
        change(store)
        if what not in {"brand renamed", "brand deleted"} or "product_brands" in landing.schemas:
            assert landing.differences(store) != {}, what
        store.clock.advance(DAY)
        living.sync(landing, max_vanished_percent=100)
        assert landing.differences(store) == {}, what


def test_a_full_refresh_brings_them_at_once_and_heals_what_was_lost(living: Site) -> None:
    store = living.store
    landing = living.sync()
    for what, change in CHANGES.items():
        change(store)
        assert what
    store.clock.advance(60)
    products = landing.tables["products"]
    del products[next(iter(products))]
    for row in products.values():
        row["name"] = "Spoilt by hand"
    landing.state = {}  # as Meltano does for --full-refresh
    living.sync(landing)
    assert landing.differences(store) == {}


def test_whole_reads_are_made_when_they_are_due_and_not_before(living: Site) -> None:
    landing = living.sync()
    read = []
    for _ in range(14):
        living.store.clock.advance(2 * 3600)
        living.server.requests.clear()
        living.sync(landing, full_read_interval_hours=8)
        lists = [request for request in living.server.requests if "offset" in request.query]
        read.append(
            any("modified_after" not in request.query for request in lists if request.path.endswith("/products"))
        )
    assert [hours for hours, whole in zip(range(2, 30, 2), read, strict=True) if whole] == [8, 16, 24]


def test_a_nightly_run_that_begins_a_little_early_is_whole(living: Site) -> None:
    store = living.store
    landing = living.sync()
    for early in (1, 0, 600, -600):
        store.delete_product(first(store, "products"))
        store.clock.advance(DAY - early)
        living.sync(landing)
        assert landing.differences(store) == {}


def test_a_table_that_came_late_is_filled_by_the_first_run(living: Site) -> None:
    landing = living.sync(sync_components=["products"])
    living.sync(landing, sync_components=["products", "variations"])
    assert landing.differences(living.store) == {}
    assert landing.live("product_variations")


def test_an_empty_landing_is_not_taken_for_a_store_that_was_read() -> None:
    store = store_of("11.0.1")
    RandomEdits(store, 1).populate(5)
    with site(store) as served:
        assert served.sync(Landing()).differences(store) == {}
