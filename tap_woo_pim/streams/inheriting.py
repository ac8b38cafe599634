"""Variations whose product was saved: they show its values where they have none of their own, and no date tells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from tap_woo_pim._compat import override
from tap_woo_pim.pagination.page import Listing, Row
from tap_woo_pim.pagination.reader import ask_ahead, read, read_many
from tap_woo_pim.streams.changing import ChangingStream
from tap_woo_pim.streams.dated import dates
from tap_woo_pim.sync.bookmark import MODIFIED, Bookmark, newest

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

PRODUCTS = "products"

PRODUCT_FIELDS = f"id,type,{MODIFIED}"
"""What is asked for of a product to know whether its variations are to be read."""

WITHOUT_VARIATIONS = {"simple", "grouped", "external"}
"""WooCommerce's own types below which there are none; those of plugins may have some, as variable-subscription has."""

PARENTS_AT_ONCE = 12
"""So many products' variations are asked for together: mostly a page, where several such lists are in flight."""


class InheritingStream(ChangingStream):
    """A list of variations of all products, of which those of products that changed are read again.

    A variation shows its product's SKU, weight, dimensions, shipping class, image and more where it has none, and its
    stock where the product keeps it. Saving the product changes all of these, but no date of a variation.

    State of the stream, beside that of `ChangingStream`:
        parents: the bookmark of the products whose variations were read, with the keys of `Bookmark`; none when all
            variations were read since, which then began at `whole_read_at`.
        reading.parents: how far the list of these products is read; see `_place`.
    """

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read the stream, with the question for changed products in flight beside its own list."""
        if "reading" not in self.stream_state and not self.whole_read_is_due() and self._is_to_ask():
            since = Bookmark(self._parents(), self.run).since
            for number in range(len(self.statuses(self._products_path))):
                ask_ahead(self.store, self._changed_products(since, {**_place(), "list": number}))
        yield from super().get_records(context)

    @override
    def read_dependents(self, reading: dict[str, Any], *, resumed: bool) -> Iterator[Record]:
        if not self._takes_parents():
            return
        began = self.bookmark.back_from(reading["clock"])
        meanwhile = _place(self.until_now(self._products_path))
        if reading["since"] is None:
            if resumed:
                yield from self._read_below(began, meanwhile)
            return
        parents = self._parents()
        bookmark = Bookmark(parents, self.run)
        since = bookmark.since
        place = reading["parents"] = {**_place(), **reading.get("parents", {})}
        is_resumed = place != _place(place["until"])
        if is_resumed or self._is_to_ask():
            yield from self._read_below(since, place)
        if is_resumed:
            yield from self._read_below(began, meanwhile)
        missing = place["missing"] + meanwhile["missing"]
        if bookmark.holds(since, missing):
            self.tell_missing(missing)
        else:
            bookmark.move({**reading, "newest": place["newest"]})
        self.stream_state["parents"] = parents

    @override
    def end_reading(self, reading: dict[str, Any], state: dict[str, Any]) -> None:
        if reading["since"] is None:
            state.pop("parents", None)
        super().end_reading(reading, state)

    @property
    def _products_path(self) -> str:
        return self.store.path(PRODUCTS)

    def _takes_parents(self) -> bool:
        routes = self.store.routes
        dated = routes.takes(self._products_path, "modified_after") and routes.takes(
            self._products_path, "dates_are_gmt"
        )
        return dated and not self.is_read_per_product and routes.takes(self.list_path, "parent")

    def _parents(self) -> dict[str, Any]:
        """The bookmark of products: to begin with, all were read when the last whole read of variations began."""
        began = self.stream_state["whole_read_at"]
        return dict(self.stream_state.get("parents") or {"replication_key_value": began, "bookmark_at": began})

    def _is_to_ask(self) -> bool:
        """Tell whether products may have changed: not when this run has asked for them already, and found none."""
        asked_since = self.run.unchanged_since.get(PRODUCTS)
        is_known = asked_since is not None and asked_since <= Bookmark(self._parents(), self.run).since
        return self._takes_parents() and not is_known

    def _read_below(self, since: str, place: dict[str, Any]) -> Iterator[Record]:
        """Read the variations of products that changed.

        Args:
            since: from which moment on, exclusive.
            place: how far that was done; it is brought up to date with each page of products.
        """
        shaper, account = self.shaper(), self.run.progress.accounts[self.name]
        for number in range(place["list"], len(self.statuses(self._products_path))):
            listing, pages = self._open_products(since, place)
            for products in pages:
                missing = named = 0
                for part, rows in read_many(self.store, self._variations_of(products)):
                    yield from (shaper.shape(self.normalise(row)) for row in rows)
                    account.rows += len(rows)
                    named += part.left_out
                    self.report_unread(part)
                    if part.walk.done:
                        missing, named = missing + max(0, part.walk.missing - named), 0
                walk = listing.walk
                walked = place["walked"] + len(products) + listing.left_out
                if walk.done:
                    missing += max(0, (walk.total or 0) - walked)
                place |= {"offset": walk.offset, "seen": walk.seen, "newest": newest(products, place["newest"])}
                place |= {"walked": walked, "missing": place["missing"] + missing}
                self.report_unread(listing)
                self.run.progress.page(self.name, walk.offset, walk.total, PRODUCTS)
                self.keep_page_size()
            place |= {"list": number + 1, "offset": 0, "seen": None, "walked": 0}

    def _open_products(self, since: str, place: dict[str, Any]) -> tuple[Listing, Iterator[list[Row]]]:
        """Give the list of changed products, and its pages; one of several pages ends at this moment, see `_read`."""
        listing = self._changed_products(since, place)
        pages = read(self.store, listing)
        until = None if place["until"] else self.until_now(self._products_path)
        first = None if until is None else next(pages, None)
        if first is None:
            return listing, pages
        if listing.walk.done:
            return listing, chain([first], pages)
        place["until"] = until
        return self._open_products(since, place)

    def _changed_products(self, since: str, place: dict[str, Any]) -> Listing:
        status = self.statuses(self._products_path)[place["list"]]
        params = {"_fields": PRODUCT_FIELDS, **status, **dates(since, place["until"])}
        walk = self.walk(place["offset"], place["seen"])
        return Listing(self._products_path, params, self.name, walk, part=" of products")

    def _variations_of(self, products: list[Row]) -> Iterator[Listing]:
        ids = [product["id"] for product in products if product.get("type") not in WITHOUT_VARIATIONS]
        for first in range(0, len(ids), PARENTS_AT_ONCE):
            asked = ids[first : first + PARENTS_AT_ONCE]
            for status in self.statuses(self.list_path):
                listing = self.list_of(status, None)
                listing.params = {**listing.params, "parent": ",".join(map(str, asked))}
                listing.part = f" of products {asked[0]} to {asked[-1]}"
                yield listing


def _place(until: str | None = None) -> dict[str, Any]:
    """Give the beginning of a reading: which list of products, how far it is read, and the largest date in it.

    `until` is up to which moment changes are asked for, None for no such limit,
    `walked` is how many rows of that list came or are named, `missing` how many rows the store counted beside.
    """
    return {"until": until, "list": 0, "offset": 0, "seen": None, "newest": None, "walked": 0, "missing": 0}
