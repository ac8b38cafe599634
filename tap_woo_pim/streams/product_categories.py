"""Product categories."""

from tap_woo_pim.streams.lists import ListStream
from tap_woo_pim.streams.terms import TREE_TERM


class ProductCategoriesStream(ListStream):
    """Product categories, each with its parent."""

    name = "product_categories"
    component = "categories"
    route = "products/categories"
    is_carried = True
    columns = TREE_TERM
