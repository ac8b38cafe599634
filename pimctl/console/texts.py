"""The texts of the console: English in the sources, other languages as gettext catalogues in ``locale/``.

The language is that of the server's environment (``LANGUAGE``, ``LC_ALL``, ``LC_MESSAGES``, ``LANG``).
``locale/console.pot`` lists every text; ``make texts`` updates it.
"""

from __future__ import annotations

import gettext
from pathlib import Path

from tap_woo_pim.config.settings import COMPONENTS

LOCALES = Path(__file__).parent / "locale"
TRANSLATION = gettext.translation("console", LOCALES, fallback=True)
LANGUAGE = TRANSLATION.info().get("language", "en")
_ = TRANSLATION.gettext
ngettext = TRANSLATION.ngettext


def components() -> dict[str, str]:
    """Return the name of each sync component; one that is not listed here has the name of the settings."""
    names = {
        "products": _("Products"),
        "variations": _("Variations"),
        "categories": _("Categories"),
        "tags": _("Tags"),
        "brands": _("Brands"),
        "attributes": _("Attributes"),
        "shipping_classes": _("Shipping classes"),
        "tax_classes": _("Tax classes"),
        "custom_fields": _("Custom fields"),
        "reviews": _("Reviews"),
    }
    return {name: names.get(name, name.replace("_", " ").capitalize()) for name in COMPONENTS}


def stream(name: str) -> str:
    """Return the name of a stream, that of its component, but of the one that a component brings besides."""
    if name == "product_attribute_terms":
        return _("Attribute terms")
    return components().get(name.removeprefix("product_"), name.replace("_", " ").capitalize())


def labels() -> dict[str, str]:
    """Return the name of each field of the form of a store, by its setting where it is one."""
    return {
        "site_url": _("Store address"),
        "consumer_key": _("Consumer key"),
        "consumer_secret": _("Consumer secret"),
        "sync_components": _("Sync components"),
        "schedule": _("Sync"),
        "cron": _("Cron fields"),
        "id": _("Short name"),
        "http_user": _("Web server user"),
        "http_password": _("Web server password"),
        "auth_method": _("Authentication"),
        "requests_per_second": _("Requests per second"),
        "ca_bundle": _("CA certificate file"),
    }


def facts() -> dict[str, str]:
    """Return the name of each compared fact of a product, as ``pim.master_product_differences`` calls it."""
    return {
        "name": _("Name"),
        "kind": _("Kind"),
        "status": _("Status"),
        "gtin": _("GTIN"),
        "regular_price": _("Regular price"),
        "sale_price": _("Sale price"),
        "stock": _("Stock"),
        "categories": _("Categories"),
        "brands": _("Brands"),
        "tags": _("Tags"),
        "tax_class": _("Tax class"),
        "weight": _("Weight"),
        "length": _("Length"),
        "width": _("Width"),
        "height": _("Height"),
        "modified_at": _("Changed in the store"),
        "short_description": _("Short description"),
        "description": _("Description"),
    }


def kinds() -> dict[str, str]:
    """Return the name of each kind of product that WooCommerce has itself."""
    return {
        "simple": _("Simple"),
        "variable": _("Variable"),
        "variation": _("Variation"),
        "grouped": _("Grouped"),
        "external": _("External"),
    }


def severities() -> dict[str, str]:
    """Return the name of each severity of a finding."""
    return {"error": _("Error"), "warning": _("Warning"), "info": _("Note")}


def roles() -> dict[str, str]:
    """Return the name of each role of a user."""
    return {"manager": _("Manager"), "viewer": _("Viewer")}


def stock_states() -> dict[str, str]:
    """Return the name of each stock status of WooCommerce."""
    return {"instock": _("in stock"), "outofstock": _("out of stock"), "onbackorder": _("on backorder")}


def schedules() -> dict[str, str]:
    """Return the words for the schedules that the form offers, by a pattern of their cron fields."""
    return {
        r"\*/15 \* \* \* \*": _("every 15 minutes"),
        r"\d+ \* \* \* \*|@hourly": _("every hour"),
        r"\d+ \*/6 \* \* \*": _("every 6 hours"),
    }
