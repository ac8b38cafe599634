"""Columns that products and variations share."""

from tap_woo_pim.records.columns import (
    BOOLEAN,
    ENTRIES,
    INTEGER,
    LIST,
    NUMBER,
    OBJECT,
    TEXT,
    TEXT_OR_NONE,
    UTC_TIME,
    Column,
)

DATES = (
    Column("date_created", TEXT_OR_NONE, "Site time."),
    Column("date_created_gmt", UTC_TIME),
    Column("date_modified", TEXT_OR_NONE, "Site time."),
    Column("date_modified_gmt", UTC_TIME),
)

PRICES = (
    Column("sku", TEXT_OR_NONE),
    Column("global_unique_id", TEXT_OR_NONE, "GTIN, UPC, EAN or ISBN; since 9.2."),
    Column("price", TEXT_OR_NONE, "The price now, in the store's currency."),
    Column("regular_price", TEXT_OR_NONE),
    Column("sale_price", TEXT_OR_NONE),
    Column("date_on_sale_from", TEXT_OR_NONE, "Site time."),
    Column("date_on_sale_from_gmt", UTC_TIME),
    Column("date_on_sale_to", TEXT_OR_NONE, "Site time."),
    Column("date_on_sale_to_gmt", UTC_TIME),
    Column("on_sale", BOOLEAN),
)

DOWNLOADS = (
    Column("virtual", BOOLEAN),
    Column("downloadable", BOOLEAN),
    Column("downloads", LIST, "Objects of id, name, file."),
    Column("download_limit", INTEGER, "-1 for none."),
    Column("download_expiry", INTEGER, "Days, -1 for none."),
)

STOCK = (
    Column("stock_quantity", NUMBER),
    Column("stock_status", TEXT),
    Column("backorders", TEXT),
    Column("backorders_allowed", BOOLEAN),
    Column("backordered", BOOLEAN),
    Column("low_stock_amount", NUMBER),
)
"""Come after `manage_stock`."""

SIZE = (
    Column("weight", TEXT_OR_NONE, "In the store's unit."),
    Column("dimensions", OBJECT, "length, width, height as text, in the store's unit."),
)

SHIPPING_CLASS = (
    Column("shipping_class", TEXT_OR_NONE, "Slug."),
    Column("shipping_class_id", INTEGER, "0 for none."),
)

REST = (
    Column("menu_order", INTEGER),
    Column("cost_of_goods_sold", OBJECT, "Only where the store has that feature on."),
    Column("meta_data", ENTRIES, "Objects of id, key, value; value is any JSON."),
)
