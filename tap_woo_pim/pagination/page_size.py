"""Finds how many rows a page may have on a store that fails over large ones."""

from __future__ import annotations

import threading

MAX_PAGE_SIZE = 100
"""The largest `per_page` that WordPress accepts."""

FIRST_PATIENCE = 2
"""After so many good pages of a size a larger one is tried, as long as no such try has failed."""

LASTING_PATIENCE = 32
"""After so many, where an earlier run had to ask for smaller pages."""

MOST_PATIENCE = 64
"""Each try of a larger page that fails doubles that number, up to so many."""


class PageSize:
    """How many rows to ask for at once, in all lists of a stream. To be used by several threads at once.

    Args:
        most: the most rows of a page; between 2, since pages overlap, and 100.
        kept: the rows of a page that an earlier run came down to, if it did.

    Attributes:
        most: the most rows of a page.
        now: rows of a page that the store delivers, as far as it is known.
        short_pages: how many pages had fewer rows than the store counts there.
    """

    def __init__(self, most: int, kept: int | None = None) -> None:
        self.most = max(2, min(most, MAX_PAGE_SIZE))
        self.now = max(1, min(kept or self.most, self.most))
        self.short_pages = 0
        self._patience = FIRST_PATIENCE if self.now == self.most else LASTING_PATIENCE
        self._good_pages = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        """Give the size of the page to ask for next: now and then a single larger one, to see if it comes."""
        with self._lock:
            if self.now == self.most or self._good_pages < self._patience:
                return self.now
            self._good_pages = 0
            self._patience = min(2 * self._patience, MOST_PATIENCE)
            return min(2 * self.now, self.most)

    def delivered(self, size: int) -> None:
        """Count a good page."""
        with self._lock:
            if size > self.now:
                self.now, self._good_pages, self._patience = size, 0, self._patience // 2
            elif size == self.now:
                self._good_pages += 1

    def came_in_parts(self, size: int) -> None:
        """Count a page, or a part of one, that failed as a whole: it was its size, or trouble that has passed.

        Args:
            size: twice the rows of the parts that came. Later pages have half as many at most, as these had.
        """
        with self._lock:
            if size <= self.now:
                self.now, self._good_pages = max(1, size // 2), 0
