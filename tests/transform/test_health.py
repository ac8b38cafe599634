"""Each health check finds the product that it is meant for, and leaves the one alone that nearly is."""

from __future__ import annotations

from typing import Any

import pytest

from demo_store import Store
from tests.support.warehouse import Warehouse
from tests.transform.conftest import OddStores

VARIABLES = {"promoted_custom_fields": [{"key": "warranty", "column": "warranty_months", "type": "integer"}]}

FINDINGS = {
    "no_name": ("nameless", "The product has no name.", "error"),
    "no_sku": ("bare", "The product has no SKU, so it cannot be matched with other stores.", "warning"),
    "duplicate_sku": (
        "twin",
        "The SKU TWIN is on 2 products or variations of this store: ids {twin}, {other-twin}.",
        "error",
    ),
    "bad_gtin": (
        "mistyped",
        "The GTIN 4006381333932 (from global_unique_id) has a wrong check digit: it was probably mistyped.",
        "error",
    ),
    "duplicate_gtin": (
        "same-gtin",
        "The GTIN 036000291452 is on 2 products or variations of this store: ids {same-gtin}, {same-gtin-longer}.",
        "warning",
    ),
    "no_image": ("bare", "The product has no picture.", "warning"),
    "no_alt_text": ("silent", "1 of 2 pictures have no alternative text.", "info"),
    "no_description": ("bare", "The product has a short description but no long one.", "warning"),
    "no_category": ("bare", "The product is in no category but the store's catch-all.", "warning"),
    "no_price": ("bare", "There is no price, so nobody can buy it.", "error"),
    "not_a_number": ("comma", 'The weight is "2,5", which is no number. Write it like 12.50.', "error"),
    "sale_not_below_regular": ("no-bargain", "The sale price 10 is not below the regular price 10.", "error"),
    "sale_window_reversed": (
        "backwards",
        "The sale begins on 2026-05-02 and ends before that, on 2026-05-01.",
        "error",
    ),
    "orphan_variation": (
        "under-simple",
        "The parent of this variation, {simple-parent}, is a simple product, so the store does not show it.",
        "error",
    ),
    "open_axis": ("any-size", "The variation leaves Size open: it stands for any option of it.", "warning"),
    "option_without_term": ("blue", '"Blue" is not among the options that the store defines for Colour.', "warning"),
    "zero_price": ("zeroed", "The price is 0, but the sale price is 5.", "warning"),
    "unknown_option": ("large", 'The parent does not offer "L", so nobody can choose this variation.', "error"),
    "duplicate_combination": (
        "small",
        "Several variations are S, so only one of them can be chosen: ids {small}, {small-again}.",
        "error",
    ),
    "parent_without_variations": (
        "childless",
        "The variable product has no variations, so nobody can buy it.",
        "error",
    ),
    "stock_without_quantity": ("uncounted", "Stock is kept, but there is no quantity.", "warning"),
    "broken_relation": ("lonely", "The cross-sells name product 987654, which is not in the store.", "warning"),
    "deleted_elsewhere": ("kept", "The SKU KEPT is live here, but in the trash or gone in other.", "info"),
    "custom_field_misfit": (
        "warranted",
        'The custom field warranty is "two", which does not fit its column.',
        "warning",
    ),
    "unread_row": ("poisoned", "The store could not deliver id {poisoned} of products: it breaks the page", "warning"),
}
"""By check: the product that has the finding, its message, and how bad that is."""

NEAR_MISSES = {
    "no_name": "blank-sku",
    "no_sku": "good",
    "duplicate_sku": "good",
    "bad_gtin": "good",
    "duplicate_gtin": "gtin-of-parent",
    "no_image": "heir",
    "no_alt_text": "good",
    "no_description": "good",
    "no_category": "good",
    "no_price": "free",
    "not_a_number": "good",
    "sale_not_below_regular": "bargain",
    "sale_window_reversed": "one-day-sale",
    "orphan_variation": "heir",
    "open_axis": "heir",
    "option_without_term": "good",
    "zero_price": "free",
    "unknown_option": "medium",
    "duplicate_combination": "small-draft",
    "parent_without_variations": "parent",
    "stock_without_quantity": "sold-out",
    "broken_relation": "good",
    "deleted_elsewhere": "good",
    "custom_field_misfit": "good",
    "unread_row": "good",
}
"""By check: a product that is as near to the finding as can be, and has none."""


