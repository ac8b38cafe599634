"""The page on the model tells of all tables and columns there are, and its queries answer."""

from __future__ import annotations

import re

import pytest

from tests.support.warehouse import CHECKOUT, Warehouse

PAGE = (CHECKOUT / "docs" / "pim-model.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def test_every_table_is_described_with_its_columns(recorded: Warehouse) -> None:
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]}
    tables = [table for table in recorded.tables("pim") if not table.startswith("live_")]

    assert sorted(sections) == tables
    for table in tables:
        told = re.findall(r"`(\w+)`", sections[table].split("\nColumns: ", 1)[1].split("\n\n", 1)[0])
        assert told == recorded.columns(table), table


def test_every_live_view_is_named_and_has_the_columns_of_its_table(recorded: Warehouse) -> None:
    views = [table for table in recorded.tables("pim") if table.startswith("live_")]

    assert len(views) == len({*re.findall(r"`(live_(?!x`)\w+)`", PAGE)})
    for view in views:
        assert f"`{view}`" in PAGE
        assert recorded.columns(view) == recorded.columns(view.removeprefix("live_"))


def test_all_that_master_products_are_compared_by_is_named(recorded: Warehouse) -> None:
    section = PAGE.split("### master_product_differences")[1].split("\nColumns: ")[0]
    compared = recorded.rows(
        "select distinct split_part(attribute, ' ', 1) as name from pim.master_product_differences"
    )

    assert {row["name"] for row in compared} - {"attribute"} <= {*re.findall(r"`(\w+)", section)}


def test_there_are_ten_queries() -> None:
    assert len(QUERIES) == 10


@pytest.mark.parametrize("query", QUERIES, ids=range(1, len(QUERIES) + 1))
def test_query_of_the_page_answers(recorded: Warehouse, query: str) -> None:
    assert recorded.rows(query)


ARROWS = re.findall(r"^    (\w+) \|\|--(?:o\{|\|\|) (\w+) :", PAGE, re.MULTILINE)
KEYS = {
    "stores": ("store_id",),
    "products": ("store_id", "product_id"),
    "categories": ("store_id", "category_id"),
    "brands": ("store_id", "brand_id"),
    "tags": ("store_id", "tag_id"),
    "attributes": ("store_id", "attribute_code"),
    "attribute_options": ("store_id", "attribute_code", "option_code"),
    "media": ("store_id", "media_id"),
    "custom_fields": ("store_id", "key"),
    "checks": ("check_name",),
    "master_products": ("sku",),
}
BY_PARENT = {"products": "parent_id", "categories": "parent_id"}
MAY_LACK = {
    ("products", "products"): "a variation whose parent is gone, which is a finding",
    ("master_products", "products"): "a deleted product, which is in no master product",
    ("attribute_options", "product_attribute_values"): "any option, which is none",
    ("custom_fields", "product_custom_values"): "a field of deleted products alone",
}


def test_the_diagram_shows_every_table(recorded: Warehouse) -> None:
    shown = {table for arrow in ARROWS for table in arrow}

    assert shown == {table for table in recorded.tables("pim") if not table.startswith("live_")}


@pytest.mark.parametrize(("one", "many"), ARROWS)
def test_what_the_diagram_joins_can_be_joined(recorded: Warehouse, one: str, many: str) -> None:
    theirs = [BY_PARENT[one] if one == many and column != "store_id" else column for column in KEYS[one]]
    joined = " and ".join(f"own.{there} = other.{here}" for here, there in zip(KEYS[one], theirs, strict=True))
    some = " and ".join(f"own.{column} is not null" for column in theirs)
    (found,) = recorded.rows(
        f"select count(*) filter (where other.{KEYS[one][-1]} is not null) as joined,"
        f" count(*) filter (where other.{KEYS[one][-1]} is null) as lone"
        f" from pim.{many} as own left join pim.{one} as other on {joined} where {some}"
    )

    assert found["joined"]
    assert (one, many) in MAY_LACK or not found["lone"]
