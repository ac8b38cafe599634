"""What two stores say of one product, in other time zones, with other columns, and beside views of the team's own."""

from __future__ import annotations

import json

import pytest

from demo_store import Store
from tests.support.warehouse import NewWarehouse, Warehouse

pytestmark = pytest.mark.long

FIELDS = ["images", "categories", "description", "name", "variations"]
ZONES = {"berlin": ("Europe/Berlin", 2), "hours": ("", 2), "odd": ("Mars/Olympus", 10**9)}
SALE = "date_on_sale_from_gmt = '2026-05-01T22:00:00', date_on_sale_to_gmt = '2026-05-01T21:59:59'"


@pytest.fixture(scope="module")
def two(new_warehouse: NewWarehouse) -> Warehouse:
    """Stores that tell the same in other ways; `few` has deselected most columns of products."""
    warehouse = new_warehouse("two")
    for store_id in (*ZONES, "few"):
        store = Store.empty()
        store.create_product(name="Mug", sku="MUG", regular_price="5")
        store.create_product(name="Case", sku="case-1" if store_id == "odd" else "CASE-1", regular_price="5")
        hat = store.create_product(name="Hat", sku="HAT", type="variable")
        small = store.create_variation(hat, sku="HAT-S", regular_price="5")
        store.sql_update("products", hat, manage_stock=True, stock_quantity=7)
        store.sql_update("variations", small, manage_stock="parent", stock_quantity=None)
        warehouse.land(store, store_id)
    for store_id, (zone, hours) in ZONES.items():
        here = f"where store_id = '{store_id}'"
        warehouse.write(
            f"update woo.stores set timezone_string = '{zone}', gmt_offset = {hours} {here}",
            f"update woo.products set {SALE} {here} and sku = 'MUG'",
            f"update woo.products set global_unique_id = '036000291452' {here} and sku = 'MUG'",
            f"update woo.products set global_unique_id = '04252614' {here} and sku = 'HAT'",
        )
    warehouse.write(
        "update woo.products set global_unique_id = '0036000291452' where store_id = 'hours' and sku = 'MUG'",
        "update woo.products set global_unique_id = '042100005264' where store_id = 'hours' and sku = 'HAT'",
        *(f"update woo.products set {field} = null where store_id = 'few'" for field in FIELDS),
        "alter table woo.product_variations drop column sku",
    )
    warehouse.build()
    warehouse.write(
        "create schema team",
        "create view team.skus as select sku from pim.live_products",
        "create view team.masters as select sku from pim.master_products",
    )
    return warehouse


def own_views(warehouse: Warehouse) -> set[str]:
    return {name for (name,) in warehouse.tuples("select viewname from pg_views where schemaname = 'team'")}


def test_sale_is_shown_by_the_clock_of_the_store(two: Warehouse) -> None:
    found = two.tuples(
        "select store_id, message from pim.health_checks where check_name = 'sale_window_reversed' order by 1"
    )
    told = "The sale begins on 2026-05-0{} and ends before that, on 2026-05-01."
    assert found == [("berlin", told.format(2)), ("hours", told.format(2)), ("odd", told.format(1))]


def test_one_gtin_written_in_several_ways_is_no_difference(two: Warehouse) -> None:
    """With and without a leading nought, and as UPC-E. Beside a store that has none, each is shown as it is written."""
    found = two.tuples("select sku, store_id, value from pim.master_product_differences where attribute = 'gtin'")
    assert {(sku, value) for sku, store_id, value in found if store_id == "few"} == {("MUG", None), ("HAT", None)}
    assert ("HAT", "berlin", "04252614") in found
    compared = (
        "select sku, count(distinct gtin) from pim_work.int_shared_skus where gtin is not null group by 1 order by 1"
    )
    assert two.tuples(compared) == [("HAT", 1), ("MUG", 1)]


def test_variation_has_the_quantity_that_its_parent_keeps(two: Warehouse) -> None:
    found = two.tuples(
        "select distinct kind, stock_kept_by, stock_quantity::int, own_stock_quantity::int from pim.products"
        " where kind in ('variable', 'variation') order by 1"
    )
    assert found == [("variable", "product", 7, 7), ("variation", "parent", 7, None)]


def test_skus_are_compared_as_they_are_written(two: Warehouse) -> None:
    found = two.tuples("select sku, stores from pim.master_products where lower(sku) = 'case-1' order by 2")
    assert found == [("CASE-1", ["berlin", "few", "hours"]), ("case-1", ["odd"])]


def test_nothing_is_missed_that_was_not_asked_for(two: Warehouse) -> None:
    found = two.tuples("select distinct check_name from pim.health_checks where store_id = 'few' order by 1")
    assert found == []
    (checks,) = two.tuples(
        "select array_agg(distinct check_name order by check_name) from pim.health_checks where store_id = 'hours'"
    )
    assert {"no_image", "no_category", "no_description"} <= set(checks[0])
    assert "no_sku" not in checks[0], "no variation has the column"


def test_views_of_the_team_stay_when_a_custom_field_is_promoted(two: Warehouse) -> None:
    two.build("run", promoted_custom_fields=[{"key": "x", "column": "x_text", "type": "text"}])
    assert "x_text" in two.columns("live_products")
    assert own_views(two) == {"skus", "masters"}
    two.build("run")
    assert "x_text" not in two.columns("live_products")


@pytest.mark.parametrize("columns", [["name"], ["new", "new"]])
def test_promoted_field_with_the_name_of_another_column_is_refused_before_anything_is_built(
    two: Warehouse, columns: list[str]
) -> None:
    fields = [{"key": f"key {number}", "column": name, "type": "text"} for number, name in enumerate(columns)]
    done = two.dbt("run", "--vars", json.dumps({"promoted_custom_fields": fields}))

    assert done.returncode != 0
    assert f"pim.products already has a column {columns[0]}. " in done.stdout
    assert f"Give the custom field {fields[-1]['key']} another column name." in done.stdout
    assert "START" not in done.stdout
