"""Streams of lists that ignore paging: every page of them is the whole list (11.0.1, 9.9.5, 5.9.0)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.page import Row, Unread
from tap_woo_pim.pagination.reader import Listing
from tap_woo_pim.records.columns import Column, key_of
from tap_woo_pim.store.connection import Connection
from tap_woo_pim.streams.full_table import FullTableStream


class UnpagedStream(FullTableStream):
    """A stream of a list that comes in one response. Its first column is the key of the rows."""

    @override
    def ask_ahead(self) -> Future[Response] | None:
        return self.connection.ask_ahead(self.connection.path(self.route), self.parameters(), subject=self.name)

    @override
    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        listing = self.first_list()
        rows = read_unpaged(self.connection, listing, self.columns[0])
        listing.paginator.done = True
        yield listing, rows


def read_unpaged(connection: Connection, listing: Listing, key: Column) -> list[Row]:
    """Read a list in one request.

    Args:
        connection: the store.
        listing: the list; rows without a usable key are added to its unread ones.
        key: the column with the key of a row.

    Returns:
        The rows with a usable key.
    """
    answer = connection.get(listing.path, listing.params, subject=listing.subject)
    listing.paginator.total = answer.total
    rows = []
    for place, row in enumerate(answer.data):
        value = key_of(row, key.name, key.kind)
        if value is not None:
            rows.append({**row, key.name: value})
        else:
            listing.unread.append(Unread(f"offset {place}", f"the row has no usable {key.name}"))
    return rows
