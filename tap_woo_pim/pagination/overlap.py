"""Checks by their overlap that no row was missed between the pages of a list.

WooCommerce pages by position (`offset`, `per_page`). When rows are deleted or trashed between two requests, all
later rows move up, and a plain reader misses as many between two pages (seen on 11.0.1, 9.9.5 and 5.9.0). Pages
therefore overlap by one row, and two are contiguous when the second begins with the last row of the first: nothing can
lie between them. A page that begins later was preceded by rows that went; one that begins earlier by rows that came, or
one of the two is another page's: then they are looked at again.
"""

from __future__ import annotations

import enum
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

MAX_CONTRADICTIONS = 15
"""So often may two pages contradict each other though neither changes: no row that moved explains that."""


@dataclass(frozen=True)
class PageRange:
    """A stretch of a list: `size` rows from position `offset` on."""

    offset: int
    size: int


class Verdict(enum.Enum):
    """What a window that was read is good for."""

    CONTIGUOUS = "no row can lie between it and what was read before"
    GAP = "rows may be missing before it"
    OVERRUN = "it begins before the row that was read last"


class Ids:
    """A set of ids of 8 bytes each, made for those that come in their order."""

    def __init__(self) -> None:
        self._ids = array("q")

    def __contains__(self, row_id: int) -> bool:
        place = bisect_left(self._ids, row_id)
        return place < len(self._ids) and self._ids[place] == row_id

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, row_id: int) -> bool:
        """Add an id, and tell whether it is a new one."""
        ids = self._ids
        if not ids or row_id > ids[-1]:
            ids.append(row_id)
            return True
        place = bisect_left(ids, row_id)
        if ids[place] == row_id:
            return False
        ids.insert(place, row_id)
        return True


