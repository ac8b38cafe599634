"""Reads the variations of changed products: they show values of their product, and their own dates do not change."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.streams.incremental import IncrementalStream
from tap_woo_pim.streams.sources import PRODUCTS, BelowProducts
from tap_woo_pim.sync.bookmark import Bookmark
from tap_woo_pim.sync.state import BookmarkState, ReadState, SyncState

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Record

PARENTS_AT_ONCE = 12
"""The variations of so many products are requested together: they mostly fit one page, and several requests run."""


class ParentRefresh:
    """Reads the variations of changed products again.

    What a variation lacks (SKU, weight, dimensions, shipping class, image and more) it shows from its product, and the
    product's stock if that manages it. Saving the product changes all of these, but not the variation's date.

    Args:
        stream: the stream of variations.

    Attributes:
        is_possible: whether the store can be asked for them.
    """

    def __init__(self, stream: IncrementalStream) -> None:
        self._stream = stream
        self._source = BelowChangedProducts(stream)
        self.is_possible = self._source.is_possible

    def read(self, sync: SyncState, *, resumed: bool) -> Iterator[Record]:
        """Read the variations of products that changed since the last run.

        Args:
            sync: the incremental sync of the stream, whose own rows have all been read.
            resumed: whether an interrupted run began it.
        """
        stream, kept = self._stream, self._stream.kept
        # At first, the bookmark of products is the time when the last full sync of variations began.
        kept.parents = kept.parents or BookmarkState(kept.full_sync_at, kept.full_sync_at)
        bookmark = Bookmark(kept.parents, stream.run)
        since = bookmark.since
        read = sync.below = sync.below or ReadState(since, self._source.now())
        unchanged_since = stream.run.unchanged_since.get(PRODUCTS)
        if resumed or unchanged_since is None or unchanged_since > since:
            yield from stream.read_on(read, self._source)
        missing = stream.missing(read)
        if resumed:
            missing += yield from self.read_meanwhile(sync)
        stream.move_bookmark(bookmark, since, read.newest, missing)

    def read_meanwhile(self, sync: SyncState) -> Generator[Record, None, int]:
        """Read the variations of products that changed since a sync began, and return how many did not come."""
        read = ReadState(self._stream.bookmark.back_from(sync.clock), self._source.now())
        yield from self._stream.read_on(read, self._source)
        return self._stream.missing(read)


class BelowChangedProducts(BelowProducts):
    """A list of changed products, and lists of the variations of several of them together."""

    @property
    def is_possible(self) -> bool:
        """Whether the store can be asked for changed products, and for the variations of several."""
        source, routes = self.stream.source, self.stream.connection.routes
        return self.takes_dates and source.is_flat and routes.takes(source.path, "parent")

    @override
    def lists_below(self, ids: list[int]) -> Iterator[tuple[Listing, Row]]:
        for first in range(0, len(ids), PARENTS_AT_ONCE):
            asked = ids[first : first + PARENTS_AT_ONCE]
            for status in self.stream.source.statuses:
                listing = self.stream.source.list_of(status, ReadState())
                listing.params = {**listing.params, "parent": ",".join(map(str, asked))}
                listing.part = f" of products {asked[0]} to {asked[-1]}"
                yield listing, {}
