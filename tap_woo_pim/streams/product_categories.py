"""Product categories."""

from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.terms import TREE_TERM


class ProductCategoriesStream(FullTableStream):
    """Product categories, each with its parent."""

    name = "product_categories"
    component = "categories"
    route = "products/categories"
    is_carried = True
    columns = TREE_TERM
