"""Products of all types and statuses, the trash included."""

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.records.columns import (
    BOOLEAN,
    ID,
    INTEGER,
    LIST,
    TERMS,
    TEXT,
    TEXT_OR_NONE,
    Column,
)
from tap_woo_pim.streams.base import Turn
from tap_woo_pim.streams.incremental import IncrementalStream
from tap_woo_pim.streams.sellable import DATES, DOWNLOADS, PRICES, REST, SHIPPING_CLASS, SIZE, STOCK


class ProductsStream(IncrementalStream):
    """Products of all types and statuses, the trash included.

    Attributes:
        ratings: how many ratings all products have, without those in the trash; None if this run did not read them all
            or a row does not say.
    """

    ratings: int | None = None

    name = "products"
    turn = Turn.PRODUCTS
    component = "products"
    route = "products"
    columns = (
        Column("id", ID),
        Column("name", TEXT, "HTML entities as the store sends them."),
        Column("slug", TEXT, "With __trashed behind it in the trash."),
        Column("permalink", TEXT),
        *DATES,
        Column("type", TEXT, "simple, variable, grouped, external or a plugin's."),
        Column("status", TEXT, "publish, private, draft, pending, future, trash or a plugin's."),
        Column("featured", BOOLEAN),
        Column("catalog_visibility", TEXT),
        Column("description", TEXT),
        Column("short_description", TEXT),
        *PRICES,
        Column("purchasable", BOOLEAN),
        Column("total_sales", INTEGER),
        *DOWNLOADS,
        Column("external_url", TEXT_OR_NONE),
        Column("button_text", TEXT_OR_NONE),
        Column("tax_status", TEXT),
        Column("tax_class", TEXT, "Slug; empty for the standard rate."),
        Column("manage_stock", BOOLEAN),
        *STOCK,
        Column("sold_individually", BOOLEAN),
        *SIZE,
        Column("shipping_required", BOOLEAN),
        Column("shipping_taxable", BOOLEAN),
        *SHIPPING_CLASS,
        Column("reviews_allowed", BOOLEAN),
        Column("post_password", TEXT_OR_NONE),
        Column("average_rating", TEXT_OR_NONE),
        Column("rating_count", INTEGER),
        Column("upsell_ids", LIST),
        Column("cross_sell_ids", LIST),
        Column("parent_id", INTEGER, "0 for none."),
        Column("purchase_note", TEXT_OR_NONE),
        Column("categories", LIST, "Objects of id, name, slug."),
        Column("brands", TERMS, "Objects of id, name, slug; since 9.6."),
        Column("tags", LIST, "Objects of id, name, slug."),
        Column("images", LIST, "The first is the main one."),
        Column("has_options", BOOLEAN),
        Column("attributes", LIST, "id above 0: global; 0: local. options are names, not ids."),
        Column("default_attributes", LIST),
        Column("variations", LIST, "IDs of the published and private ones."),
        Column("grouped_products", LIST, "IDs."),
        *REST,
    )

    @override
    def begin_full(self) -> None:
        self.ratings = 0

    @override
    def normalise(self, row: Row) -> Row:
        if row.get("status") != "trash" and self.ratings is not None:
            count = row.get("rating_count")  # missing where the column is not selected
            self.ratings = self.ratings + count if isinstance(count, int) else None
        return row
