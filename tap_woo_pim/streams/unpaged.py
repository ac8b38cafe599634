"""Reading of lists that ignore paging: every page of them is the whole list (11.0.1, 9.9.5, 5.9.0)."""

from __future__ import annotations

from tap_woo_pim.reading import Listing, Row, Unread, as_list
from tap_woo_pim.shop import Shop


def read_unpaged(shop: Shop, listing: Listing, key: str) -> list[Row]:
    """Read a list in one request.

    Args:
        shop: the shop.
        listing: the list; rows without a usable key are named in it as unread.
        key: the field that tells the rows apart.

    Returns:
        The rows that have the key.
    """
    data = shop.get(listing.path, dict(listing.params), about=listing.about).data
    rows = []
    for place, row in enumerate(as_list(shop, listing.about, data)):
        if isinstance(row, dict) and row.get(key) and isinstance(row[key], int | str):
            rows.append(row)
        else:
            listing.unread.append(Unread(f"offset {place}", f"the row has no usable {key}"))
    return rows