def picture(media_id: int, alt: str) -> dict[str, Any]:
    return {"id": media_id, "src": f"https://store.example/{media_id}.jpg", "name": "Photo", "alt": alt}


def axis(name: str, *options: str, attribute_id: int = 0, variation: bool = True) -> dict[str, Any]:
    flags = {"variation": variation, "visible": True, "position": 0}
    return {"id": attribute_id, "name": name, "options": list(options), **flags}


def sizes(store: Store, parent: int) -> dict[str, int]:
    """Variations of a product that comes in S and M."""
    ids = {}
    for name, size in (("small", "S"), ("small-again", "S"), ("small-draft", "S"), ("medium", "m"), ("large", "L")):
        option = [{"id": 0, "name": "Size", "option": size}]
        ids[name] = store.create_variation(parent, sku=name.upper(), regular_price="1", attributes=option)
    store.sql_update("variations", ids["small-draft"], status="draft")
    return ids


def own_store() -> tuple[Store, dict[str, int]]:
    store = Store.empty()
    category = store.create_term("categories", name="Mugs")
    colour = store.create_attribute(name="Colour", slug="pa_colour")
    store.create_attribute_term(colour, name="Red", slug="red")
    ids: dict[str, int] = {}

    def add(key: str, **fields: Any) -> None:
        whole: dict[str, Any] = {
            "name": key,
            "sku": key.upper(),
            "regular_price": "10",
            "description": "<p>Good.</p>",
            "categories": [category],
            "images": [picture(1, "A mug")],
        }
        ids[key] = store.create_product(**whole | fields)

    add("nameless", name=" ")
    add("blank-sku", name="0")
    add("bare", sku="", regular_price="", description=" \n", short_description="Short.", categories=[], images=[])
    add("twin", sku="TWIN")
    add("other-twin", sku="OTHER")
    add("twin-in-trash", sku="OTHER-TWIN")
    add("mistyped", global_unique_id="4006381333932")
    add("same-gtin", global_unique_id="036000291452")
    add("same-gtin-longer", global_unique_id="0036000291452")
    add("same-gtin-in-trash", global_unique_id="4006381333931")
    add("gtin-parent", type="variable", global_unique_id="96385074")
    ids["gtin-of-parent"] = store.create_variation(ids["gtin-parent"], sku="OF-PARENT", regular_price="1")
    add("silent", images=[picture(1, "A mug"), picture(2, " ")])
    add("free", regular_price="0")
    add("comma", weight="2,5")
    add("no-bargain", sale_price="10")
    add("bargain", sale_price="9.99")
    for name, end in (("backwards", "01"), ("one-day-sale", "02")):
        add(
            name,
            sale_price="9",
            date_on_sale_from="2026-05-02T00:00:00",
            date_on_sale_to=f"2026-05-{end}T00:00:00",
        )
    add("parent", type="variable", attributes=[axis("Size", "S", "M")])
    size = [{"id": 0, "name": "Size", "option": "S"}]
    for name, attributes in (("heir", size), ("any-size", [])):
        ids[name] = store.create_variation(ids["parent"], sku=name.upper(), regular_price="1", attributes=attributes)
        store.sql_update("variations", ids[name], image=None)
    add("sized", type="variable", attributes=[axis("Size", "S", "M")])
    ids |= sizes(store, ids["sized"])
    add("zeroed", sale_price="5")
    add("simple-parent", type="variable")
    ids["under-simple"] = store.create_variation(ids["simple-parent"], sku="UNDER", regular_price="1")
    store.sql_update("products", ids["simple-parent"], type="simple")
    add("blue", attributes=[axis("Colour", "Blue", attribute_id=colour, variation=False)])
    add("childless", type="variable", regular_price="")
    add("uncounted", manage_stock=True)
    add("sold-out", manage_stock=True, stock_quantity=0)
    add("lonely", cross_sell_ids=[987_654])
    add("kept")
    add("warranted", meta_data=[{"key": "warranty", "value": "two"}])
    add("poisoned")
    add(
        "good",
        weight=" 2.5 ",
        global_unique_id="4006381333931",
        attributes=[axis("Colour", "RED", attribute_id=colour, variation=False)],
        cross_sell_ids=[ids["kept"]],
        meta_data=[{"key": "warranty", "value": " 24 "}],
    )
    store.sql_update("products", ids["other-twin"], sku="TWIN")
    store.sql_update("variations", ids["gtin-of-parent"], global_unique_id="96385074")
    store.sql_update("products", ids["uncounted"], stock_quantity=None)
    store.sql_update("products", ids["zeroed"], price="0")
    return store, ids


