"""Product tags."""

from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.terms import TERM


class ProductTagsStream(FullTableStream):
    """Product tags."""

    name = "product_tags"
    component = "tags"
    route = "products/tags"
    is_carried = True
    columns = TERM