class OverlapCheck:
    """Checks each page of a list, which the store sorts by ascending id, against what was read before it.

    A row is left out only if it was brought already, never for its place in the order.

    Args:
        is_resumed: whether the list was begun by an interrupted run.
        seen: the last id that run had read.

    Attributes:
        seen: the largest id of the window read last.
        ordered: whether all rows came in the order of their ids.
        last_page: the window read last and its ids; None where the reading begins or went back.
    """

    def __init__(self, seen: int | None = None, *, is_resumed: bool = False) -> None:
        self.seen = seen
        self.is_resumed = is_resumed
        self.ordered = True
        self.last_page: tuple[PageRange, tuple[int, ...]] | None = None
        self._read = Ids()
        if seen is not None:
            self._read.add(seen)
        self._doubts_begin = is_resumed
        self._after_hole = False
        self._contradictions = 0

    def judge(self, window: PageRange, ids: Sequence[int]) -> Verdict:
        """Tell whether a window is contiguous with what was read before it.

        Args:
            window: the window read.
            ids: ids of its rows, in the order in which they came.
        """
        last_ids = self.last_page[1] if self.last_page else ()
        if window.offset == 0:
            return Verdict.CONTIGUOUS
        if not self.ordered:
            shares = any(row_id in (last_ids or self._read) for row_id in ids)
            return Verdict.CONTIGUOUS if shares else Verdict.GAP
        if ids and self._begins_behind(window, ids[0]):
            return Verdict.OVERRUN
        # In a gap where nothing is left to compare with, the list counts as incomplete already.
        in_hole = self._after_hole and self.last_page is None
        return Verdict.CONTIGUOUS if in_hole or self.joins(ids) else Verdict.GAP

    def bridge(self, window: PageRange) -> PageRange | None:
        """Give the stretch that joins a window to what was read, where rows that the key may not read lie between.

        It begins at the first place that the last row read can have, and so holds that row if nothing has moved.

        Returns:
            The stretch; None where no rows were left out between them, or so many that it would bring none.
        """
        if self.last_page is None or not self.ordered:
            return None
        last, ids = self.last_page
        meets = window.offset == last.offset + last.size - 1
        return PageRange(last.offset + len(ids) - 1, last.size) if meets and 1 < len(ids) < last.size else None

    def joins(self, ids: Sequence[int]) -> bool:
        """Tell whether a stretch with these ids leaves no gap behind what was read."""
        return self.seen is not None and bool(ids) and ids[0] <= self.seen

    def follows(self, window: PageRange, again: Sequence[int]) -> bool:
        """Tell whether a window behind a gap follows on what was read all the same, where no stretch can show it.

        It does when the rows that the key may not read, or the store cannot deliver, lie in the gap. Then the last row
        read stands at no place that the window has, for the key could read that one. That nothing has moved is taken
        from the window before it, which came alike twice; rows that went and are back by then are not seen that way.

        Args:
            window: the window behind the gap.
            again: ids of the last good window, read once more after it.
        """
        if self.last_page is None or self.last_page[1] != tuple(again):
            return False
        last, ids = self.last_page
        return len(ids) < last.size or window.offset >= last.offset + last.size

    def ends_list(self, again: Sequence[int], count: int) -> bool:
        """Tell whether an empty window stands behind the end of the list.

        Args:
            again: ids of the last good window, read once more after it.
            count: how many rows that window has now, those included that have no usable id.
        """
        is_end = self.last_page is not None and count < self.last_page[0].size and self.joins(again)
        return is_end and all(row_id in self._read for row_id in again)

    def replaces(self, again: Sequence[int]) -> bool:
        """Tell whether the last window, read once more with these ids, still follows on what was read before it."""
        return (
            self.last_page is not None and bool(again) and (not self.last_page[1] or again[0] <= self.last_page[1][-1])
        )

    def begins_earlier(self, again: Sequence[int]) -> bool:
        """Tell whether the last window, read once more with these ids, begins earlier than it did."""
        return self.last_page is not None and bool(again and self.last_page[1]) and again[0] < self.last_page[1][0]

    def contradict(self, ids: Sequence[int], again: Sequence[int]) -> bool:
        """Tell whether a window that begins too early is explained by nothing that moved.

        Args:
            ids: ids of the window.
            again: ids of the window before it, read once more after it.

        Raises:
            EndlessListError: that happened too often, and not because the store keeps to another order.
        """
        if self.last_page is None or self.last_page[1] != tuple(again):
            return False
        self._contradictions += 1
        if self._contradictions >= MAX_CONTRADICTIONS:
            last_id = self.last_page[1][-1]
            self.ordered = all(row_id >= last_id or row_id in self._read for row_id in ids)
            if self.ordered:
                raise EndlessListError
        return True

    def add(self, ids: Sequence[int]) -> list[int]:
        """Count rows as brought, wherever they stand in the list.

        Returns:
            Which of them were not brought before, by their place in `ids`.
        """
        return [place for place, row_id in enumerate(ids) if self._read.add(row_id)]

    def close(self, window: PageRange, ids: Sequence[int]) -> list[int]:
        """Count a window as read, and hold the next one against it.

        Returns:
            Which of its rows were not brought before, by their place in `ids`.
        """
        self.ordered = self.ordered and all(left < right for left, right in pairwise(ids))
        self.seen = max(ids, default=self.seen)
        self.last_page = (window, tuple(ids))
        self._after_hole = self._doubts_begin = False
        self._contradictions = 0
        return self.add(ids)

    def let_go(self) -> None:
        """Hold the next window against nothing, since it will be an earlier one."""
        self.last_page = None
        self._doubts_begin = False

    def leave_hole(self) -> None:
        """Expect a gap, since a row was left out."""
        self._after_hole = True

    def _begins_behind(self, window: PageRange, first_id: int) -> bool:
        if self.last_page is None:
            # The window that an interrupted run read last may have been another page's.
            return self._doubts_begin and self.seen is not None and first_id < self.seen
        last_window, last_ids = self.last_page
        if not last_ids:
            return False
        overlaps = window.offset < last_window.offset + last_window.size
        return first_id < last_ids[-1] or (first_id == last_ids[-1] and not overlaps)


class EndlessListError(Exception):
    """The store answers without end, or never twice the same; a cache that ignores the query does that."""
