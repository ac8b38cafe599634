"""Product tags."""

from tap_woo_pim.streams.lists import ListStream
from tap_woo_pim.streams.terms import TERM


class ProductTagsStream(ListStream):
    """Product tags."""

    name = "product_tags"
    component = "tags"
    route = "products/tags"
    is_carried = True
    columns = TERM
