"""Columns that several kinds of taxonomy term share."""

from __future__ import annotations

from tap_woo_pim.records.columns import ID, INTEGER, OBJECT, TEXT, Column

TERM = (
    Column("id", ID),
    Column("name", TEXT, "HTML entities as the store sends them."),
    Column("slug", TEXT),
    Column("description", TEXT),
    Column("count", INTEGER, "Published products that carry it."),
)

TREE_TERM = (
    *TERM,
    Column("parent", INTEGER, "ID of the parent, 0 at the top."),
    Column("display", TEXT),
    Column("image", OBJECT),
    Column("menu_order", INTEGER),
)
