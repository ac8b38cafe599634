"""Tax classes."""

from collections.abc import Iterator

from tap_woo_pim._compat import override
from tap_woo_pim.columns import CODE, TEXT, Column
from tap_woo_pim.reading import Listing, Row
from tap_woo_pim.streams.base import ListStream
from tap_woo_pim.streams.unpaged import read_unpaged


class TaxClassesStream(ListStream):
    """Tax classes, which products name by slug; an empty tax_class there is the class "standard"."""

    name = "tax_classes"
    component = "tax_classes"
    route = "taxes/classes"
    primary_keys = ("store_id", "slug")
    columns = (Column("slug", CODE), Column("name", TEXT))

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        listing = self.listing(self.shop.path(self.route), self.parameters())
        yield listing, read_unpaged(self.shop, listing, self.columns[0])
