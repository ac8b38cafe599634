"""Values that no shop should send, written into the landed tables: none may break a build, each has its finding."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo_store import Store
from tests.model.warehouse import NewWarehouse, Warehouse

LONG_NUMBER = "9" * 5000
NUMBERS = [
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    " 12,5 ",
    LONG_NUMBER,
    "1.2.3",
    "--1",
    "0x1F",
    "12 kg",
    "\u0665",
    ".",
]
NOT_JSON_LISTS: list[Any] = [
    None,
    {},
    {"0": {"id": 1}},
    [],
    [None],
    "text",
    7,
    [[]],
    [{}],
    [7, "x", None, {"id": None}],
]
ATTRIBUTES: list[Any] = [
    [{"id": None, "name": None, "options": None}],
    [{"id": "pa", "name": {"a": 1}, "options": {"0": "S"}}],
    [{"id": 99, "name": "Ghost", "options": [None, "", " ", 7, {"a": 1}, ["S"], "S", "s", "S "], "variation": "yes"}],
    [{"id": 10**30, "name": "Huge", "option": ["S"]}],
    [{"id": -1, "name": "", "options": ["S"]}],
    [{"id": 0, "name": "::", "options": ["x" * 5000]}],
]
META: list[Any] = [
    ["scalar", 7, None, True, []],
    [{"key": None, "value": 1}, {"value": 2}, {"key": "", "value": 3}, {"id": 10**30, "key": "k"}],
    [{"key": {"a": 1}, "value": "v"}, {"key": 7, "value": "v"}, {"key": "k" * 5000, "value": "v" * 5000}],
    [{"key": "_ean", "value": {"a": 1}}, {"key": "_ean", "value": ["1"]}, {"key": "_gtin", "value": LONG_NUMBER}],
    [{"key": "size", "value": "1e400"}, {"key": "day", "value": "99999-12-31"}, {"key": "yes", "value": "maybe"}],
]
PROMOTED = [
    {"key": "size", "column": "size", "type": "numeric"},
    {"key": "day", "column": "day", "type": "date"},
    {"key": "yes", "column": "said", "type": "boolean"},
]


def entry_lists() -> list[Any]:
    """Lists of terms, pictures and related products whose entries are odd."""
    ids: list[Any] = ["7", "x", 10**30, -1, 1.5, None, {}, []]
    entries = [{"id": one} for one in ids]
    pictures = [
        {"id": 7, "src": False, "alt": None, "name": {}},
        {"id": 10**30, "src": []},
        {"src": "https://x.example"},
    ]
    return [entries, entries * 2, pictures, [1.5, "x", 10**30, None, -1, "7", "7"]]


@pytest.fixture(scope="module")
def odd(new_warehouse: NewWarehouse) -> Warehouse:
    """A product or variation for each odd value, in a store whose every other table is as odd."""
    warehouse: Warehouse = new_warehouse("odd")
    shop = Store.empty()
    made = shop.create_product(name="Plain", sku="PLAIN", regular_price="1", type="variable")
    shop.create_variation(made, regular_price="1")
    shop.create_term("categories", name="One")
    warehouse.land(shop, "odd")
    origins = {"products": f"id = {made}", "product_variations": f"parent_id = {made}"}
    columns = {table: set(warehouse.columns(table, "woo")) for table in origins}
    rows: list[dict[str, Any]] = []
    rows += [{"price": text, "weight": text, "average_rating": text} for text in NUMBERS]
    rows += [{"dimensions": {"length": text, "width": {"a": 1}, "height": [1]}} for text in NUMBERS]
    lists = ("images", "image", "gallery_image_ids", "categories", "tags", "brands", "upsell_ids", "grouped_products",
             "variations", "attributes", "meta_data", "dimensions")  # fmt: skip
    rows += [dict.fromkeys(lists, value) for value in (*NOT_JSON_LISTS, *entry_lists())]
    rows += [{"attributes": value} for value in ATTRIBUTES] + [{"meta_data": value} for value in META]
    rows += [{"sku": sku} for sku in ("dup", "DUP", " dup ", "dup\u00a0", "d" * 300)]
    rows += [{"name": name} for name in ("&#99999999;", "&" * 3000, "&#0;&#55296;&#x0;", "\u202e<b>")]
    rows += [{"date_created_gmt": "9999-12-31T23:59:59", "date_on_sale_to_gmt": "0001-01-01", "status": None}]
    rows += [
        {"parent_id": -5},
        {"parent_id": 2**62},
        {"type": None, "sku": None, "name": None, "manage_stock": None},
    ]
    rows += [{"stock_quantity": "1e120"}, {"stock_quantity": "-0.0001"}, {"global_unique_id": LONG_NUMBER}]
    for table, origin in origins.items():
        for number, row in enumerate(rows, 1):
            known = {name: value for name, value in row.items() if name in columns[table]}
            fields = {**known, "id": number + (10_000 if table == "products" else 20_000)}
            text: str = json.dumps(fields).replace("'", "''")
            warehouse.write(
                f"insert into woo.{table} select (jsonb_populate_record(own, '{text}')).*"
                f" from woo.{table} as own where {origin} and id < 10000"
            )
    warehouse.build(promoted_custom_fields=PROMOTED, gtin_meta_keys=["size"])
    return warehouse


def test_all_rows_are_there(odd: Warehouse) -> None:
    landed = odd.tuples("select (select count(*) from woo.products) + (select count(*) from woo.product_variations)")
    assert odd.tuples("select count(*) from pim.products") == landed


@pytest.mark.parametrize("text", NUMBERS)
def test_text_in_the_place_of_a_number_is_null_and_a_finding(odd: Warehouse, text: str) -> None:
    number = NUMBERS.index(text) + 1
    for product_id, field in ((10_000 + number, "weight"), (10_000 + number + len(NUMBERS), "length")):
        found = odd.rows(
            "select weight, length, price, not_numbers from pim.products where product_id = %s", product_id
        )
        assert found[0][field] is None
        assert found[0]["not_numbers"][field] == text.strip()
        told = odd.tuples(
            "select message from pim.health_checks"
            " where check_name = 'not_a_number' and product_id = %s and subject = %s",
            product_id,
            field,
        )
        assert told == [(f'The {field} is "{text.strip()[:40]}", which is no number. Write it like 12.50.',)]


def test_promoted_field_that_does_not_fit_is_null_and_a_finding(odd: Warehouse) -> None:
    found = odd.rows("select product_id, subject from pim.health_checks where check_name = 'custom_field_misfit'")
    assert {row["subject"] for row in found} == {"size", "day", "yes"}
    for row in found:
        values = odd.tuples("select size, day, said from pim.products where product_id = %s", row["product_id"])
        assert values == [(None, None, None)]


def test_gtin_comes_from_the_custom_fields_that_the_variable_names(odd: Warehouse) -> None:
    found = odd.tuples("select distinct gtin_source, gtin from pim.products where gtin is not null order by 1")
    assert found == [("global_unique_id", LONG_NUMBER), ("size", "1E400")]


def test_skus_meet_but_for_spaces_around_them(odd: Warehouse) -> None:
    found = odd.tuples(
        "select distinct sku from pim.health_checks where check_name = 'duplicate_sku' and sku like 'd%%p' order by 1"
    )
    assert found == [("dup",)]
    (ids,) = odd.tuples("select array_agg(product_id order by 1) from pim.products where lower(sku) = 'dup'")
    assert len(ids[0]) == 8
