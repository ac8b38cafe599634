"""Names of the custom fields that products have."""

from __future__ import annotations

from collections.abc import Iterator

from tap_woo_pim._compat import override
from tap_woo_pim.columns import CODE, Column
from tap_woo_pim.listing import Listing, Row, Unread, as_list, key_of
from tap_woo_pim.pagination import MAX_PAGE_SIZE
from tap_woo_pim.streams.lists import ListStream

MAX_PAGES = 1000
"""So many pages of 100 names mean that the list never ends."""

TRIES = 3
"""So often are the names read while some come or go."""


class ProductCustomFieldsStream(ListStream):
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

        Pages cannot overlap, so only the total tells that names moved from one to another; then all are read again.
        """
        listing = self.listing(self.shop.path(self.route), {"order": "asc"})
        for _ in range(TRIES):
            names, totals = self._read(listing)
            if len(totals) < 2:
                break
        total = max(totals)
        if len(totals) > 1:
            listing.unread.append(Unread("offset 0", "names came or went each time that they were read"))
        elif len(names) < total:
            listing.unread.append(Unread("offset 0", f"the shop counts {total} names and sent {len(names)}"))
        yield listing, [{"name": name} for name in names]

    def _read(self, listing: Listing) -> tuple[list[str], set[int]]:
        """Read all pages once.

        Returns:
            The names, and all the totals that the pages told; 0 alone where they tell none.
        """
        names: dict[str, None] = {}
        totals = set[int]()
        page, known = 0, -1
        while page < MAX_PAGES and len(names) > known and (not totals or page * MAX_PAGE_SIZE < max(totals)):
            page, known = page + 1, len(names)
            params = {**listing.params, "per_page": MAX_PAGE_SIZE, "page": page}
            answer = self.shop.get(listing.path, params, about=self.name)
            if answer.total is not None:
                totals.add(answer.total)
            sent = as_list(self.shop, self.name, answer.data)
            kept = [key_of({"name": name}, "name", CODE) for name in sent]
            names.update(dict.fromkeys(name for name in kept if name is not None))
        return list(names), totals or {0}
