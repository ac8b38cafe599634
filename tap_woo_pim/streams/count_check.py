"""Compares the number of rows that the store counts with the rows known: some changes show in no date.

Rows that were deleted for good, or came with an old date, are not among the changes since a date (WooCommerce 11.0.1).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.pagination.reader import RUN
from tap_woo_pim.records.columns import ID, key_of
from tap_woo_pim.streams.sources import ALL_IN_ONE
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.schedule import AUTO
from tap_woo_pim.sync.state import StoreCounts

if TYPE_CHECKING:
    from tap_woo_pim.streams.incremental import IncrementalStream

NEWEST = {"orderby": "id", "order": "desc", "per_page": 1, "_fields": "id"}


class CountCheck:
    """Counts the rows of one stream in the store.

    Args:
        stream: the stream.
    """

    def __init__(self, stream: IncrementalStream) -> None:
        self._stream = stream

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

    def was_replaced(self, known: StoreCounts | None) -> bool:
        """Return whether a known row is gone and one with an old date took its place, so that the counts agree.

        Then the newest known row is not where it was in the list. (It cannot be told where there are several lists.)
        """
        stream = self._stream
        if known is None or not known.total or stream.source.statuses != ALL_IN_ONE:
            return False
        params = {**ALL_IN_ONE[0], **NEWEST, "order": "asc", "offset": known.total - 1, RUN: stream.connection.run_key}
        try:
            answer = stream.connection.get(stream.source.path, params, subject=stream.name, tries=2)
        except RetriableAPIError:
            return False
        return any(key_of(row, "id", ID) != known.max_id for row in answer.data)

    def of_lists(self, counts: RowCounts) -> StoreCounts | None:
        """Return how many rows the lists of a full sync had; None where the store does not say."""
        total = counts.total
        return None if total is None or not self._params() else StoreCounts(total, counts.max_id or 0)

    def _params(self) -> list[dict[str, Any]]:
        """Return the parameters of the requests; none where the counts would change nothing."""
        stream = self._stream
        is_auto = stream.settings.full_read_interval_hours == AUTO and stream.source.takes_dates
        if not is_auto or not stream.source.is_flat or stream.start_date() is not None:
            return []
        return [{**status, **NEWEST, RUN: stream.connection.run_key} for status in stream.source.statuses]


def ids_of_new_rows(known: StoreCounts | None, counted: StoreCounts | None) -> range:
    """Return the ids of rows that are not among the known ones and were there when the store counted.

    Args:
        known: the rows known; None if they are not.
        counted: what the store counted in this run; None if it did not.
    """
    if known is None:
        return range(0)
    return range(known.max_id + 1, sys.maxsize if counted is None else counted.max_id + 1)


def mismatch(counted: StoreCounts | None, expected: StoreCounts | None) -> str | None:
    """Say how the store's counts differ from the rows known; None if they do not, or if it cannot be told."""
    if counted is None or expected is None:
        return None
    if counted.total != expected.total:
        return f"the store counts {counted.total:,} rows and not {expected.total:,}"
    return "the store has new rows with an old date" if counted.max_id > expected.max_id else None


def known_after_full_sync(counted: StoreCounts | None, expected: StoreCounts | None, unread: int) -> StoreCounts | None:
    """Return what the next run compares with: the counts of the lists and the new rows since, if they are known.

    So what was deleted after the lists had been read shows in the next run.

    Args:
        counted: what the store counted after the lists had been read.
        expected: what it should count.
        unread: how many rows could not be read. The newest may be one of them.
    """
    if counted is None or expected is None:
        return expected or counted
    has_unread_newest = unread > 0 and counted.total == expected.total
    return StoreCounts(expected.total, max(expected.max_id, counted.max_id if has_unread_newest else 0))
