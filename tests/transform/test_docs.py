"""The page on the model tells of all tables and columns there are, and its queries answer."""

from __future__ import annotations

import re
import runpy

import pytest
import yaml  # type: ignore[import-untyped]

from tests.support.warehouse import CHECKOUT, Warehouse

MODELS = CHECKOUT / "transform" / "models" / "marts" / "_marts.yml"
PAGE = (CHECKOUT / "docs" / "pim-model.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def test_models_describe_every_table_with_its_columns_and_types(recorded: Warehouse) -> None:
    described = {
        model["name"]: [(column["name"], column["data_type"]) for column in model["columns"]]
        for model in yaml.safe_load(MODELS.read_text("utf-8"))["models"]
    }
    found = recorded.rows(
        "select table_name, array_agg(column_name::text order by ordinal_position) as names,"
        " array_agg(format_type(attributes.atttypid, null) order by ordinal_position) as types"
        " from information_schema.columns join pg_attribute as attributes"
        " on attributes.attrelid = format('pim.%I', table_name)::regclass and attributes.attname = column_name"
        " where table_schema = 'pim' and table_name not like 'live_%' group by table_name"
    )

    assert described == {
        row["table_name"]: list(
            zip(row["names"], [kind.removesuffix(" without time zone") for kind in row["types"]], strict=True)
        )
        for row in found
    }


def test_page_is_as_the_models_describe_the_tables() -> None:
    assert runpy.run_path(str(CHECKOUT / "transform" / "write_docs.py"))["written"](PAGE) == PAGE


def test_every_live_view_is_named_and_has_the_columns_of_its_table(recorded: Warehouse) -> None:
    views = [table for table in recorded.tables("pim") if table.startswith("live_")]

    assert len(views) == len({*re.findall(r"`(live_(?!x`)\w+)`", PAGE)})
    for view in views:
        assert f"`{view}`" in PAGE
        assert recorded.columns(view) == recorded.columns(view.removeprefix("live_"))


def test_all_that_master_products_are_compared_by_is_named(recorded: Warehouse) -> None:
    section = PAGE.split("### master_product_differences")[1].split("\nKey: ")[0]
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
EMPTY = {"product_translations"}
"""Tables that say nothing of the recorded stores: none has a language plugin."""
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

    assert found["joined"] or many in EMPTY
    assert (one, many) in MAY_LACK or not found["lone"]
