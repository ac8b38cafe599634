"""The streams of the tap, one file each, in the order in which they are read."""

from tap_woo_pim.streams.base import WooStream
from tap_woo_pim.streams.product_attribute_terms import ProductAttributeTermsStream
from tap_woo_pim.streams.product_attributes import ProductAttributesStream
from tap_woo_pim.streams.product_brands import ProductBrandsStream
from tap_woo_pim.streams.product_categories import ProductCategoriesStream
from tap_woo_pim.streams.product_custom_fields import ProductCustomFieldsStream
from tap_woo_pim.streams.product_reviews import ProductReviewsStream
from tap_woo_pim.streams.product_shipping_classes import ProductShippingClassesStream
from tap_woo_pim.streams.product_tags import ProductTagsStream
from tap_woo_pim.streams.product_variations import ProductVariationsStream
from tap_woo_pim.streams.products import ProductsStream
from tap_woo_pim.streams.snapshots import SnapshotsStream
from tap_woo_pim.streams.stores import StoresStream
from tap_woo_pim.streams.sync_runs import SyncRunsStream
from tap_woo_pim.streams.tax_classes import TaxClassesStream
from tap_woo_pim.streams.unread_rows import UnreadRowsStream

STREAMS: tuple[type[WooStream], ...] = (
    StoresStream,
    TaxClassesStream,
    ProductShippingClassesStream,
    ProductAttributesStream,
    ProductAttributeTermsStream,
    ProductCategoriesStream,
    ProductTagsStream,
    ProductBrandsStream,
    ProductsStream,
    ProductVariationsStream,  # after products: the walk over parents must not run ahead of them
    ProductCustomFieldsStream,
    ProductReviewsStream,
    SnapshotsStream,
    UnreadRowsStream,
    SyncRunsStream,  # last: its row says how all of this ended
)
