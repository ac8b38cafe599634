"""Variations of variable products, by the best route that the store has."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.records.columns import (
    BOOLEAN,
    FLAG_OR_TEXT,
    ID,
    INTEGER,
    LIST,
    OBJECT,
    TEXT,
    TEXT_OR_NONE,
    Column,
)
from tap_woo_pim.store.connection import FLAT_VARIATIONS
from tap_woo_pim.streams.base import Turn
from tap_woo_pim.streams.incremental import IncrementalStream
from tap_woo_pim.streams.parent_refresh import ParentRefresh
from tap_woo_pim.streams.sellable import DATES, DOWNLOADS, PRICES, REST, SHIPPING_CLASS, SIZE, STOCK
from tap_woo_pim.streams.sources import PER_PRODUCT_ROUTE, Source, variation_source
from tap_woo_pim.sync.context import Run


class ProductVariationsStream(IncrementalStream):
    """Variations of all products, the trash included.

    `/wc/v3/variations` lists them all since 10.3 and `/wc-analytics/variations` since 4.0; in a store with neither they
    are read product by product. The three routes differ, so rows are made alike: `name` is the texts of the options,
    joined by ", " (as in wc/v3 of 11.0.1), `type` is "variation" if the route leaves it out (5.9.0), and `parent_id` is
    always there.
    """

    name = "product_variations"
    component = "variations"
    route = FLAT_VARIATIONS
    turn = Turn.VARIATIONS
    columns = (
        Column("id", ID),
        Column("parent_id", INTEGER, "ID of the variable product; 0 when it is gone."),
        Column("name", TEXT, "The options, joined by a comma."),
        Column("type", TEXT),
        Column("permalink", TEXT_OR_NONE),
        *DATES,
        Column("description", TEXT),
        *PRICES,
        Column("status", TEXT),
        Column("purchasable", BOOLEAN),
        *DOWNLOADS,
        Column("tax_status", TEXT),
        Column("tax_class", TEXT, "Slug; empty for the standard rate, parent for the parent's."),
        Column("manage_stock", FLAG_OR_TEXT, "true, false, or parent when the parent keeps the stock."),
        *STOCK,
        *SIZE,
        *SHIPPING_CLASS,
        Column("image", OBJECT),
        Column("gallery_image_ids", LIST, "Since 11."),
        Column("attributes", LIST, 'One {id, name, option} an axis; an axis left out means "any".'),
        *REST,
    )

    @classmethod
    @override
    def is_in(cls, run: Run) -> bool:
        return run.connection.has(PER_PRODUCT_ROUTE)

    @cached_property
    @override
    def source(self) -> Source:
        return variation_source(self)

    @cached_property
    @override
    def parent_refresh(self) -> ParentRefresh | None:
        refresh = ParentRefresh(self)
        return refresh if refresh.is_possible else None

    @override
    def normalise(self, row: Row) -> Row:
        attributes = row.get("attributes")
        if isinstance(attributes, list) and all(isinstance(attribute, dict) for attribute in attributes):
            options = (TEXT.shape(attribute.get("option")) for attribute in attributes)
            row["name"] = ", ".join(option for option in options if isinstance(option, str) and option)
        row.setdefault("type", "variation")
        if "visible" in row and "status" not in row:  # as in wc/v2
            row["status"] = "publish" if row["visible"] else "private"
        return row

    @override
    def row_fields(self) -> dict[str, Any]:
        """Request the options with the name, which is made of them."""
        params = super().row_fields()
        names = params.get("_fields", "").split(",")
        if "name" in names and "attributes" not in names:
            params["_fields"] = ",".join(sorted([*names, "attributes"]))
        return params
