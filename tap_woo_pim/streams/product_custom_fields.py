"""Names of the custom fields that products have."""

from __future__ import annotations

from collections.abc import Iterator

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Listing, Row, Unread, key_of
from tap_woo_pim.pagination.paginator import MAX_PAGE_SIZE
from tap_woo_pim.records.columns import CODE, Column
from tap_woo_pim.streams.full_table import FullTableStream

MAX_PAGES = 1000
"""So many pages of 100 names mean that the list never ends."""

ALL = "all"
"""The position of what is missing somewhere in the list."""

ENDLESS = Unread(ALL, "the pages never end")
CAME_OR_WENT = "names came or went each time that they were read"

TRIES = 3
"""So often are the names read while some come or go."""


class ProductCustomFieldsStream(FullTableStream):
    """Names of the custom fields that products have, private ones (with a leading _) left out by the store."""

    name = "product_custom_fields"
    component = "custom_fields"
    route = "products/custom-fields/names"
    is_soon = False
    primary_keys = ("store_id", "name")
    columns = (Column("name", CODE),)

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        """Read page by page: the route has no `offset`, and its rows are bare texts.

        Pages cannot overlap, so only the total tells that names are missing, or moved from one to another; then all are
        read again. Without a total they are read until they come alike twice.
        """
        listing = self.listing(self.store.path(self.route), {"order": "asc"})
        names: list[str] = []
        for _ in range(TRIES):
            listing.unread.clear()
            last, (names, totals) = names, self._read(listing)
            is_alike = len(names) in totals if totals else names == last
            if (is_alike and len(totals) < 2 and not listing.unread) or ENDLESS in listing.unread:
                break
        else:
            if not listing.unread:
                missing = f"the store counts {max(totals, default=0)} names and sent {len(names)}"
                listing.unread.append(Unread(ALL, missing if len(totals) == 1 else CAME_OR_WENT))
        listing.walk.done = True
        yield listing, [{"name": name} for name in names]

    def _read(self, listing: Listing) -> tuple[list[str], set[int]]:
        """Read all pages once; what cannot be used of them is named in the list.

        Returns:
            The names, and all the totals that the pages told, those left out that are smaller than what came.
        """
        names: dict[str, None] = {}
        totals = set[int]()
        for page in range(MAX_PAGES):
            params = {**listing.params, "per_page": MAX_PAGE_SIZE, "page": page + 1}
            answer = self.store.get(listing.path, params, about=self.name)
            sent, known = answer.data, len(names)
            begin = page * MAX_PAGE_SIZE
            for place, name in enumerate(sent, begin):
                key = key_of({"name": name}, "name", CODE)
                if key is None:
                    listing.unread.append(Unread(f"offset {place}", "the name cannot be used"))
                else:
                    names[key] = None
            if answer.total is not None and answer.total >= begin + len(sent):
                totals.add(answer.total)
            if not sent or (totals and begin + MAX_PAGE_SIZE >= max(totals)):
                break
            if len(names) == known:
                listing.unread.append(Unread(f"offset {begin}", "the page holds names of earlier ones alone"))
                break
        else:
            listing.unread.append(ENDLESS)
        return list(names), {total for total in totals if total >= len(names)}
