"""Rows of the model for odd products of the recorded stores, worked out by hand, in all tables with all columns.

No program worked them out: the values were read off the recorded rows and docs/pim-model.md, one by one, and compared
with the model afterwards. Where the two differed, the reading was wrong, the page was silent, or the model was mended.
Long texts are given by length and digest; the sentences of findings were taken from the model and read.

`expected_products.json` says of each product what is odd about it (`odd`); `expected_master_products.json` has the rows
of most of their SKUs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.warehouse import Warehouse

EXPECTED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("expected_products.json").read_text("utf-8"))
MASTERS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("expected_master_products.json").read_text("utf-8"))
LONG = 200
SAME_FOR_ALL = {"store_id", "product_id", "synced_at", "product_name"}
"""The key, the time of the run, and what stands in pim.products."""
ORDER = {
    "products": "product_id",
    "product_categories": "position",
    "product_brands": "position",
    "product_tags": "position",
    "product_attribute_values": 'attribute_code collate "C", position',
    "product_media": "position",
    "product_relations": "kind, position",
    "product_translations": "language",
    "prices": "product_id",
    "stock": "product_id",
    "product_custom_values": 'key collate "C", position',
    "health_checks": "check_name, subject",
}
"""All tables of the model with rows of a product, and the order of these in the file."""


def plain(name: str, value: Any) -> Any:
    """Write a value the way the file of expected rows does: long texts as length and digest, addresses without host."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, str) and name in {"permalink", "url", "main_image_url"}:
        return "/" + value.split("/", 3)[3]
    if isinstance(value, str) and len(value) >= LONG:
        return [len(value), hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()]
    return value


def of_product(warehouse: Warehouse, table: str, store_id: str, product_id: int) -> list[dict[str, Any]]:
    """Return all rows of a table that are of a product, with all their columns."""
    query = f"select * from pim.{table} where store_id = %s and product_id = %s order by {ORDER[table]}"
    key = {"store_id", "product_id"} if table == "products" else set()
    return [
        {name: plain(name, value) for name, value in row.items() if name in key or name not in SAME_FOR_ALL}
        for row in warehouse.rows(query, store_id, product_id)
    ]


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: "{store_id}-{product_id}".format(**row["products"][0]))
def test_odd_product_is_what_was_worked_out_by_hand(recorded: Warehouse, expected: dict[str, Any]) -> None:
    (product,) = expected["products"]
    found = {table: of_product(recorded, table, product["store_id"], product["product_id"]) for table in ORDER}

    assert found == {table: expected.get(table, []) for table in ORDER}


@pytest.mark.parametrize("expected", MASTERS, ids=lambda row: row["sku"][-20:])
def test_master_row_is_what_was_worked_out_by_hand(recorded: Warehouse, expected: dict[str, Any]) -> None:
    (found,) = recorded.rows("select * from pim.master_products where sku = %s", expected["sku"])
    listed = recorded.tuples(
        "select attribute, store_id, value from pim.master_product_differences where sku = %s", expected["sku"]
    )

    assert set(listed) == {
        (attribute, store, value)
        for attribute, values in found["differences"].items()
        for store, value in values.items()
    }
    assert len(listed) == len(set(listed))
    found["differences"] = {
        attribute: {store: plain(attribute, value) for store, value in values.items()}
        for attribute, values in found["differences"].items()
    }
    assert found == expected


def test_sku_that_is_in_the_trash_of_all_stores_has_no_master_row(recorded: Warehouse) -> None:
    (product,) = [row["products"][0] for row in EXPECTED if row["products"][0]["sku"] == "00000199"]

    assert product["is_deleted"]
    assert recorded.rows("select sku from pim.master_products where sku = '00000199'") == []


def test_every_table_with_rows_of_a_product_is_compared(recorded: Warehouse) -> None:
    tables = {table for table in recorded.tables("pim") if "product_id" in recorded.columns(table)}

    assert {table for table in tables if not table.startswith("live_")} == ORDER.keys()


def test_there_are_enough_odd_products() -> None:
    products = [row["products"][0] for row in EXPECTED]

    assert all(row["odd"] for row in EXPECTED)
    assert len({(row["store_id"], row["product_id"]) for row in products}) >= 25
    assert {row["store_id"] for row in products} == {"us", "eu", "old"}
    assert {row["kind"] for row in products} == {"simple", "variable", "variation", "grouped", "external"}
    assert {"publish", "private", "future", "trash", "wc-custom-archived"} <= {row["status"] for row in products}
