"""The page on the model tells of all tables and columns there are, and its queries answer."""

from __future__ import annotations

import re

import pytest

from tests.model.warehouse import CHECKOUT, Warehouse

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


def test_there_are_ten_queries() -> None:
    assert len(QUERIES) == 10


@pytest.mark.parametrize("query", QUERIES, ids=range(1, len(QUERIES) + 1))
def test_query_of_the_page_answers(recorded: Warehouse, query: str) -> None:
    assert recorded.rows(query)
