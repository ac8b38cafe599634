"""Tells by the row that neighbouring pages share whether a row can have been missed between them.

WooCommerce pages by position (`offset`, `per_page`). When rows are deleted or trashed between two requests, all later
rows move up, and a plain reader misses as many between two pages (seen on 11.0.1, 9.9.5 and 5.9.0). The list is
therefore sorted by id, and each page begins with the last row of the one before it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class PageRange:
    """A part of a list: `size` rows from position `offset` on."""

    offset: int
    size: int

    @property
    def end(self) -> int:
        """The position behind the last one."""
        return self.offset + self.size

    def halves(self) -> Iterator[PageRange]:
        """Cut it in two."""
        half = self.size // 2
        yield PageRange(self.offset, half)
        yield PageRange(self.offset + half, self.size - half)


def is_contiguous(last: Sequence[int], ids: Sequence[int]) -> bool:
    """Whether no row can lie between a page and the next one: that begins later, and holds the last row.

    It has a gap before it when rows were deleted or are hidden there. It is an overrun, and begins too early, when rows
    came in before it, or one of the two pages is not the one that was asked for.

    Args:
        last: ids of the page, in ascending order.
        ids: ids of the next one, in ascending order.
    """
    return bool(last) and last[-1] in ids and (last[0] < ids[0] or len(last) == 1)


def is_ascending(ids: Sequence[int]) -> bool:
    """Whether rows came in the order of their ids, and none twice."""
    return all(left < right for left, right in pairwise(ids))


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
