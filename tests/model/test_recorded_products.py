"""Rows of the model for 37 odd products of the recorded shops, worked out by hand, and compared in full."""

from __future__ import annotations

import datetime
import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.model.warehouse import Warehouse

EXPECTED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("expected_products.json").read_text("utf-8"))
LONG = 200
NOT_COMPARED = {"synced_at", "permalink"}  # the time of the run, and an address with the port of the sample shop


def plain(value: Any) -> Any:
    """Write a value the way the file of expected rows does."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, str) and len(value) >= LONG:
        return [len(value), hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()]
    return value


def numeric(row: dict[str, Any]) -> dict[str, Any]:
    texts = {"price", "regular_price", "sale_price", "weight", "length", "width", "height", "stock_quantity"}
    texts |= {f"own_{name}" for name in texts} | {"average_rating"}
    return {
        name: float(value) if name in texts and value is not None else value
        for name, value in row.items()
        if name not in NOT_COMPARED
    }


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda row: "{store_id}-{product_id}".format(**row["product"]))
def test_odd_product_is_what_was_worked_out_by_hand(recorded: Warehouse, expected: dict[str, Any]) -> None:
    key = expected["product"]["store_id"], expected["product"]["product_id"]
    of_product = "where store_id = %s and product_id = %s"
    (row,) = recorded.rows(f"select * from pim.products {of_product}", *key)

    found = {name: plain(value) for name, value in row.items() if name not in NOT_COMPARED}
    assert found == numeric(expected["product"])
    paths = recorded.tuples(f"select path from pim.product_categories {of_product} order by position", *key)
    assert [path for (path,) in paths] == expected["categories"]
    options = recorded.tuples(
        "select attribute_code, position, option_code, option_id, value, is_variation_axis"
        f' from pim.product_attribute_values {of_product} order by attribute_code collate "C", position',
        *key,
    )
    assert [list(option) for option in options] == expected["attributes"]
    pictures = recorded.tuples(f"select media_id from pim.product_media {of_product} order by position", *key)
    assert [picture for (picture,) in pictures] == expected["media"]
    relations = recorded.tuples(f"select kind, related_product_id from pim.product_relations {of_product}", *key)
    assert sorted(map(list, relations)) == expected["relations"]
    prices = recorded.tuples(f"select currency, price, regular_price from pim.prices {of_product}", *key)
    product = numeric(expected["product"])
    assert [tuple(map(plain, price)) for price in prices] == [
        (product["currency"], product["price"], product["regular_price"])
    ]
    stock = recorded.tuples(f"select kept_by, quantity, status from pim.stock {of_product}", *key)
    assert [tuple(map(plain, kept)) for kept in stock] == [
        (product["stock_kept_by"], product["stock_quantity"], product["stock_status"])
    ]


def test_there_are_enough_odd_products() -> None:
    products = [row["product"] for row in EXPECTED]

    assert len({(row["store_id"], row["product_id"]) for row in products}) >= 25
    assert {row["store_id"] for row in products} == {"us", "eu", "old"}
    assert {row["kind"] for row in products} == {"simple", "variable", "variation", "grouped", "external"}
    assert {"publish", "private", "future", "trash", "wc-custom-archived"} <= {row["status"] for row in products}