def other_store() -> Store:
    """A store that had some of the same SKUs."""
    store = Store.empty()
    store.trash_product(store.create_product(name="Kept", sku="KEPT"))
    store.create_product(name="Good", sku="GOOD")
    return store


def land(warehouse: Warehouse) -> dict[str, int]:
    store, ids = own_store()
    for name in ("twin-in-trash", "same-gtin-in-trash"):
        store.trash_product(ids[name])
    store.sql_update("products", ids["twin-in-trash"], sku="GOOD")
    warehouse.land(store, "own")
    warehouse.land(other_store(), "other")
    warehouse.write(
        "insert into woo.unread_rows (store_id, stream, position, reason, synced_at)"
        f" select 'own', 'products', 'id {ids['poisoned']}', 'it breaks the page', started_at from woo.snapshots"
        " where store_id = 'own' and stream = 'products'",
        "insert into woo.unread_rows (store_id, stream, position, reason, synced_at)"
        " select 'own', 'stores', position, 'it is down', synced_at - since from woo.stores,"
        " (values ('system_status', interval '0'), ('settings/tax', interval '1 hour')) as parts (position, since)"
        " where store_id = 'own'",
    )
    return ids


@pytest.fixture
def checked(odd_stores: OddStores) -> tuple[Warehouse, dict[str, int]]:
    return odd_stores.warehouse, odd_stores.ids[__name__]


def findings(warehouse: Warehouse, check: str) -> dict[int, tuple[str, str]]:
    """Return message and severity by product."""
    found = warehouse.rows(
        "select product_id, message, severity from pim.health_checks where store_id = 'own' and check_name = %s", check
    )
    return {row["product_id"]: (row["message"], row["severity"]) for row in found}


def test_what_the_store_fails_to_tell_of_itself_is_found_until_it_comes(checked: tuple[Warehouse, Any]) -> None:
    found = checked[0].tuples("select message from pim.health_checks where store_id = 'own' and product_id is null")

    assert found == [("The store could not deliver system_status of stores: it is down",)]


def test_gtins_that_are_nobody_elses_are_no_duplicates(checked: tuple[Warehouse, dict[str, int]]) -> None:
    """Neither that of a variation and its parent, nor one that else only a product in the trash has."""
    warehouse, ids = checked

    assert findings(warehouse, "duplicate_gtin").keys() == {ids["same-gtin"], ids["same-gtin-longer"]}


def test_every_check_is_tried(checked: tuple[Warehouse, dict[str, int]]) -> None:
    names = {name for (name,) in checked[0].tuples("select check_name from pim.checks")}

    assert FINDINGS.keys() == NEAR_MISSES.keys() == names
    assert len(names) == 25


@pytest.mark.parametrize("check", FINDINGS)
def test_check_finds_what_it_is_meant_for(checked: tuple[Warehouse, dict[str, int]], check: str) -> None:
    warehouse, ids = checked
    name, message, severity = FINDINGS[check]
    for known, product_id in ids.items():
        message = message.replace(f"{{{known}}}", str(product_id))

    assert findings(warehouse, check)[ids[name]] == (message, severity)


@pytest.mark.parametrize("check", NEAR_MISSES)
def test_check_leaves_a_near_miss_alone(checked: tuple[Warehouse, dict[str, int]], check: str) -> None:
    warehouse, ids = checked

    assert ids[NEAR_MISSES[check]] not in findings(warehouse, check)
