"""Global product attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row, Unread
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.records.columns import BOOLEAN, ID, TEXT, Column
from tap_woo_pim.streams.unpaged import UnpagedStream


class ProductAttributesStream(UnpagedStream):
    """Global product attributes. Attributes that are local to a product stand in its row only.

    Attributes:
        ids: the ids of the attributes read in this run.
        unread: the ones that could not be read.
        total: how many the store counts; None if it does not say.
    """

    name = "product_attributes"
    component = "attributes"
    route = "products/attributes"
    is_carried = True
    columns = (
        Column("id", ID),
        Column("name", TEXT),
        Column("slug", TEXT, "Taxonomy name, with pa_ in front."),
        Column("type", TEXT),
        Column("order_by", TEXT),
        Column("has_archives", BOOLEAN),
    )
    ids: Sequence[int] = ()
    unread: Sequence[Unread] = ()
    total: int | None = None

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        for listing, rows in super().read_lists():
            self.ids, self.unread = [row["id"] for row in rows], tuple(listing.unread)
            self.total = listing.paginator.total
            yield listing, rows
