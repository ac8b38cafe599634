"""Decides which part of a list to ask for next, and when the list has ended. It asks for nothing itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from tap_woo_pim.exceptions import EndlessListError
from tap_woo_pim.pagination.overlap import IdSet, PageRange, is_ascending, is_contiguous
from tap_woo_pim.pagination.page import Page, Row
from tap_woo_pim.pagination.page_size import PageSize

MAX_FRUITLESS_ROWS = 20_000
"""After so many places in a row without a new row the list is taken for endless."""

MAX_ROWS = 10_000_000
"""A list that is longer is taken for endless, whatever it says of its length."""

MAX_REWINDS = 100
"""How many times the same part of a list may be read again, as its pages do not come or do not fit together."""


class LastPage(NamedTuple):
    """What is kept of the page that was taken last."""

    range: PageRange
    ids: tuple[int, ...]
    has_lost_rows: bool


class OverlapPaginator:
    """Leads through one list that the store sorts by ascending id.

    Pages of `plan` are given to `receive` in their order. Each must be contiguous with the one before it. If it is not,
    the paginator holds it and has the end of the one before it read again (`look`), which mostly brings the rows
    between; else it rewinds, each time further.

    Where the paginator says that the list is `ordered`, and no page had rows that were lost, no row that was in the
    list all the time was missed, but for those that the store counts and did not send: `missing`.

    Args:
        pages: the size of its pages, which lists of one stream share.
        offset: where to begin; other than 0 when an interrupted reading goes on.
        seen: the last id that the interrupted reading had read.

    Attributes:
        offset: where the next page begins.
        seen: the last id of the page taken last.
        total: how many rows the store counts; None where it does not say, or was found to miscount.
        done: whether the list is read to its end.
        ordered: whether all rows came in the order of their ids; where they do not, pages are not compared. False at
            the end, too, where pages that were all but empty could not show whether rows moved, and the total does not
            show it either: it fell, or there is none.
        look: the range to ask for now, before the next page of the plan; None for none.
        fits_plan: whether the plan still holds; if not, a new one is to be made.
    """

    def __init__(self, pages: PageSize, offset: int = 0, seen: int | None = None) -> None:
        self.pages = pages
        self.offset = offset
        self.seen = seen
        self.total: int | None = None
        self.done = False
        self.ordered = True
        self.look: PageRange | None = None
        self.fits_plan = True
        self._read = IdSet()
        if seen is not None:
            self._read.add(seen)
        self._first: int | None = None
        self._last: LastPage | None = None
        self._held: Page | None = None
        self._miscounts = self._fell = self._is_rechecking = self._has_restarted = self._is_unproven = False
        self._is_resumed = offset > 0
        self._largest_total = sys.maxsize if offset else 0  # what an interrupted reading counted is not kept
        self._farthest = -1
        self._fruitless = self._rewinds = 0
        self._step = pages.most

    @property
    def missing(self) -> int:
        """How many rows of a list that was read whole were counted and did not come; 0 where none are counted."""
        return 0 if self.total is None else max(0, self.total - len(self._read))

    def plan(self) -> Iterator[PageRange]:
        """Give the ranges to read from here on, as far as the list is known to reach."""
        self.fits_plan = True
        return self._ranges(self.offset)

    def _ranges(self, offset: int) -> Iterator[PageRange]:
        while True:
            page_range = PageRange(offset, self.pages.next())
            yield page_range
            offset += max(1, page_range.size - 1)
            if self.total is None or offset >= self.total:
                return

    def receive(self, page: Page) -> list[Row]:
        """Take the page of the range that was asked for next: that of `look`, if there is one, else of the plan.

        Returns:
            The rows that were not brought before.

        Raises:
            EndlessListError: the list does not come to an end.
        """
        self.ordered = self.ordered and is_ascending(page.ids)
        if self._is_rechecking:
            return self._check_beginning(page)
        if self._held is not None:
            return self._look(self._held, page)
        if self._follows(page):
            return self._take(page)
        if self._last is None:
            self._rewind(page.range.offset)
            return []
        self._held, self.look = page, self._end_of(self._last)
        return []

    def replan(self) -> None:
        """Make a new plan from here on.

        Raises:
            EndlessListError: there were too many without a page that came further than all before.
        """
        self.fits_plan, self.look, self._held, self._is_rechecking = False, None, None, False
        self._rewinds += 1
        if self._rewinds > MAX_REWINDS:
            raise EndlessListError

    def _follows(self, page: Page) -> bool:
        """Whether no row can lie between the last page and this one."""
        last = self._last
        if page.range.offset == 0 or not self.ordered:
            return True
        if last is None:
            return self._reaches_back(page)
        # Beside rows that are lost the pages cannot show it; the list counts as incomplete then.
        return is_contiguous(last.ids, page.ids) or last.has_lost_rows or bool(page.lost)

    def _reaches_back(self, page: Page) -> bool:
        return self.seen is not None and bool(page.ids) and page.ids[0] <= self.seen

    @staticmethod
    def _end_of(last: LastPage) -> PageRange:
        """Give the range to look at again behind a page: itself, or, if it was short, from its last row on.

        WooCommerce drops the rows that a key may not read, and variations without their product, from the page that it
        has cut. So the last of n rows stands at the n-th place or behind it, and what begins there holds it.
        """
        is_full = len(last.ids) == last.range.size
        return last.range if is_full else PageRange(last.range.offset + max(0, len(last.ids) - 1), last.range.size)

    def _look(self, held: Page, page: Page) -> list[Row]:
        """Take the second look at the end of the last page, and try again the page that did not follow on it."""
        last, self.look, self._held = self._last, None, None
        assert last is not None
        is_same = (page.range, tuple(page.ids)) == last[:2]
        if not is_same and not (self._reaches_back(page) or page.lost or not self.ordered):
            self._rewind(page.range.offset)
            return []
        if page.range.offset and page.ids and last.ids and page.ids[0] < last.ids[0]:
            # Rows came in before the last page, or it was another one, and perhaps those before it were others too.
            self._rewind(0)
            return []
        rows = self._take(page)
        if self.done or self.look is not None:
            return rows
        # Where one row at most comes, more looks show no more: the rows behind it are hidden.
        follows = self._follows(held)
        if follows or (is_same and len(last.ids) <= 1):
            is_behind_end = not held.ids if held.total is None else held.range.offset >= held.total
            self._is_unproven = self._is_unproven or not (follows or is_behind_end)
            return rows + self._take(held)
        self.replan()
        return rows

    def _take(self, page: Page) -> list[Row]:
        """Count a page as read, and go on behind it."""
        rows = self._new_rows(page)
        if page.range.offset == 0:
            self._first = next(iter(page.ids), None)
        self._count_steps(page.range, is_new=bool(rows))
        self._count_rows(page, is_new=bool(rows))
        before, self._last = self._last, LastPage(page.range, tuple(page.ids), bool(page.lost))
        self.seen = page.ids[-1] if page.ids else self.seen
        self._step = self.pages.most
        self.offset = page.range.offset + max(1, page.range.size - 1)
        if page.count < page.range.size and (not rows if self.total is None else page.range.end >= self.total):
            is_clean = self.total == page.range.offset + page.count and (rows or len(page.ids) <= 1)
            if is_clean or (self._last == before and not rows):
                self._end_or_count_again()
            else:  # rows at its end are hidden, or were left out of this one page: the end must be seen twice alike
                self.offset, self.fits_plan = self._end_of(self._last).offset, False
        return rows

    def _new_rows(self, page: Page) -> list[Row]:
        return [row for row, row_id in zip(page.rows, page.ids, strict=True) if self._read.add(row_id)]

    def _count_rows(self, page: Page, *, is_new: bool) -> None:
        # Some plugins for languages count the rows of one language and send those of all.
        end = page.range.offset + page.count
        self._miscounts = self._miscounts or (is_new and page.total is not None and end > page.total)
        self.total = None if self._miscounts else page.total
        self._fell = self._fell or self.total is None or self.total < self._largest_total
        self._largest_total = max(self._largest_total, self.total or 0)

    def _count_steps(self, page_range: PageRange, *, is_new: bool) -> None:
        if page_range.offset <= self._farthest:
            return  # it is read again, and rewinds are counted
        self._farthest = page_range.offset
        self._rewinds = 0
        self._fruitless = 0 if is_new else self._fruitless + page_range.size
        if self._fruitless > MAX_FRUITLESS_ROWS or page_range.offset > MAX_ROWS:
            raise EndlessListError

    def _end_or_count_again(self) -> None:
        """End the list; where what it counts does not show that it has ended, ask for its first row once more.

        It may count fewer rows than before. Rows that went meanwhile do that; so does an answer that was cut, with a
        total to match. Or it counts none, or more than came.
        """
        self.ordered = self.ordered and not (self._fell and self._is_unproven)
        if self.missing or self._fell:
            self._is_rechecking, self.look = True, PageRange(0, 1)
        else:
            self.done = True

    def _check_beginning(self, page: Page) -> list[Row]:
        self._is_rechecking, self.look = False, None
        at_end, self.total = self.total, None if self._miscounts else page.total
        is_end = at_end is None or self.total is None or not at_end < min(self.total, self._largest_total)
        rows = [] if self._is_resumed else self._new_rows(page)
        is_earlier = not self._is_resumed and bool(page.ids) and (self._first is None or page.ids[0] < self._first)
        self.done = self._has_restarted or not is_earlier
        if not self.done:
            self._has_restarted = True
            self._rewind(0)
        elif is_earlier:  # the first page is another one each time
            self.ordered = False
        elif self._last and not is_end:
            self.replan()
            self._largest_total = self.total or 0
            self.done, self.offset = False, self._end_of(self._last).offset
        return rows

    def _rewind(self, offset: int) -> None:
        """Go back before an offset, each time further: rows have moved up, and what is sought stands earlier now."""
        self.replan()
        self.offset = max(0, offset - self._step)
        self._step *= 2
        self._last = None
