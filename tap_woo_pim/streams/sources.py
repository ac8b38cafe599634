"""The sources of products and variations: one list of them all, or lists below products."""

from __future__ import annotations

import datetime
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing, read, read_many
from tap_woo_pim.sync.context import TIME_FORMAT
from tap_woo_pim.sync.progress import ROWS
from tap_woo_pim.sync.state import MODIFIED, ReadState

if TYPE_CHECKING:
    from tap_woo_pim.streams.incremental import IncrementalStream

PRODUCTS = "products"

PER_PRODUCT_ROUTE = "products/{}/variations"

PRODUCT_FIELDS = f"id,type,{MODIFIED}"
"""The fields of a product that show whether its variations have to be read."""

WITHOUT_VARIATIONS = {"simple", "grouped", "external"}
"""WooCommerce's own types without variations; types of plugins may have some, such as variable-subscription."""

ALL_IN_ONE = ({"include_status": "any,trash"},)
ANY_THEN_TRASH = ({"status": "any"}, {"status": "trash"})
"""For stores without `include_status` (5.9.0): `status` takes one value, so there are two lists."""
TRASH_ANY_TRASH = ({"status": "trash"}, *ANY_THEN_TRASH)
"""For stores without dates (before 5.8): nothing else finds what is restored between reading the two lists."""


class PagePart(NamedTuple):
    """A page of a list, or some rows below it, which come before the page.

    Attributes:
        listed: the rows of the list, with the dates by which it is filtered.
        rows: the stream's rows: the same, unless they are read below products.
        offset: where the list continues after the page; None for rows below it.
        seen: the largest id read so far.
        missing: how many of the stream's rows below the list the store counted and did not send.
    """

    listed: list[Row]
    rows: list[Row]
    offset: int | None
    seen: int | None
    missing: int = 0


