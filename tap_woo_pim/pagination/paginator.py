"""Decides which part of a list to ask for next, and when the list has ended. It asks for nothing itself.

WooCommerce pages by position (`offset`, `per_page`). When rows are deleted or trashed between two requests, all later
rows move up, and a plain reader misses as many between two pages (seen on 11.0.1, 9.9.5 and 5.9.0). The list is
therefore sorted by id, and each page begins with the last row of the one before it.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from tap_woo_pim.exceptions import EndlessListError
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

    part: range
    ids: tuple[int, ...]
    has_lost_rows: bool

    @property
    def reread_from(self) -> int:
        """The position from which its end is read again: its beginning, or, if it was short, that of its last row.

        WooCommerce drops the rows that a key may not read, and variations without their product, from the page that it
        has cut. So the last of n rows stands at the n-th place or behind it, and what begins there holds it.
        """
        is_full = len(self.ids) == len(self.part)
        return self.part.start + (0 if is_full else max(0, len(self.ids) - 1))


class OverlapPaginator:
    """Leads through one list that the store sorts by ascending id.

    Pages of `plan` are given to `receive` in their order. Each must hold the last row of the page before it, and begin
    with a later row than that page did. If it does not, the end of the page before it is read again, which mostly
    brings the rows between; if that does not hold its last row either, the paginator rewinds, each time further.

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
        fits_plan: whether the plan still holds; if not, a new one is to be made.
    """

    def __init__(self, pages: PageSize, offset: int = 0, seen: int | None = None) -> None:
        self.pages = pages
        self.offset = offset
        self.seen = seen
        self.total: int | None = None
        self.done = False
        self.ordered = True
        self.fits_plan = True
        self._read_before = seen or 0
        self._read = IdSet()
        if seen is not None:
            self._read.add(seen)
        self._last: LastPage | None = None  # None after going back: the next page has none to follow
        self._looked: LastPage | None = None  # the page whose end is being read again
        self._miscounts = False  # the total is too low: rows came behind it
        self._fell = False  # there is no total, or it was larger before
        self._is_unproven = False  # a page that was all but empty could not show whether rows moved
        self._is_checked = False  # nothing more is to be asked before the list ends
        self._end_before: tuple[LastPage, int] | None = None  # last page and total, while the first page comes again
        # What an interrupted reading counted, and read, is not kept.
        self._is_resumed = offset > 0
        self._largest_total = sys.maxsize if offset else 0
        self._farthest = -1
        self._fruitless = self._rewinds = 0
        self._step = pages.most  # how far the next rewind goes

    @property
    def missing(self) -> int:
        """How many rows of a list that was read whole were counted and did not come; 0 where none are counted."""
        return 0 if self.total is None else max(0, self.total - len(self._read))

    def plan(self) -> Iterator[range]:
        """Give the parts to read from here on, as far as the list is known to reach."""
        self.fits_plan = True
        return self._parts(self.offset)

    def _parts(self, offset: int) -> Iterator[range]:
        while True:
            size = self.pages.next()
            yield range(offset, offset + size)
            offset += max(1, size - 1)
            if self.total is None or offset >= self.total or self._end_before:
                return

    def receive(self, page: Page) -> list[Row]:
        """Take the next page of the plan.

        Returns:
            The rows that were not brought before.

        Raises:
            EndlessListError: the list does not come to an end.
        """
        self.ordered = self.ordered and all(left < right for left, right in pairwise(page.ids))
        last, looked = self._last, self._looked
        if not self._follows(page):
            if last is None:
                self._rewind(page.part.start)
                return []
            if last != looked or len(last.ids) > 1:
                self._look_again(last)
                return []
            # Where one row at most comes, more looks show no more: the rows behind it are hidden, or there are none.
            is_behind_end = page.total is not None and page.part.start >= page.total
            self._is_unproven = self._is_unproven or not (is_behind_end and page.total == len(self._read))
        elif last is None and looked and page.part.start and page.ids and looked.ids and page.ids[0] < looked.ids[0]:
            # Rows came in before the last page, or it was another one, and perhaps those before it were others too.
            self._rewind(0)
            return []
        return self._take(page)

    def replan(self) -> None:
        """Drop the plan; the reader then asks for a new one, from here on.

        Raises:
            EndlessListError: there were too many without a page that came further than all before.
        """
        self.fits_plan = False
        self._rewinds += 1
        if self._rewinds > MAX_REWINDS:
            raise EndlessListError

    def _follows(self, page: Page) -> bool:
        """Whether to take a page: no row lies between the last page and this one, or it could not be seen."""
        last = self._last
        if page.part.start == 0 or not self.ordered:
            return True
        if last is None:
            is_same = self._looked is not None and (page.part, tuple(page.ids)) == self._looked[:2]
            reaches_back = self.seen is not None and bool(page.ids) and page.ids[0] <= self.seen
            return is_same or reaches_back or bool(page.lost)
        # Beside rows that are lost the pages cannot show it; the list counts as incomplete then.
        if last.has_lost_rows or page.lost:
            return True
        return bool(last.ids) and last.ids[-1] in page.ids and (last.ids[0] < page.ids[0] or len(last.ids) == 1)

    def _take(self, page: Page) -> list[Row]:
        """Count a page as read, and go on behind it."""
        end_before, self._end_before = self._end_before, None
        is_known = end_before is not None and self._is_resumed
        rows = [row for row, row_id in zip(page.rows, page.ids, strict=True) if not is_known and self._read.add(row_id)]
        self._count_steps(page.part, is_new=bool(rows))
        self._count_rows(page, is_new=bool(rows))
        self._is_checked = self._is_checked or bool(page.lost)  # the list is incomplete anyway
        self._last = LastPage(page.part, tuple(page.ids), bool(page.lost))
        self.seen = page.ids[-1] if page.ids else self.seen
        self._step = self.pages.most
        self.offset = page.part.start + max(1, len(page.part) - 1)
        if page.count < len(page.part) and (not rows if self.total is None else page.part.stop >= self.total):
            # Rows at its end may be hidden, or were left out of this one page: the end must be seen twice alike then.
            is_clean = self.total == page.part.start + page.count and (rows or len(page.ids) <= 1) and not self._fell
            if is_clean or (self._last == self._looked and not rows):
                self._end()
            else:
                self._look_again(self._last)
        elif end_before and not rows:
            last, total = end_before
            if (self.total or 0) <= total:
                self._end()
            else:  # the list goes on behind that end
                self._is_checked = False
                self._look_again(last)
        # What a resumed reading meets again, as rows have moved up, the interrupted one had brought.
        return [row for row in rows if not self.ordered or row["id"] > self._read_before]

    def _end(self) -> None:
        """End the list; where what it counts does not show that it has ended, ask for its first page once more."""
        self.ordered = self.ordered and not (self._fell and self._is_unproven)
        self.done = self._is_checked or not (self.missing or self._fell)
        if not self.done and self._last:
            self._is_checked, self._end_before = True, (self._last, self.total or 0)
            self._rewind(0)

    def _count_rows(self, page: Page, *, is_new: bool) -> None:
        # Some plugins for languages count the rows of one language and send those of all.
        end = page.part.start + page.count
        self._miscounts = self._miscounts or (is_new and page.total is not None and end > page.total)
        self.total = None if self._miscounts else page.total
        self._fell = self._fell or self.total is None or self.total < self._largest_total
        self._largest_total = max(self._largest_total, self.total or 0)

    def _count_steps(self, part: range, *, is_new: bool) -> None:
        if part.start <= self._farthest:
            return  # it is read again, and rewinds are counted
        self._farthest = part.start
        self._rewinds = 0
        self._fruitless = 0 if is_new else self._fruitless + len(part)
        if self._fruitless > MAX_FRUITLESS_ROWS or part.start > MAX_ROWS:
            raise EndlessListError

    def _look_again(self, last: LastPage) -> None:
        """Go back to the end of the last page, to see whether it has changed."""
        self.replan()
        self.offset, self._last, self._looked = last.reread_from, None, last

    def _rewind(self, offset: int) -> None:
        """Go back before an offset, each time further: rows have moved up, and what is sought stands earlier now."""
        self.replan()
        self.offset = max(0, offset - self._step)
        self._step *= 2
        self._last = None


class IdSet:
    """A set of ids that takes 8 bytes for each, made for ids that come in their order."""

    def __init__(self) -> None:
        self._ids = array("q")

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
