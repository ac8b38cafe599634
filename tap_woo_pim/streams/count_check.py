"""Compares the number of rows that the store counts with the rows known: some changes show in no date.

Rows that were deleted for good, or came with an old date, are not among the changes since a date (WooCommerce 11.0.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.pagination.reader import RUN
from tap_woo_pim.records.columns import ID, key_of
from tap_woo_pim.streams.variation_sources import PagePart
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.schedule import AUTO
from tap_woo_pim.sync.state import ReadState, StoreCounts

if TYPE_CHECKING:
    from tap_woo_pim.streams.incremental import IncrementalStream


class CountCheck:
    """Counts the rows of one stream in the store.

    Args:
        stream: the stream.

    Attributes:
        counted: what the store counted when this incremental run began; None in a full sync, or if it cannot tell.
    """

    def __init__(self, stream: IncrementalStream) -> None:
        self._stream = stream
        self.counted: StoreCounts | None = None

    def ask_ahead(self) -> None:
        """Ask for the counts while other questions are under way."""
        stream = self._stream
        for params in self._params():
            stream.connection.ask_ahead(stream.source.path, params, subject=stream.name, tries=2)

    def count(self) -> StoreCounts | None:
        """Return how many rows the store counts; None if it cannot tell, or if it would change nothing."""
        stream, counts, wanted = self._stream, StoreCounts(0, 0), self._params()
        for params in wanted:
            try:
                answer = stream.connection.get(stream.source.path, params, subject=stream.name, tries=2)
            except RetriableAPIError:  # the last row may be unreadable
                return None
            if answer.total is None or bool(answer.total) != bool(answer.data):
                return None
            counts.total += answer.total
            counts.max_id = max([counts.max_id, *(key_of(row, "id", ID) or 0 for row in answer.data)])
        return counts if wanted else None

    def of_lists(self, counts: RowCounts) -> StoreCounts | None:
        """Return how many rows the lists of a full sync had; None where the store does not say."""
        total = counts.total
        return None if total is None or not self._params() else StoreCounts(total, counts.max_id or 0)

    def after_full_sync(self, read: ReadState) -> StoreCounts | None:
        """Return what the next run compares with: the counts of the lists, and the new rows since.

        So what was deleted after the lists had been read shows in the next run.
        """
        counted, expected = self.count(), self._expected(read)
        if expected is None:
            return counted
        if counted is not None and counted.total == expected.total:
            # The newest row may be one that could not be read.
            expected.max_id = max(expected.max_id, counted.max_id)
        return expected

    def after_incremental(self, read: ReadState) -> StoreCounts | None:
        """Return what the next run compares with: what the store counted, or the rows known where it could not."""
        return self.counted or self._expected(read)

    def mismatch(self, read: ReadState) -> str | None:
        """Say how the store's counts differ from the rows known; None if they do not, or if it cannot tell."""
        counted, expected = self.counted, self._expected(read)
        if counted is None or expected is None:
            return None
        if counted.total != expected.total:
            return f"the store counts {counted.total:,} rows and not {expected.total:,}"
        return "the store has new rows with an old date" if counted.max_id > expected.max_id else None

    def new_ids(self, part: PagePart) -> list[int]:
        """Return the ids of rows that the store counts in this run and did not count in the last one."""
        known = self._stream.kept.store_counts
        most = None if self.counted is None else self.counted.max_id
        ids = [] if known is None else [row["id"] for row in part.rows if row["id"] > known.max_id]
        return ids if most is None else [id_ for id_ in ids if id_ <= most]

    def _expected(self, read: ReadState) -> StoreCounts | None:
        known = self._stream.kept.store_counts
        return None if known is None else StoreCounts(known.total + read.new, max(known.max_id, read.max_new))

    def _params(self) -> list[dict[str, Any]]:
        """Return the parameters of the requests; none where the counts would change nothing."""
        stream = self._stream
        is_auto = stream.settings.full_read_interval_hours == AUTO and stream.takes_dates()
        if not is_auto or not stream.source.is_flat or stream.start_date() is not None:
            return []
        newest = {"orderby": "id", "order": "desc", "per_page": 1, "_fields": "id", RUN: stream.connection.run_key}
        return [{**status, **newest} for status in stream.statuses(stream.source.path)]
