"""Rows that the store could not deliver."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tap_woo_pim._compat import override
from tap_woo_pim.exceptions import StoreError
from tap_woo_pim.http.diagnoses import UNREAD
from tap_woo_pim.records.columns import CODE, TEXT, Column
from tap_woo_pim.streams.base import SideStream

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record


class UnreadRowsStream(SideStream):
    """Rows that the store could not deliver, named so that somebody can mend them there."""

    name = "unread_rows"
    primary_keys = ("store_id", "stream", "position")
    columns = (
        Column("stream", CODE),
        Column("position", CODE, "The row's id, or its offset in the list in the order of ids."),
        Column("reason", TEXT),
    )

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield nothing; fail the run if rows were left out and the settings demand it.

        By then all streams with rows of the store have been read, and their state is written.
        """
        yield from super().get_records(context)
        if self.settings.fail_on_unread and self.count:
            raise StoreError(self.settings.prefix(self.name), UNREAD, count=self.count)