class Source(ABC):
    """One list, or one for each status where the store has no list of all, by which the stream's rows are read.

    Args:
        stream: the stream that is read.
        path: the list's path below the API root.

    Attributes:
        unit: what the list contains.
        part: what sets the list's positions apart from those of the stream's other lists.
        is_flat: whether its rows are those of the stream.
    """

    unit: str
    part: str
    is_flat: bool

    def __init__(self, stream: IncrementalStream, path: str) -> None:
        self.stream = stream
        self.path = path

    @property
    def takes_dates(self) -> bool:
        """Whether the store can be asked for changes since a UTC time."""
        routes = self.stream.connection.routes
        return routes.takes(self.path, "modified_after") and routes.takes(self.path, "dates_are_gmt")

    @property
    def statuses(self) -> tuple[dict[str, str], ...]:
        """The parameters of the lists that together have every status, trash included."""
        return self._statuses_of(self.path)

    def _statuses_of(self, path: str) -> tuple[dict[str, str], ...]:
        if self.stream.connection.routes.takes(path, "include_status"):
            return ALL_IN_ONE
        return ANY_THEN_TRASH if self.takes_dates else TRASH_ANY_TRASH

    def now(self) -> str:
        """Return the end of changes until now, with which a list only becomes shorter.

        The end is exclusive, so it is the next second.
        """
        return (self.stream.connection.now() + datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of the list, without those of status and date."""
        return self.stream.row_fields()

    def list_of(self, status: dict[str, str], at: ReadState) -> Listing:
        """Return the list of one of the `statuses`, from where a read of it has come to."""
        stream, params = self.stream, {**self.parameters(), **status}
        since = at.since or stream.start_date()
        if since and self.takes_dates:
            # The store would first convert times with an offset or a Z to site time (11.0.1).
            params |= {"modified_after": since.rstrip("Z"), "dates_are_gmt": "true"}
            if at.until is not None:
                params["modified_before"] = at.until.rstrip("Z")
        paginator = stream.paginator(at.offset, at.seen)
        known_fields = stream.known_fields(params)
        listing = Listing(self.path, params, stream.name, paginator, part=self.part, known_fields=known_fields)
        return stream.watched(listing, self.unit)

    def open(self, status: dict[str, str], at: ReadState) -> tuple[Listing, Iterator[PagePart]]:
        """Return a list and its pages.

        Changes that fill more than a page are requested up to now: such a list only becomes shorter while the store is
        being edited, so it comes to an end. What changes later is read afterwards.
        """
        listing = self.list_of(status, at)
        parts = self.parts(listing)
        if at.since is None or at.until is not None:
            return listing, parts
        now = self.now()
        first = next(parts)
        if listing.paginator.done:
            return listing, chain([first], parts)
        at.until = now
        listing = self.list_of(status, at)
        return listing, self.parts(listing)

    @abstractmethod
    def parts(self, listing: Listing) -> Iterator[PagePart]:
        """Yield the pages of the list, and the rows below them."""


class FlatSource(Source):
    """A list of the stream's own rows."""

    unit = ROWS
    part = ""
    is_flat = True

    @override
    def parts(self, listing: Listing) -> Iterator[PagePart]:
        for rows in read(self.stream.connection, listing):
            yield PagePart(rows, rows, listing.paginator.offset, listing.paginator.seen)


class BelowProducts(Source):
    """A list of products, and lists of variations below those on each of its pages."""

    unit = PRODUCTS
    part = " of products"
    is_flat = False

    def __init__(self, stream: IncrementalStream) -> None:
        super().__init__(stream, stream.connection.path(PRODUCTS))

    @abstractmethod
    def lists_below(self, ids: list[int]) -> Iterator[tuple[Listing, Row]]:
        """Yield the lists below some products, each with the fields that its rows lack."""

    @override
    def parameters(self) -> dict[str, Any]:
        return {"_fields": PRODUCT_FIELDS}

    @override
    def parts(self, listing: Listing) -> Iterator[PagePart]:
        begun = deque[tuple[PagePart, deque[Row]]]()
        for below, rows in read_many(self.stream.connection, self._lists_below_pages(listing, begun)):
            while not begun[0][1]:
                yield begun.popleft()[0]
            lacking = begun[0][1]
            listing.unread.extend(below.unread)
            below.unread.clear()
            missing = below.paginator.missing if below.paginator.done else 0
            yield PagePart([], [{**row, **lacking[0]} for row in rows], None, None, missing)
            if below.paginator.done:
                lacking.popleft()
        yield from (page for page, _ in begun)

    def _lists_below_pages(self, listing: Listing, begun: deque[tuple[PagePart, deque[Row]]]) -> Iterator[Listing]:
        """Yield the lists below the products of each page, those of the next page while the last are in flight.

        Args:
            listing: the list of products.
            begun: gets each page with what the rows of each of its lists lack, which shows when all have been read.
                Only then is the page yielded, since the state knows only which products are done; rows need not wait.
        """
        for products in read(self.stream.connection, listing):
            page = PagePart(products, [], listing.paginator.offset, listing.paginator.seen)
            ids = [product["id"] for product in products if product.get("type") not in WITHOUT_VARIATIONS]
            below = list(self.lists_below(ids))
            begun.append((page, deque(lacking for _, lacking in below)))
            yield from (one for one, _ in below)


class PerProductSource(BelowProducts):
    """A list of variations below each product, for stores without a list of them all (before 4.0)."""

    @override
    def lists_below(self, ids: list[int]) -> Iterator[tuple[Listing, Row]]:
        stream, path = self.stream, self.stream.connection.path(PER_PRODUCT_ROUTE)
        for id_ in ids:
            for status in self._statuses_of(path):
                listing = stream.listing(path.format(id_), {**stream.row_fields(), **status})
                listing.part = f" of product {id_}"
                listing.known_fields = stream.known_fields(listing.params)
                yield listing, {"parent_id": id_}


def variation_source(stream: IncrementalStream) -> Source:
    """Return the best source of variations that the store has."""
    path = stream.connection.flat_variations
    return PerProductSource(stream) if path is None else FlatSource(stream, path)
