"""Product reviews, unapproved ones included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.records.columns import BOOLEAN, ID, INTEGER, OBJECT, TEXT, TEXT_OR_NONE, UTC_TIME, Column
from tap_woo_pim.streams.base import Turn
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.products import ProductsStream


class ProductReviewsStream(FullTableStream):
    """Product reviews. They have no date of modification, so they are read whole."""

    name = "product_reviews"
    component = "reviews"
    route = "products/reviews"
    turn = Turn.LATE
    columns = (
        Column("id", ID),
        Column("date_created", TEXT_OR_NONE, "Site time."),
        Column("date_created_gmt", UTC_TIME),
        Column("product_id", INTEGER),
        Column("product_name", TEXT),
        Column("product_permalink", TEXT),
        Column("status", TEXT),
        Column("reviewer", TEXT),
        Column(
            "reviewer_email",
            TEXT_OR_NONE,
            "Personal data: comes only when selected.",
            selected_by_default=False,
        ),
        Column("review", TEXT),
        Column("rating", INTEGER, "1 to 5, 0 for none."),
        Column("verified", BOOLEAN),
        Column(
            "reviewer_avatar_urls",
            OBJECT,
            "Personal data: the links hold a hash of the email address.",
            selected_by_default=False,
        ),
    )

    _ratings = 0

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        for listing, rows in super().read_lists():
            self._ratings += sum(row.get("status") == "approved" and bool(row.get("rating")) for row in rows)
            yield listing, rows

    @override
    def explains_vanished(self) -> bool:
        """Return whether every rating that the products count is in the list.

        The reviews of products that were trashed or deleted leave it with them. A product counts its approved reviews
        with stars (11.0.1, 9.9.5, 5.9.0), so a list with as many of these lacks none of the remaining products. If no
        product counts any, an empty list is right.
        """
        products = self._tap.streams.get(ProductsStream.name)
        if not isinstance(products, ProductsStream) or products.ratings is None:
            return False
        return not self.run.progress.accounts[products.name].is_incomplete and products.ratings <= self._ratings

    @override
    def parameters(self) -> dict[str, Any]:
        # Without it only approved reviews are listed (11.0.1, 9.9.5, 5.9.0).
        return {**super().parameters(), "status": "all"}
