"""Reads the variations of changed products: they show values of their product, and their own dates do not change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing, read, read_many
from tap_woo_pim.streams.incremental import IncrementalStream, until_now_if_long
from tap_woo_pim.streams.variation_sources import PRODUCT_FIELDS, PRODUCTS, WITHOUT_VARIATIONS
from tap_woo_pim.sync.bookmark import Bookmark, newest
from tap_woo_pim.sync.state import BookmarkState, ParentsRead, ReadState

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Record

PARENTS_AT_ONCE = 12
"""The variations of this many products are requested together: mostly a page, and several such lists in flight."""


class ParentRefresh:
    """Reads the variations of changed products again.

    A variation without a SKU, weight, dimensions, shipping class, image and more shows its product's, and the product's
    stock if that manages it. Saving the product changes all of these, but not the variation's date.

    Args:
        stream: the stream of variations.
    """

    def __init__(self, stream: IncrementalStream) -> None:
        self._stream = stream
        self._connection = stream.connection
        self._path = stream.connection.path(PRODUCTS)

    def read(self, sync: ReadState, *, resumed: bool) -> Iterator[Record]:
        """Read the variations of products that changed.

        Args:
            sync: the sync of the stream, whose own rows have all been read.
            resumed: whether an interrupted run began it.
        """
        if not self._is_possible():
            return
        stream = self._stream
        began = stream.bookmark.back_from(sync.clock)
        meanwhile = ParentsRead(until=stream.until_now(self._path))
        if sync.is_full:
            if resumed:
                yield from self._read_below(began, meanwhile)
            return
        # At first, the bookmark of products is the time when the last full sync of variations began.
        kept = stream.kept
        state = replace(kept.parents or BookmarkState(value=kept.full_sync_at, read_at=kept.full_sync_at))
        bookmark = Bookmark(state, stream.run)
        since = bookmark.since
        parents = sync.parents = sync.parents or ParentsRead()
        is_resumed = parents.is_begun
        unchanged_since = stream.run.unchanged_since.get(PRODUCTS)
        if is_resumed or unchanged_since is None or unchanged_since > since:
            yield from self._read_below(since, parents)
        if is_resumed:
            yield from self._read_below(began, meanwhile)
        missing = parents.missing + meanwhile.missing
        if bookmark.holds(since, missing):
            stream.report_missing(missing)
        else:
            bookmark.move(parents.newest, sync)
        kept.parents = state

    def _is_possible(self) -> bool:
        routes, source = self._connection.routes, self._stream.source
        is_dated = routes.takes(self._path, "modified_after") and routes.takes(self._path, "dates_are_gmt")
        return is_dated and source.is_flat and routes.takes(source.path, "parent")

    def _read_below(self, since: str, parents: ParentsRead) -> Iterator[Record]:
        """Read the variations of products that changed.

        Args:
            since: the begin of the changes, exclusive.
            parents: how far the products have been read; updated with each page.
        """
        stream = self._stream
        shaper, account = stream.shaper(), stream.run.progress.accounts[stream.name]
        for number in range(parents.list_number, len(stream.statuses(self._path))):
            listing, pages = self._open(since, parents)
            for products in pages:
                missing = named = 0
                for lower, rows in read_many(self._connection, self._variations_of(products)):
                    yield from (shaper.shape(stream.normalise(row)) for row in rows)
                    account.rows += len(rows)
                    named += lower.left_out
                    stream.report_unread(lower)
                    if lower.paginator.done:
                        missing, named = missing + max(0, lower.paginator.missing - named), 0
                paginator = listing.paginator
                walked = parents.walked + len(products) + listing.left_out
                if paginator.done:
                    missing += max(0, (paginator.total or 0) - walked)
                parents.offset, parents.seen = paginator.offset, paginator.seen
                parents.newest, parents.walked = newest(products, parents.newest), walked
                parents.missing += missing
                stream.report_unread(listing)
                stream.run.progress.page(stream.name, paginator.offset, paginator.total, PRODUCTS)
                stream.keep_page_size()
            parents.list_number, parents.offset, parents.seen, parents.walked = number + 1, 0, None, 0

    def _open(self, since: str, parents: ParentsRead) -> tuple[Listing, Iterator[list[Row]]]:
        """Return the list of changed products, and its pages."""
        stream = self._stream

        def make() -> tuple[Listing, Iterator[list[Row]]]:
            status = stream.statuses(self._path)[parents.list_number]
            params = {"_fields": PRODUCT_FIELDS, **status, **stream.dates(since, parents.until)}
            paginator = stream.paginator(parents.offset, parents.seen)
            listing = Listing(self._path, params, stream.name, paginator, part=" of products")
            return listing, read(self._connection, listing)

        return until_now_if_long(make, parents, stream.until_now(self._path))

    def _variations_of(self, products: list[Row]) -> Iterator[Listing]:
        stream = self._stream
        ids = [product["id"] for product in products if product.get("type") not in WITHOUT_VARIATIONS]
        for first in range(0, len(ids), PARENTS_AT_ONCE):
            asked = ids[first : first + PARENTS_AT_ONCE]
            for status in stream.statuses(stream.source.path):
                listing = stream.list_of(status, None)
                listing.params = {**listing.params, "parent": ",".join(map(str, asked))}
                listing.part = f" of products {asked[0]} to {asked[-1]}"
                yield listing
