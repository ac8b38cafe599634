"""Global product attributes."""

from collections.abc import Iterator

from tap_woo_pim._compat import override
from tap_woo_pim.columns import BOOLEAN, ID, TEXT, Column
from tap_woo_pim.reading import Listing, Row
from tap_woo_pim.streams.base import ListStream
from tap_woo_pim.streams.unpaged import read_unpaged


class ProductAttributesStream(ListStream):
    """Global product attributes. Attributes that are local to a product stand in its row only."""

    name = "product_attributes"
    component = "attributes"
    route = "products/attributes"
    columns = (
        Column("id", ID),
        Column("name", TEXT),
        Column("slug", TEXT, "Taxonomy name, with pa_ in front."),
        Column("type", TEXT),
        Column("order_by", TEXT),
        Column("has_archives", BOOLEAN),
    )

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        listing = self.listing(self.shop.path(self.route), self.parameters())
        yield listing, read_unpaged(self.shop, listing, self.columns[0])
