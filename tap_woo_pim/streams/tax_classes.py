"""Tax classes."""

from tap_woo_pim.records.columns import CODE, TEXT, Column
from tap_woo_pim.streams.unpaged import UnpagedStream


class TaxClassesStream(UnpagedStream):
    """Tax classes, which products name by slug; an empty tax_class there is the class "standard"."""

    name = "tax_classes"
    component = "tax_classes"
    route = "taxes/classes"
    primary_keys = ("store_id", "slug")
    columns = (Column("slug", CODE), Column("name", TEXT))
