"""Names of the custom fields that products have."""

from __future__ import annotations

from collections.abc import Iterator

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row, Unread
from tap_woo_pim.pagination.page_size import MAX_PAGE_SIZE
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.records.columns import CODE, Column, key_of
from tap_woo_pim.streams.base import Turn
from tap_woo_pim.streams.full_table import FullTableStream

MAX_PAGES = 1000
"""After this many pages of 100 names the list counts as endless."""

ALL = "all"
"""The position of names that are missing somewhere in the list."""


class ProductCustomFieldsStream(FullTableStream):
    """Names of the custom fields that products have. The store leaves out private ones (with a leading _)."""

    name = "product_custom_fields"
    component = "custom_fields"
    route = "products/custom-fields/names"
    turn = Turn.LATE
    primary_keys = ("store_id", "name")
    columns = (Column("name", CODE),)

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        """Read page by page: the route has no `offset`, and its rows are plain texts.

        Pages cannot overlap, so only the total shows that names came or went meanwhile. Then the list is incomplete,
        and the next run reads it again.
        """
        listing = self.listing(self.connection.path(self.route), {"order": "asc"})
        names: dict[str, None] = {}
        totals = set[int | None]()
        unusable = 0
        for page in range(MAX_PAGES):
            params = {**listing.params, "per_page": MAX_PAGE_SIZE, "page": page + 1}
            answer = self.connection.get(listing.path, params, subject=self.name)
            totals.add(answer.total)
            begin = page * MAX_PAGE_SIZE
            for position, name in enumerate(answer.data, begin):
                key = key_of({"name": name}, "name", CODE)
                if key is None:
                    unusable += 1
                    listing.unread.append(Unread(f"offset {position}", "the name cannot be used"))
                else:
                    names[key] = None
            if not answer.data or (answer.total is not None and begin + MAX_PAGE_SIZE >= answer.total):
                break
        else:
            listing.unread.append(Unread(ALL, "the pages never end"))
        if not totals <= {None, len(names) + unusable}:
            counted = " or ".join(f"{total}" for total in sorted(filter(None, totals)))
            listing.unread.append(Unread(ALL, f"the store counts {counted} names and sent {len(names) + unusable}"))
        listing.paginator.done, listing.paginator.total = True, answer.total
        yield listing, [{"name": name} for name in names]
