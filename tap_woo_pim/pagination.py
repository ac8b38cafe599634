"""Decides which stretch of a list to read next, so that no row that stays in the list is missed.

WooCommerce pages by position (`offset`, `per_page`). When rows are deleted or trashed between two requests, all
later rows move up, and a plain reader misses as many at the seam of two pages (seen on 11.0.1, 9.9.5 and 5.9.0). A
walk reads in the order of ids, lets windows overlap by one row, and holds a seam for closed when the new window has
a row that is not beyond the last one read: whatever stays in the list and lies between the two was then in one of
the windows.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tap_woo_pim.page_size import PageSize

MAX_PAGE_SIZE = 100
"""The largest `per_page` that WordPress accepts."""

MAX_FRUITLESS_WINDOWS = 200
"""After so many windows in a row without a new row the list is taken for endless."""

MOST_ROWS = 10_000_000
"""A list that says no total and is longer is taken for endless; one that says a total may be ten times as long."""

SPARE_ROWS = 1_000_000
"""So many more rows may a list have than ten times its first total."""

MAX_SAME_PAGES = 3
"""So often may a page come with just the rows and the total of the page before: no row that moved explains that."""

MAX_RETURNS = 200
"""So often may parts of a list be read again because rows moved."""


@dataclass(frozen=True)
class Window:
    """A stretch of a list: `size` rows from position `offset` on."""

    offset: int
    size: int


class Verdict(enum.Enum):
    """What a window that was read is good for."""

    CLOSED = "its seam with what was read before is closed"
    OPEN = "rows may be missing before it"
    BEHIND = "it begins before the rows that were read last"


def page_size_of(setting: int, kept: int | None = None) -> PageSize:
    """Make the size of a stream's pages.

    Args:
        setting: rows to ask for at once. At least 2 are asked for, since windows overlap.
        kept: see `PageSize`.
    """
    return PageSize(max(2, min(setting, MAX_PAGE_SIZE)), kept)


class Walk:
    """One walk through a list that the store sorts by ascending id.

    Args:
        page_size: rows to ask for at once, 1 to 100. At least 2 are asked for, since windows overlap.
        offset: where to begin; other than 0 when an interrupted walk goes on.
        seen: the largest id that the interrupted walk had read without a gap.
        pages: the size of pages that this walk shares with others; one of its own when not given.
    """

    def __init__(self, page_size: int, offset: int = 0, seen: int | None = None, pages: PageSize | None = None) -> None:
        self.pages = pages or page_size_of(page_size)
        self.offset = offset
        self.seen = seen
        self.total: int | None = None
        self.done = False
        self.ordered = True
        self.anchor: tuple[Window, tuple[int, ...]] | None = None
        self._most_rows: int | None = None
        self._after_hole = False
        self._fruitless = 0
        self._same_pages = 0
        self._returns = 0
        self._step = self.pages.most - 1

    @property
    def size(self) -> int:
        """Rows to ask for from here on."""
        return self.pages.now

    def plan(self) -> Iterator[Window]:
        """Yield the windows to read from here on, as far as the list is known to reach.

        Ends early when the size of windows changes; a new plan then goes on from there.
        """
        window = Window(self.offset, self.size)
        while window.size == self.size:
            yield window
            if self.total is None or self.is_last(window):
                return
            window = Window(window.offset + max(1, window.size - 1), window.size)

    def is_last(self, window: Window) -> bool:
        """Tell whether the list is known to end with a window."""
        return self.total is not None and window.offset + max(1, window.size - 1) >= self.total

    def judge(self, window: Window, ids: Sequence[int]) -> Verdict:
        """Tell whether the seam between what was read and this window is closed.

        Args:
            window: the window read.
            ids: ids of its rows, in the order in which they came.
        """
        if window.offset == 0 or not self.ordered:
            return Verdict.CLOSED
        if self.anchor and ids and self.anchor[1] and ids[0] < self.anchor[1][0]:
            return Verdict.BEHIND
        if self._after_hole and self.anchor is None:
            # Nothing is left to compare with, and the list counts as incomplete already.
            return Verdict.CLOSED
        if self.seen is not None and ids and ids[0] <= self.seen:
            return Verdict.CLOSED
        return Verdict.OPEN

    def follows(self, window: Window, again: Sequence[int]) -> bool:
        """Tell whether a window with an open seam follows on what was read all the same.

        It does when the rows that the key may not read, or the shop cannot deliver, lie on the seam. Then nothing has
        moved, and the last row read stands at no place that the window has, for the key could read that one.

        Args:
            window: the window with the open seam.
            again: ids of the last good window, read once more after it.
        """
        if self.anchor is None or self.anchor[1] != tuple(again):
            return False
        last, ids = self.anchor
        return len(ids) < last.size or window.offset >= last.offset + last.size

    def take(self, window: Window, ids: Sequence[int], total: int | None) -> list[int]:
        """Count a window whose seam is closed as read, and move on behind it.

        Args:
            window: the window read.
            ids: ids of its rows, in the order in which they came.
            total: how many rows the store counts (`X-WP-Total`), None where it does not say.

        Returns:
            Which of the rows are new, by their place in `ids`.

        Raises:
            EndlessListError: the store goes on without ever sending a new row.
        """
        fresh = [place for place, row_id in enumerate(ids) if self._is_new(row_id)]
        self.ordered = self.ordered and all(left < right for left, right in pairwise(ids))
        self._count_fruitless(window, ids, total)
        self.total = total
        if self._most_rows is None:
            self._most_rows = MOST_ROWS if total is None else 10 * total + SPARE_ROWS
        if window.offset > self._most_rows:
            raise EndlessListError
        if ids:
            self.seen = ids[-1] if self.seen is None else max(ids[-1], self.seen)
        end = window.offset + window.size
        self.done = len(ids) < window.size and (end >= total if total is not None else not ids)
        self.offset = window.offset + max(1, window.size - 1)
        self.anchor = (window, tuple(ids))
        self._after_hole = False
        self._step = self.pages.most - 1
        self.pages.delivered(self, window.size)
        return fresh

    def step_back(self) -> None:
        """Go back, each time further: rows have moved up, and what is sought stands earlier now.

        Raises:
            EndlessListError: that happened too often.
        """
        self.count_return()
        self.offset = max(0, self.offset - self._step)
        self._step *= 2
        self.anchor = None

    def count_return(self) -> None:
        """Count that a part had to be read again.

        Raises:
            EndlessListError: that happened too often.
        """
        self._returns += 1
        if self._returns > MAX_RETURNS:
            raise EndlessListError

    def skip_row(self) -> None:
        """Leave out the one row at this place, which the store cannot deliver."""
        self.offset += 1
        self._after_hole = True

    def _is_new(self, row_id: int) -> bool:
        if self.ordered:
            begin = self.anchor[1][0] if self.anchor and self.anchor[1] else None
            return self.seen is None or row_id > self.seen or (begin is not None and row_id < begin)
        return self.anchor is None or row_id not in self.anchor[1]

    def _count_fruitless(self, window: Window, ids: Sequence[int], total: int | None) -> None:
        is_new = bool(ids) and (self.seen is None or ids[-1] > self.seen)
        self._fruitless = 0 if is_new else self._fruitless + 1
        self._returns = 0 if is_new else self._returns
        last_window, last_ids = self.anchor or (window, ())
        same_page = last_window != window and bool(ids) and last_ids == tuple(ids) and self.total == total
        self._same_pages = self._same_pages + 1 if same_page else 0
        if self._same_pages >= MAX_SAME_PAGES or self._fruitless > MAX_FRUITLESS_WINDOWS:
            raise EndlessListError


class EndlessListError(Exception):
    """The store answers without end, or never twice the same; a cache that ignores the query does that."""
