"""Terms (options) of the global attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.page import Row
from tap_woo_pim.pagination.reader import Listing, read_many
from tap_woo_pim.records.columns import INTEGER, Column
from tap_woo_pim.streams.base import Turn
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.product_attributes import ProductAttributesStream
from tap_woo_pim.streams.terms import TERM
from tap_woo_pim.streams.unpaged import read_unpaged
from tap_woo_pim.sync.completeness import RowCounts

GONE_CODE = "woocommerce_rest_taxonomy_invalid"
"""The error (404) if the attribute was deleted since the list of attributes was read."""


class ProductAttributeTermsStream(FullTableStream):
    """Terms of all global attributes, several attributes in flight together."""

    name = "product_attribute_terms"
    component = "attributes"
    route = "products/attributes/{}/terms"
    turn = Turn.TERMS
    is_carried = True
    columns = (
        *TERM,
        Column("menu_order", INTEGER),
        Column("attribute_id", INTEGER, "The attribute it belongs to."),
    )

    _attributes_read = 0
    _attributes_counted: int | None = None
    _ids: Sequence[int] = ()

    @override
    def report_progress(self, listing: Listing, unit: str = "attributes", *, is_waiting: bool = False) -> None:
        self.run.progress.page(self.name, self._attributes_read, len(self._ids), "attributes", is_waiting=is_waiting)

    @override
    def ask_ahead(self) -> Future[Response] | None:
        if self._attributes is not None:
            return None
        listing = self._listing_of_attributes()
        return self.connection.ask_ahead(listing.path, listing.params, subject=self.name)

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        parents = self._listing_of_attributes()
        if self._attributes is None:
            key = ProductAttributesStream.columns[0]
            ids = [parent["id"] for parent in read_unpaged(self.connection, parents, key)]
        else:
            ids = list(self._attributes.ids)
            parents.unread.extend(self._attributes.unread)
            parents.paginator.total = self._attributes.total
        parents.paginator.done = not ids  # without attributes, the store's count of these is also that of terms
        self._attributes_read, self._attributes_counted, self._ids = 0, parents.paginator.total, ids
        yield parents, []
        listings = [self.listing(self.connection.path(self.route.format(id_)), self.parameters()) for id_ in ids]
        for id_, listing in zip(ids, listings, strict=True):
            listing.gone_code, listing.part = GONE_CODE, f" of attribute {id_}"
        attribute_of = {listing.path: id_ for id_, listing in zip(ids, listings, strict=True)}
        for listing, rows in read_many(self.connection, listings):
            for row in rows:
                row["attribute_id"] = attribute_of[listing.path]
            self._attributes_read += listing.paginator.done
            yield listing, rows

    @override
    def explains_vanished(self) -> bool:
        """Return whether attributes are gone: all of their terms go with them."""
        attributes = self.run.progress.accounts.get(ProductAttributesStream.name)
        if self._attributes_counted != len(self._ids) or (attributes is not None and attributes.is_incomplete):
            return False
        return sum(id_ <= self.kept.parent_max_id for id_ in self._ids) < self.kept.parent_count

    @override
    def finish(self, counts: RowCounts, *, complete: bool, started_at: str | None = None) -> bool:
        is_sound = super().finish(counts, complete=complete, started_at=started_at)
        if complete and is_sound:
            self.kept.parent_count, self.kept.parent_max_id = len(self._ids), max(self._ids, default=0)
        return is_sound

    @property
    def _attributes(self) -> ProductAttributesStream | None:
        """The stream of the attributes if it is read too, before this one, so that they need not be read twice."""
        stream = self._tap.streams.get(ProductAttributesStream.name)
        return stream if isinstance(stream, ProductAttributesStream) and stream.selected else None

    def _listing_of_attributes(self) -> Listing:
        return self.listing(self.connection.path(ProductAttributesStream.route), {"_fields": "id"})
