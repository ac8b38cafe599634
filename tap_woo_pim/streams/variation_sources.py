"""The sources of products and variations: one list of them all, or a list below each product."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing, read, read_many
from tap_woo_pim.store.connection import ANALYTICS, FLAT_VARIATIONS
from tap_woo_pim.sync.bookmark import MODIFIED

if TYPE_CHECKING:
    from tap_woo_pim.streams.incremental import IncrementalStream

PRODUCTS = "products"

PER_PRODUCT_ROUTE = "products/{}/variations"

PRODUCT_FIELDS = f"id,type,{MODIFIED}"
"""The fields of a product that show whether its variations have to be read."""

WITHOUT_VARIATIONS = {"simple", "grouped", "external"}
"""WooCommerce's own types without variations; types of plugins may have some, such as variable-subscription."""


class PagePart(NamedTuple):
    """A page of a list, or some rows below it, which come before the page.

    Attributes:
        listed: the rows of the list, with the dates by which it is filtered.
        rows: the stream's rows: the same, unless variations are read product by product.
        offset: where the list continues after the page; None for rows below it.
        seen: the largest id read so far.
        missing: how many of the stream's rows below the list the store counted and did not send.
    """

    listed: list[Row]
    rows: list[Row]
    offset: int | None
    seen: int | None
    missing: int = 0


class FlatSource:
    """One list of all rows.

    Args:
        stream: the stream that is read.
        path: the list's path below the API root.

    Attributes:
        unit: what the list contains.
        is_flat: whether its rows are those of the stream.
    """

    unit = "rows"
    is_flat = True

    def __init__(self, stream: IncrementalStream, path: str) -> None:
        self.stream = stream
        self.path = path

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the list, without those of status and date."""
        return self.stream.row_fields()

    def parts(self, listing: Listing) -> Iterator[PagePart]:
        """Yield the pages of the list."""
        for rows in read(self.stream.connection, listing):
            yield PagePart(rows, rows, listing.paginator.offset, listing.paginator.seen)


class PerProductSource(FlatSource):
    """A list of variations below each product, for stores without a list of them all (before 4.0)."""

    unit = PRODUCTS
    is_flat = False

    def __init__(self, stream: IncrementalStream) -> None:
        super().__init__(stream, stream.connection.path(PRODUCTS))

    @override
    def parameters(self) -> dict[str, Any]:
        return {"_fields": PRODUCT_FIELDS}

    @override
    def parts(self, listing: Listing) -> Iterator[PagePart]:
        begun = deque[tuple[PagePart, deque[int]]]()
        for lower, rows in read_many(self.stream.connection, self._lower_lists(listing, begun)):
            while not begun[0][1]:
                yield begun.popleft()[0]
            parents = begun[0][1]
            listing.unread.extend(lower.unread)
            lower.unread.clear()
            missing = lower.paginator.missing if lower.paginator.done else 0
            yield PagePart([], [{**row, "parent_id": parents[0]} for row in rows], None, None, missing)
            if lower.paginator.done:
                parents.popleft()
        yield from (part for part, _ in begun)

    def _lower_lists(self, listing: Listing, begun: deque[tuple[PagePart, deque[int]]]) -> Iterator[Listing]:
        """Yield the lists below the products of each page, those of the next page while the last are in flight.

        Args:
            listing: the list of products.
            begun: gets each page with the parents of its lists in order, which shows when all have been read. Only then
                is the page yielded, since the state knows only which products are done; rows need not wait.
        """
        for products in read(self.stream.connection, listing):
            ids = [product["id"] for product in products if product.get("type") not in WITHOUT_VARIATIONS]
            lower = [(id_, one) for id_ in ids for one in self._of_parent(id_)]
            part = PagePart(products, [], listing.paginator.offset, listing.paginator.seen)
            begun.append((part, deque(id_ for id_, _ in lower)))
            yield from (one for _, one in lower)

    def _of_parent(self, parent_id: int) -> Iterator[Listing]:
        stream = self.stream
        path = stream.connection.path(PER_PRODUCT_ROUTE)
        for status in stream.statuses(path):
            listing = stream.listing(path.format(parent_id), {**stream.row_fields(), **status})
            listing.part = f" of product {parent_id}"
            listing.known_fields = stream.known_fields(listing.params)
            yield listing


def variation_source(stream: IncrementalStream) -> FlatSource:
    """Return the best source of variations that the store has."""
    connection = stream.connection
    if connection.has(FLAT_VARIATIONS):
        return FlatSource(stream, connection.path(FLAT_VARIATIONS))
    if connection.routes.has(f"{ANALYTICS}/{FLAT_VARIATIONS}"):
        return FlatSource(stream, f"{ANALYTICS}/{FLAT_VARIATIONS}")
    return PerProductSource(stream)
