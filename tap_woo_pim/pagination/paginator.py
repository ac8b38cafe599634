"""Decides which stretch of a list to read next, and when the list has ended.

Pages overlap by one row, so that `OverlapCheck` can tell whether rows moved between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tap_woo_pim.pagination.overlap import EndlessListError, OverlapCheck, PageRange
from tap_woo_pim.pagination.page_size import PageSize

MAX_PAGE_SIZE = 100
"""The largest `per_page` that WordPress accepts."""

MAX_FRUITLESS_WINDOWS = 200
"""After so many windows in a row without a new row the list is taken for endless."""

MOST_ROWS = 10_000_000
"""A list that is longer is taken for endless, whatever it says of its length."""

SPARE_ROWS = 1_000_000
"""So many more rows may a list have than ten times its first total."""

MAX_RECOUNTS = 3
"""So often is the end of a list read again for rows that are counted behind it."""

FEW_ROWS_BEHIND = 5
"""So few rows may be counted behind the end of a list that was read again: some plugins miscount."""

MAX_REWINDS = 200
"""So often may the same part of a list be read again because rows moved."""


def page_size_of(setting: int, kept: int | None = None) -> PageSize:
    """Make the size of a stream's pages.

    Args:
        setting: rows to ask for at once. At least 2 are asked for, since windows overlap.
        kept: see `PageSize`.
    """
    return PageSize(max(2, min(setting, MAX_PAGE_SIZE)), kept)


class OverlapPaginator(OverlapCheck):
    """One walk through a list that the store sorts by ascending id.

    Args:
        page_size: rows to ask for at once, 1 to 100. At least 2 are asked for, since windows overlap.
        offset: where to begin; other than 0 when an interrupted walk goes on.
        seen: the last id that the interrupted walk had read.
        pages: the size of pages that this walk shares with others; one of its own when not given.

    Attributes:
        pages: the size of its pages.
        offset: where the next window begins.
        first: the first id of the list, 0 where that row was left out; None where it is not known.
        total: how many rows the store counts; None where it does not say, or was found to miscount.
        done: whether the list is read to its end.
        looks_cut: whether it ended before the place where its total says or with a total that was wrong or is smaller
            than an earlier one, or its first window was empty.
    """

    def __init__(self, page_size: int, offset: int = 0, seen: int | None = None, pages: PageSize | None = None) -> None:
        super().__init__(seen, is_resumed=offset > 0)
        self.pages = pages or page_size_of(page_size)
        self.offset = offset
        self.first: int | None = None
        self.total: int | None = None
        self.done = False
        self.looks_cut = False
        self._miscounts = False
        self._largest_total = 0
        self._most_rows: int | None = None
        self._fruitless = 0
        self._rewinds = 0
        self._recounts = 0
        self._farthest = -1
        self._step = self.pages.most - 1

    @property
    def missing(self) -> int:
        """How many rows of a list that was read whole were counted and did not come; 0 where none are counted."""
        return 0 if self.total is None else max(0, self.total - len(self._read))

    @property
    def size(self) -> int:
        """Rows to ask for from here on."""
        return self.pages.now

    def plan(self) -> Iterator[PageRange]:
        """Yield the windows to read from here on, as far as the list is known to reach.

        Ends early when the size of windows changes; a new plan then goes on from there.
        """
        window = PageRange(self.offset, self.size)
        while window.size == self.size:
            yield window
            if self.total is None or self.is_last(window):
                return
            window = PageRange(window.offset + max(1, window.size - 1), window.size)

    def is_last(self, window: PageRange) -> bool:
        """Tell whether the list is known to end with a window."""
        return self.total is not None and window.offset + max(1, window.size - 1) >= self.total

    def take(self, window: PageRange, ids: Sequence[int], total: int | None, count: int) -> list[int]:
        """Count a contiguous window as read, and move on behind it.

        Args:
            window: the window read.
            ids: ids of its rows, in the order in which they came.
            total: how many rows the store counts (`X-WP-Total`), None where it does not say.
            count: how many rows came, those included that have no usable id.

        Returns:
            Which of the rows were not brought before, by their place in `ids`.

        Raises:
            EndlessListError: the store goes on without ever sending a new row.
        """
        fresh = self.close(window, ids)
        self._count_steps(window, is_new=bool(fresh))
        # Some plugins for languages count the rows of one language and send those of all.
        self._miscounts = self._miscounts or (total is not None and window.offset + count > total)
        self.total = None if self._miscounts else total
        if self._most_rows is None:
            self._most_rows = MOST_ROWS if total is None else min(MOST_ROWS, 10 * total + SPARE_ROWS)
        if window.offset > self._most_rows:
            raise EndlessListError
        if ids and window.offset == 0:
            self.first = ids[0]
        end = window.offset + window.size
        self.done = count < window.size and (end >= self.total if self.total is not None else not count)
        ends_early = self.total is not None and window.offset + count < self.total
        began_empty = self.first is None and self.seen is not None and not self.is_resumed
        fell = total is not None and total < self._largest_total
        self._largest_total = max(self._largest_total, total or 0)
        self.looks_cut = self.done and (ends_early or began_empty or fell or self._miscounts)
        self.offset = window.offset + max(1, window.size - 1)
        self._step = self.pages.most - 1
        self.pages.delivered(self, window.size)
        return fresh

    def reopen(self) -> None:
        """Read the last window once more: what came at the end of the list has changed.

        Raises:
            EndlessListError: that happened too often.
        """
        self.count_rewind()
        if self.last_page is not None:
            self.offset = self.last_page[0].offset
        self.let_go()
        self.done = False

    def recount(self, total: int | None) -> bool:
        """Take how many rows the store counts after the list was read to its end.

        Returns:
            Whether the end is to be read again: rows came, or it was none.

        Raises:
            EndlessListError: the end is always far before the place where it should be.
        """
        if self.total is None or total is None or total <= self.total:
            return False
        behind, self.total = total - self.total, total
        self._recounts += 1
        if self._recounts <= MAX_RECOUNTS:
            self.reopen()
            return True
        if behind > FEW_ROWS_BEHIND:
            raise EndlessListError
        return False

    def rewind(self) -> None:
        """Go back, each time further: rows have moved up, and what is sought stands earlier now.

        Raises:
            EndlessListError: that happened too often.
        """
        self.count_rewind()
        self.offset = max(0, self.offset - self._step)
        self._step *= 2
        self.let_go()

    def count_rewind(self) -> None:
        """Count that a part had to be read again.

        Raises:
            EndlessListError: that happened too often.
        """
        self._rewinds += 1
        if self._rewinds > MAX_REWINDS:
            raise EndlessListError

    def skip_row(self) -> None:
        """Leave out the one row at this place, which the store cannot deliver."""
        if self.offset == 0:
            self.first = 0  # it is known where the list begins
        self.offset += 1
        self.leave_hole()

    def _count_steps(self, window: PageRange, *, is_new: bool) -> None:
        if window.offset <= self._farthest:
            return  # it is read again, and returns are counted
        self._farthest = window.offset
        self._rewinds = 0
        self._fruitless = 0 if is_new else self._fruitless + 1
        if self._fruitless > MAX_FRUITLESS_WINDOWS:
            raise EndlessListError
