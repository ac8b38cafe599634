"""What is gone from a store is marked, keeps its last values, and comes back."""

from __future__ import annotations

import datetime

import pytest

from demo_store import Store
from tests.support.warehouse import NewWarehouse, Warehouse

pytestmark = pytest.mark.long

COMPONENTS = ["categories", "products", "variations"]
DELETED = "select product_id, deletion_reason from pim.products where is_deleted and store_id = 'store' order by 1"


class LivingStore:
    """A small store that lives on, its database, and the ids of its goods."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.store = Store.empty()
        self.store.clock.set(datetime.datetime(2026, 11, 1, 12, tzinfo=datetime.UTC).replace(tzinfo=None))
        self.category = self.store.create_term("categories", name="Mugs")
        self.mug = self.store.create_product(name="Mug", sku="MUG", regular_price="5", categories=[self.category])
        self.jar = self.store.create_product(name="Jar", sku="JAR", regular_price="7")
        axis = {"id": 0, "name": "Size", "options": ["S", "M"], "variation": True, "visible": True, "position": 0}
        self.shirt = self.store.create_product(name="Shirt", sku="SHIRT", type="variable", attributes=[axis])
        self.small, self.medium = (
            self.store.create_variation(
                self.shirt,
                sku=f"SHIRT-{size}",
                regular_price="9",
                attributes=[{"id": 0, "name": "Size", "option": size}],
            )
            for size in "SM"
        )

    def sync(self) -> None:
        self.store.clock.advance(3600)
        self.warehouse.land(self.store, "store", COMPONENTS)
        self.warehouse.build("run" if self.warehouse.output else "build")


@pytest.fixture(scope="module")
def warehouse(new_warehouse: NewWarehouse) -> Warehouse:
    return new_warehouse("living")


def test_trash_deletion_and_return(warehouse: Warehouse) -> None:
    living = LivingStore(warehouse)
    living.sync()
    assert warehouse.tuples(DELETED) == []

    living.store.trash_product(living.mug)
    living.store.delete_product(living.jar)
    living.store.delete_variation(living.medium)
    living.store.delete_term("categories", living.category)
    living.sync()

    gone = [(living.mug, "trashed"), (living.jar, "vanished"), (living.medium, "vanished")]
    assert warehouse.tuples(DELETED) == sorted(gone)
    kept = warehouse.rows("select sku, name, price, deleted_at from pim.products where product_id = %s", living.jar)
    assert [(row["sku"], row["name"], row["price"]) for row in kept] == [("JAR", "Jar", 7)]
    first_known = kept[0]["deleted_at"]
    assert first_known == warehouse.rows("select max(started_at) as at from woo.snapshots")[0]["at"]
    live = warehouse.tuples("select product_id from pim.live_products order by 1")
    assert live == sorted([(living.shirt,), (living.small,)])
    for table in warehouse.tables("pim"):
        if table.startswith("live_") and "product_id" in warehouse.columns(table):
            found = {row["product_id"] for row in warehouse.rows(f"select product_id from pim.{table}")}
            assert not found & {product for product, _ in gone}, table
    assert warehouse.tuples("select name from pim.categories where is_deleted") == [("Mugs",)]
    assert warehouse.tuples("select name from pim.live_categories") == [("Uncategorized",)]
    assert warehouse.tuples("select sku from pim.master_products order by 1") == [("SHIRT",), ("SHIRT-S",)]

    living.store.restore_product(living.mug)
    living.sync()
    deleted = warehouse.rows("select product_id, deleted_at from pim.products where is_deleted order by 1")
    assert [row["product_id"] for row in deleted] == sorted([living.jar, living.medium])
    assert {row["product_id"]: row["deleted_at"] for row in deleted}[living.jar] == first_known, "first known"
    assert warehouse.tuples("select sku from pim.live_products where product_id = %s", living.mug) == [("MUG",)]


def test_variation_left_out_of_its_parents_newer_list_is_gone(warehouse: Warehouse) -> None:
    """Between full syncs; but not when a trashed, future or no longer variable parent has an empty list."""
    living = LivingStore(warehouse)
    parents = {"publish": "variable", "future": "variable", "private": "simple", "draft": "variable"}
    expected, statuses = set(), {}
    for status, kind in parents.items():
        parent = living.store.create_product(name=status, type="variable")
        variation = living.store.create_variation(parent, regular_price="1")
        living.store.sql_update("products", parent, type=kind)
        statuses[parent] = status
        if kind == "variable" and status != "future":
            expected.add(variation)
    warehouse.land(living.store, "other", COMPONENTS)
    for parent, status in statuses.items():
        warehouse.write(f"update woo.products set status = '{status}' where id = {parent} and store_id = 'other'")
    warehouse.write(
        "update woo.products set variations = '[]', synced_at = synced_at + interval '1 hour' where store_id = 'other'"
    )
    warehouse.write(f"update woo.products set variations = 'null' where id = {living.shirt} and store_id = 'other'")
    warehouse.build()

    found = warehouse.rows(
        "select product_id from pim.products where store_id = 'other' and deletion_reason = 'vanished'"
    )
    assert {row["product_id"] for row in found} == expected


def test_trashed_since_the_time_that_wordpress_noted(warehouse: Warehouse) -> None:
    """A change in the trash moves the modified date; an importer may write one of years ago."""
    living = LivingStore(warehouse)
    noted = datetime.datetime(2026, 10, 1, 9, 30, tzinfo=datetime.UTC)
    texts = {living.mug: "soon", living.jar: "99999999999999", living.shirt: str(int(noted.timestamp()))}
    for product, text in texts.items():
        living.store.trash_product(product)
        living.store.sql_update("products", product, meta_data=[{"key": "_wp_trash_meta_time", "value": text}])
    warehouse.land(living.store, "trash", COMPONENTS)
    warehouse.build()

    found = warehouse.tuples("select product_id, deleted_at from pim.products where store_id = 'trash'")
    moved = warehouse.tuples("select product_id, modified_at from pim.products where store_id = 'trash'")
    since = dict.fromkeys((living.shirt, living.small, living.medium), noted.replace(tzinfo=None))
    assert dict(found) == {**dict(moved), **since}, "what is no time is not taken for one"
