"""Variations of variable products, by the best route that the store has."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Listing, Row
from tap_woo_pim.pagination.reader import read, read_many
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
from tap_woo_pim.store.connection import ANALYTICS, FLAT_VARIATIONS
from tap_woo_pim.streams.changing import Stretch
from tap_woo_pim.streams.inheriting import PRODUCT_FIELDS, PRODUCTS, WITHOUT_VARIATIONS, InheritingStream
from tap_woo_pim.streams.sellable import DATES, DOWNLOADS, PRICES, REST, SHIPPING_CLASS, SIZE, STOCK
from tap_woo_pim.sync.context import Run

PER_PRODUCT_ROUTE = "products/{}/variations"


class ProductVariationsStream(InheritingStream):
    """Variations of all products, the trash included.

    `/wc/v3/variations` lists them all since 10.3 and `/wc-analytics/variations` since 4.0; a store with neither is
    asked product by product. The three differ, so one meaning is kept: `name` is the texts of the options, joined by
    ", " (as wc/v3 of 11.0.1 has it), `type` is "variation" where the route leaves it out (5.9.0), and `parent_id` is
    always there.
    """

    name = "product_variations"
    component = "variations"
    route = FLAT_VARIATIONS
    is_soon = False
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
        return run.store.has(PER_PRODUCT_ROUTE)

    @property
    @override
    def list_path(self) -> str:
        if self.store.has(self.route):
            return self.store.path(self.route)
        if self.store.routes.has(f"{ANALYTICS}/{FLAT_VARIATIONS}"):
            return f"{ANALYTICS}/{FLAT_VARIATIONS}"
        return self.store.path(PRODUCTS)

    @property
    @override
    def is_read_per_product(self) -> bool:
        return self.list_path == self.store.path(PRODUCTS)

    @property
    @override
    def unit(self) -> str:
        return "products" if self.is_read_per_product else "rows"

    @override
    def normalise(self, row: Row) -> Row:
        attributes = row.get("attributes")
        if isinstance(attributes, list) and all(isinstance(attribute, dict) for attribute in attributes):
            row["name"] = ", ".join(str(attribute.get("option", "")) for attribute in attributes)
        row.setdefault("type", "variation")
        if "visible" in row and "status" not in row:  # wc/v2 says it so
            row["status"] = "publish" if row["visible"] else "private"
        return row

    @override
    def row_fields(self) -> dict[str, Any]:
        """Ask for the options too wherever the name is wanted, which is made of them."""
        params = super().row_fields()
        names = params.get("_fields", "").split(",")
        if "name" in names and "attributes" not in names:
            params["_fields"] = ",".join(sorted([*names, "attributes"]))
        return params

    @override
    def list_parameters(self) -> dict[str, Any]:
        if self.is_read_per_product:
            return {"_fields": PRODUCT_FIELDS}
        return super().list_parameters()

    @override
    def stretches(self, listing: Listing) -> Iterator[Stretch]:
        if not self.is_read_per_product:
            yield from super().stretches(listing)
            return
        begun = deque[tuple[Stretch, deque[int]]]()
        for part, rows in read_many(self.store, self._parts(listing, begun)):
            while not begun[0][1]:
                yield begun.popleft()[0]
            parents = begun[0][1]
            listing.unread.extend(part.unread)
            part.unread.clear()
            missing = part.walk.missing if part.walk.done else 0
            yield Stretch([], [{**row, "parent_id": parents[0]} for row in rows], None, None, missing)
            if part.walk.done:
                parents.popleft()
        yield from (stretch for stretch, _ in begun)

    def _parts(self, listing: Listing, begun: deque[tuple[Stretch, deque[int]]]) -> Iterator[Listing]:
        """Yield the lists below the products of each page, those of the next one while the last are under way.

        Args:
            listing: the list of products.
            begun: gets each page, and the parents of its lists in their order, which shows when all are read. Only then
                is the page given on, since the state can say only behind which products it is; rows need not wait.
        """
        for products in read(self.store, listing):
            ids = [product["id"] for product in products if product.get("type") not in WITHOUT_VARIATIONS]
            parts = [(id_, part) for id_ in ids for part in self._of_parent(id_)]
            stretch = Stretch(products, [], listing.walk.offset, listing.walk.seen)
            begun.append((stretch, deque(id_ for id_, _ in parts)))
            yield from (part for _, part in parts)

    def _of_parent(self, parent_id: int) -> Iterator[Listing]:
        path = self.store.path(PER_PRODUCT_ROUTE)
        for status in self.statuses(path):
            listing = self.listing(path.format(parent_id), {**self.row_fields(), **status})
            listing.part = f" of product {parent_id}"
            listing.known_fields = self.known_fields(listing.params)
            yield listing
