"""Global product attributes."""

from tap_woo_pim.columns import BOOLEAN, ID, TEXT, Column
from tap_woo_pim.streams.unpaged import UnpagedStream


class ProductAttributesStream(UnpagedStream):
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
