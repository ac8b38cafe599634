"""One row for each stream with a complete full sync: the sweep of mark and sweep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tap_woo_pim._compat import override
from tap_woo_pim.records.columns import CODE, INTEGER, TIME, Column
from tap_woo_pim.streams.base import Turn, WooStream

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record


class SideStream(WooStream):
    """A stream whose records other streams write."""

    turn = Turn.SIDE
    count = 0
    """How many records other streams added."""
    _announced = False

    def add(self, record: Record) -> None:
        """Write a record if the stream is selected, and its schema before the first one."""
        self.count += 1
        if not self.selected:
            return
        if not self._announced:
            self._announced = True
            self._write_schema_message()
        self._write_record_message(record)

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield nothing: other streams have written the records."""
        yield from ()


class SnapshotsStream(SideStream):
    """A row is gone from the store when its `synced_at` is before the `started_at` of its stream's snapshot."""

    name = "snapshots"
    primary_keys = ("store_id", "stream")
    columns = (
        Column("stream", CODE),
        Column("started_at", TIME, "`synced_at` of the run in which the full sync began."),
        Column("completed_at", TIME, "The store's clock when it was complete."),
        Column("row_count", INTEGER, "Rows read."),
    )
