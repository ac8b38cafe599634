"""The settings of WooCommerce itself (11.0.1, 9.9.5, 5.9.0) in three groups.

Plugins add theirs to the same groups, passwords among them, so only these are read. The address for mails about stock
is left out too.
"""

PREFIX = "woocommerce_"

GROUPS = ("general", "products", "tax")

GENERAL = frozenset(
    [
        "store_address",
        "store_address_2",
        "store_city",
        "store_postcode",
        "default_country",
        "allowed_countries",
        "all_except_countries",
        "specific_allowed_countries",
        "ship_to_countries",
        "specific_ship_to_countries",
        "default_customer_address",
        "address_autocomplete_enabled",
        "calc_taxes",
        "enable_coupons",
        "calc_discounts_sequentially",
        "currency",
        "currency_pos",
        "price_thousand_sep",
        "price_decimal_sep",
        "price_num_decimals",
    ]
)

PRODUCTS = frozenset(
    [
        "shop_page_id",
        "cart_redirect_after_add",
        "enable_ajax_add_to_cart",
        "placeholder_image",
        "weight_unit",
        "dimension_unit",
        "enable_reviews",
        "review_rating_verification_label",
        "review_rating_verification_required",
        "enable_review_rating",
        "review_rating_required",
        "manage_stock",
        "hold_stock_minutes",
        "notify_low_stock",
        "notify_no_stock",
        "notify_backorder",
        "notify_low_stock_amount",
        "notify_no_stock_amount",
        "hide_out_of_stock_items",
        "stock_format",
        "file_download_method",
        "downloads_redirect_fallback_allowed",
        "downloads_require_login",
        "downloads_grant_access_after_payment",
        "downloads_deliver_inline",
        "downloads_add_hash_to_filename",
        "downloads_count_partial",
        "attribute_lookup_enabled",
        "attribute_lookup_direct_updates",
        "attribute_lookup_optimized_updates",
        "product_match_featured_image_by_sku",
    ]
)

TAX = frozenset(
    [
        "prices_include_tax",
        "tax_based_on",
        "shipping_tax_class",
        "tax_round_at_subtotal",
        "tax_classes",
        "tax_display_shop",
        "tax_display_cart",
        "price_display_suffix",
        "tax_total_display",
    ]
)

OWN = frozenset(f"{PREFIX}{name}" for name in GENERAL | PRODUCTS | TAX)
"""Ids of the settings that are read."""
