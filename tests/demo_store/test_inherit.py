"""What a variation shows of its product, as WooCommerce works it out whenever it shows one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from demo_store import PROFILES, Store
from tests.demo_store.conftest import Open

DATES = {"date_created", "date_created_gmt", "date_modified", "date_modified_gmt"}
OWN: dict[str, Any] = {
    "sku": "V-1",
    "weight": "2",
    "dimensions": {"length": "3", "width": "", "height": "4"},
    "tax_class": "",
    "manage_stock": True,
    "stock_quantity": 5,
}
ROUTES = {"11.0.1": ("v3", "analytics", "per_product")} | dict.fromkeys(PROFILES[1:], ("analytics", "per_product"))


@pytest.fixture
def store(version: str) -> Store:
    made = Store.empty(version)
    made.clock.set(datetime(2026, 11, 24, 12, tzinfo=UTC))
    return made


def family(store: Store, **fields: Any) -> tuple[int, int, int]:
    """Make a product with one variation that has nothing of its own and one that has all."""
    parent = store.create_product(name="Parent", type="variable", status="publish", **fields)
    return parent, store.create_variation(parent), store.create_variation(parent, **OWN)


def shown(store: Store, row_id: int, route: str | None = None) -> dict[str, Any]:
    return next(row for row in store.rows("variations", route=route) if row["id"] == row_id)


def image(number: int) -> dict[str, Any]:
    return {"id": number, **dict.fromkeys(sorted(DATES)), "src": f"https://store.example/{number}.png", "alt": ""}


def test_a_variation_shows_its_products_values_where_it_has_none(store: Store, version: str) -> None:
    shipping_class = store.create_term("shipping_classes", name="Bulky")
    parent, bare, own = family(store)
    before = {row_id: shown(store, row_id) for row_id in (bare, own)}
    store.clock.advance(60)
    given: dict[str, Any] = {"sku": "P-1", "weight": "9", "tax_class": "reduced-rate", "tax_status": "shipping"}
    given |= {"dimensions": {"length": "7", "width": "8", "height": ""}, "slug": "other"}
    store.edit_product(parent, **given, shipping_class_id=shipping_class, images=[image(1), image(2)])
    for route in ROUTES[version]:
        row = shown(store, bare, route)
        for name in ("sku", "weight", "tax_class", "tax_status", "dimensions"):
            assert row[name] == given[name], name
        assert (row["shipping_class"], row["shipping_class_id"]) == ("bulky", shipping_class)
        assert row["image"] == image(1)
        assert row["permalink"] == "https://store.example/product/other/"
        row = shown(store, own, route)
        assert {name: row[name] for name in OWN} == {**OWN, "dimensions": {"length": "3", "width": "8", "height": "4"}}
        assert row["tax_status"] == "shipping"
    for row_id, row in before.items():
        assert {name: shown(store, row_id)[name] for name in DATES} == {name: row[name] for name in DATES}
    store.edit_product(parent, **OWN | {"sku": "", "dimensions": before[bare]["dimensions"]}, images=[])
    assert shown(store, bare)["sku"] == ""
    assert shown(store, bare)["image"] is None


def test_a_product_keeps_the_stock_of_variations_that_keep_none(store: Store) -> None:
    parent, bare, own = family(store)
    draft = store.create_variation(parent, status="draft", manage_stock="parent")
    names = ("manage_stock", "stock_quantity", "stock_status", "backorders", "backorders_allowed", "backordered")
    none = (False, None, "instock", "no", False, False)
    assert tuple(shown(store, bare)[name] for name in names) == none
    store.edit_product(parent, manage_stock=True, stock_quantity=-2, backorders="notify")
    kept = ("parent", -2, "onbackorder", "notify", True, True)
    assert tuple(shown(store, bare)[name] for name in names) == kept
    # Saving hands its stock status on to listed variations alone.
    assert (shown(store, draft)["stock_quantity"], shown(store, draft)["stock_status"]) == (-2, "instock")
    assert [shown(store, own)[name] for name in names[:2]] == [True, 5]
    store.edit_product(parent, manage_stock=False)
    assert [shown(store, bare)[name] for name in names[:4]] == [False, None, "onbackorder", "no"]


def test_an_orphan_shows_what_it_has_itself(store: Store, version: str) -> None:
    _, bare, own = family(store, sku="P-1", weight="9", tax_class="reduced-rate")
    for row_id in (bare, own):
        store.sql_update("variations", row_id, parent_id=77_777)
    if version == "5.9.0":
        assert [shown(store, row_id)["sku"] for row_id in (bare, own)] == ["", "V-1"]
        assert shown(store, bare)["tax_class"] == ""
    else:
        assert store.rows("variations") == []


def test_the_edit_context_shows_them_too(store: Store, version: str, open_site: Open) -> None:
    parent, bare, _ = family(store, sku="P-1", weight="9", manage_stock=True, stock_quantity=3)
    site = open_site(store)
    route = f"wc/v3/products/{parent}/variations/{bare}"
    in_edit, in_view = site.get(route, context="edit").json(), site.get(route).json()
    assert in_edit == in_view
    assert [in_edit[name] for name in ("sku", "weight", "stock_quantity")] == ["P-1", "9", 3], version


def test_recorded_variations_follow_their_products(version: str) -> None:
    store = Store.recorded(version)
    rows = {row["id"]: row for row in store.rows("products")}
    below = [row for row in store.rows("variations") if row["parent_id"] in rows]
    parents = {row["parent_id"] for row in below if row["sku"] and row["sku"] == rows[row["parent_id"]]["sku"]}
    kept = {row["parent_id"] for row in below if row["manage_stock"] == "parent"}
    assert len(parents) > 10
    assert len(kept) > 10
    for parent in sorted(parents | kept):
        store.edit_product(parent, sku=f"new {parent}", stock_quantity=parent)
    now = {row["id"]: row for row in store.rows("variations")}
    for row in below:
        parent = row["parent_id"]
        follows = parent in parents | kept and row["sku"] == rows[parent]["sku"]
        assert now[row["id"]]["sku"] == (f"new {parent}" if follows else row["sku"])
        quantity = parent if parent in kept and row["manage_stock"] == "parent" else row["stock_quantity"]
        assert now[row["id"]]["stock_quantity"] == quantity
        assert now[row["id"]]["date_modified_gmt"] == row["date_modified_gmt"]
