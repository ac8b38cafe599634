"""Rows that the shop could not deliver."""

from tap_woo_pim.columns import CODE, TEXT, Column
from tap_woo_pim.streams.snapshots import SideStream


class UnreadRowsStream(SideStream):
    """Rows that the shop could not deliver, named so that somebody can mend them there."""

    name = "unread_rows"
    primary_keys = ("store_id", "stream", "position")
    columns = (
        Column("stream", CODE),
        Column("position", CODE, "The row's id, or its offset in the list in the order of ids."),
        Column("reason", TEXT),
    )
