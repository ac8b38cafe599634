"""Finds how many rows a page may have on a store that fails over large ones."""

from __future__ import annotations

import threading

FIRST_PATIENCE = 2
"""So many good pages of a size allow larger ones, before any that were tried failed."""

LASTING_PATIENCE = 32
"""So many do where an earlier run had to ask for smaller pages."""

MOST_PATIENCE = 64
"""Larger pages that fail at once double that number, up to so many."""


class PageSize:
    """How many rows to ask for at once, in all lists of a stream. To be used by several threads at once.

    A page that fails is asked for with half as many rows. When one row of it alone fails, it was the row and not the
    size, which is then as before; when all of its rows have come in smaller pages, it was the size.

    Args:
        most: the most rows of a page.
        kept: the rows of a page that an earlier run came down to, if it did.

    Attributes:
        most: the most rows of a page.
        now: rows to ask for.
        settled: rows of a page that the store has delivered, to be kept for the next run.
        is_proven: whether pages of this size are known to be delivered, and none is looked through for a row that
            fails; only then are several asked for at once.
        short_pages: how many pages were found to hold all that the store sends, and yet less than it counts.
        unwanted: set when pages of the present size are not wanted any more, since smaller ones will be asked for.
    """

    def __init__(self, most: int, kept: int | None = None) -> None:
        self.most = most
        self.now = self.settled = max(1, min(kept or most, most))
        self.is_proven = True
        self.short_pages = 0
        self.unwanted = threading.Event()
        self._patience = FIRST_PATIENCE if self.now == most else LASTING_PATIENCE
        self._good_pages = 0
        self._before: tuple[int, int] | None = None
        self._doubted: object = None
        self._rows_in_doubt = 0
        self._row_failed = False
        self._lock = threading.Lock()

    def failed(self, by: object, size: int) -> bool:
        """Count a page that failed.

        Args:
            by: the list.
            size: how many rows the page was asked for with.

        Returns:
            Whether fewer rows can be asked for.
        """
        with self._lock:
            if size == 1:
                self._row_failed = self._row_failed or by is self._doubted
                return False
            if size > self.now:
                return True
            self._before = self._before or (self.now, self._patience)
            if by is not self._doubted:
                self._doubted, self._rows_in_doubt = by, size
            if self._good_pages == 0:
                self._patience = min(2 * self._patience, MOST_PATIENCE)
            self._change(size // 2, is_proven=False)
            self.unwanted.set()
            self.unwanted = threading.Event()
            return True

    def delivered(self, by: object, size: int) -> None:
        """Count a good page.

        Args:
            by: the list.
            size: how many rows the page was asked for with.
        """
        with self._lock:
            if by is self._doubted:
                self._lessen_doubt(size)
            if size != self.now:
                return
            # Of the pages behind the one that may hold the row, most would be asked for in vain.
            self.is_proven = self._doubted is None
            if self._before is None:
                self.settled = size
            self._good_pages += 1
            if self.now < self.most and self._good_pages >= self._patience:
                self._change(min(2 * self.now, self.most), is_proven=False)

    def _lessen_doubt(self, size: int) -> None:
        self._rows_in_doubt -= max(1, size - 1)
        if self._row_failed and self._before is not None:
            before, self._patience = self._before
            self._change(before, is_proven=True)
        if self._row_failed or self._rows_in_doubt <= 0:
            self._row_failed, self._before, self._doubted = False, None, None

    def _change(self, size: int, *, is_proven: bool) -> None:
        self.now, self.is_proven, self._good_pages = size, is_proven, 0
