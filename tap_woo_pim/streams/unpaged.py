"""Reading of lists that ignore paging: every page of them is the whole list (11.0.1, 9.9.5, 5.9.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.reading import Listing, Row, Unread

if TYPE_CHECKING:
    from tap_woo_pim.streams.base import ListStream


def read_unpaged(stream: ListStream) -> tuple[Listing, list[Row]]:
    """Read a list in one request.

    Returns:
        The list and its rows. Rows without the stream's key are named as unread in the list.
    """
    listing = stream.listing(stream.shop.path(stream.route), stream.parameters())
    data = stream.shop.get(listing.path, dict(listing.params), about=listing.about).data
    if not isinstance(data, list):
        raise RetriableAPIError(
            f"{stream.shop.client.place(listing.about)}: it answered with something that is no list."
        )
    key = stream.primary_keys[-1]
    rows = []
    for place, row in enumerate(data):
        if isinstance(row, dict) and row.get(key):
            rows.append(row)
        else:
            listing.unread.append(Unread(f"offset {place}", f"the row has no {key}"))
    return listing, rows
