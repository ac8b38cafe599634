"""Shipping classes."""

from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.terms import TERM


class ProductShippingClassesStream(FullTableStream):
    """Shipping classes, which products and variations name by slug and id."""

    name = "product_shipping_classes"
    component = "shipping_classes"
    route = "products/shipping_classes"
    is_carried = True
    columns = TERM
