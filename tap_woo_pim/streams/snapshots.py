"""One row for each stream with a complete full sync: the sweep of mark and sweep."""

from tap_woo_pim.records.columns import CODE, INTEGER, TIME, Column
from tap_woo_pim.streams.base import SideStream


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
