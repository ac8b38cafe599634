"""Finds out which fields the rows of a list have."""

from __future__ import annotations

import logging

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.reading import as_list
from tap_woo_pim.shop import Shop

logger = logging.getLogger("tap-woo-pim")


def find_fields(shop: Shop, path: str, about: str) -> set[str]:
    """Find the fields of a list's rows.

    Fields are asked for by name, so those of plugins have to be found first: in the schema that the store declares
    (OPTIONS), and in one row, since many plugins add fields without declaring them.

    Args:
        shop: the shop.
        path: the list's path below the API root.
        about: the list's name for messages.

    Returns:
        Their names, as far as the store tells them.
    """
    names: set[str] = set()
    try:
        sample = shop.get(path, {"per_page": 1, "status": "any"}, about=about).data
        names.update(*(row for row in as_list(shop, about, sample) if isinstance(row, dict)))
        declared = shop.options(path, about=about)
        names.update(declared["schema"]["properties"])
    except (FatalAPIError, RetriableAPIError, KeyError, TypeError) as error:
        # The row may be one that the store cannot deliver, some firewalls let no OPTIONS through, and some plugins
        # declare no schema: then these fields are not known, and all else is read.
        logger.debug("the store does not tell all of its fields: %s", error)
    return names
