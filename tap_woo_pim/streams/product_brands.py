"""Product brands: in WooCommerce since 9.6, before that by a plugin with the same route."""

from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.terms import TREE_TERM


class ProductBrandsStream(FullTableStream):
    """Product brands."""

    name = "product_brands"
    component = "brands"
    route = "products/brands"
    is_carried = True
    columns = TREE_TERM
