"""Counts the rows of a sync: the deletion guard, and rows that the store counts and does not send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tap_woo_pim.sync.state import ListState, RowNumbers

FEW_ROWS = 5
"""This many rows may vanish from any list, whatever their share, or be counted and not sent."""

ALL = 100
"""The value of max_vanished_percent that lets a list vanish as a whole."""


class RowCounts:
    """Counts the rows of a sync, and how many of the last full one's are missing from a full one.

    Only numbers are kept, so the state does not grow with the store. Ids only rise, so the rows up to the largest id of
    the last full sync are the ones that survived it.

    Args:
        state: the stream's state with the numbers of the last full sync; `save` replaces them.
        numbers: the numbers so far of an interrupted full sync.
    """

    def __init__(self, state: ListState, numbers: RowNumbers | None = None) -> None:
        self._state = state
        numbers = numbers or RowNumbers()
        self.rows = numbers.rows
        self.survivors = numbers.survivors
        self.max_id = numbers.max_id
        self._walked = numbers.walked
        self._listed = numbers.listed
        self._last_max_id = state.max_id

    def count(self, rows: Sequence[Mapping[str, Any]], walked: int | None = None) -> None:
        """Count rows.

        Args:
            rows: the rows.
            walked: how many rows of the list they stand for, if not as many.
        """
        self._walked += len(rows) if walked is None else walked
        for row in rows:
            self.rows += 1
            row_id = row.get("id")
            if isinstance(row_id, int):
                self.max_id = max(row_id, self.max_id or 0)
                self.survivors += self._last_max_id is None or row_id <= self._last_max_id
            else:
                self.survivors += 1

    def end_list(self, total: int | None) -> None:
        """Count a list as read to its end.

        Args:
            total: how many rows the store counts in it; None if it does not say.
        """
        self._listed = None if self._listed is None or total is None else self._listed + total

    @property
    def shortfall(self) -> int:
        """How many rows the store counted and did not send; 0 if it does not count."""
        return 0 if self._listed is None else max(0, self._listed - self._walked)

    @property
    def total(self) -> int | None:
        """How many rows the lists had, also those deleted after they had been read; None if the store does not count.

        As many rows as in the last full sync are taken for counted and not sent.
        """
        return None if self._listed is None else max(self._listed, self._walked + self._state.shortfall)

    def lacks_rows(self, *, pages_were_rechecked: bool) -> bool:
        """Return whether more rows were counted and not sent than in the last full sync.

        Rows that the key may not read, and those without a parent, are counted every time.

        Args:
            pages_were_rechecked: whether all pages that lacked rows were read again, so that a few more are rows that
                came or went meanwhile.
        """
        return self.shortfall - self._state.shortfall > (FEW_ROWS if pages_were_rechecked else 0)

    def shrank(self, max_vanished_percent: float) -> bool:
        """Return whether the lists counted far fewer rows at their end than had come: they broke during the read."""
        lost = 0 if self._listed is None else self._walked - self._listed
        return lost > FEW_ROWS and lost * 100 > max_vanished_percent * self._walked

    def keep_shortfall(self) -> None:
        """Remember the shortfall for the next full sync: what is missing twice is missing for a reason."""
        self._state.shortfall = self.shortfall

    @property
    def last_rows(self) -> int:
        """How many rows the last full sync saw."""
        return self._state.row_count or 0

    @property
    def vanished(self) -> int:
        """How many rows of the last full sync are missing from this one; 0 for the first."""
        return max(0, self.last_rows - self.survivors)

    def is_doubtful(self, max_vanished_percent: float) -> bool:
        """Return whether the list is empty and nothing is known of an earlier sync, as after a lost state.

        The database may have rows all the same, and an empty list is what a broken store shows.
        """
        return self.rows == 0 and self._state.row_count is None and max_vanished_percent < ALL

    def looks_broken(self, max_vanished_percent: float) -> bool:
        """Return whether so many rows vanished that the list is probably broken.

        A few rows are no sign of that, unless no row came and the store does not count as many.
        """
        is_plausible = self.rows > 0 or self._listed == self._walked
        if 0 < self.vanished <= FEW_ROWS and is_plausible and max_vanished_percent:
            return False
        return self.vanished * 100 > max_vanished_percent * self.last_rows

    def numbers(self) -> RowNumbers:
        """Return what an interrupted full sync needs to go on counting."""
        return RowNumbers(self.rows, self.survivors, self.max_id, self._walked, self._listed)

    def save(self) -> None:
        """Keep the numbers for the next full sync."""
        self._state.row_count = self.rows
        self._state.max_id = self.max_id
        self.keep_shortfall()

    def save_new(self) -> None:
        """Add the new rows to those of the last full sync, so that the deletion guard covers them too."""
        new = self.rows if self._last_max_id is None else self.rows - self.survivors
        if new:
            self._state.row_count = self.last_rows + new
            self._state.max_id = max(self.max_id or 0, self._last_max_id or 0)
