"""What an answer of a list holds: rows that can be told apart, and others, which are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tap_woo_pim.records.columns import ID, key_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Unread:
    """A row that the store could not deliver.

    Attributes:
        position: its position in the list, or its id.
        reason: why.
        is_partial: whether the rest of the row came.
    """

    position: str
    reason: str
    is_partial: bool = False


@dataclass(frozen=True)
class Page:
    """The rows of one part of a list, in the store's order.

    Attributes:
        part: the positions of the part.
        rows: its usable rows.
        ids: their ids.
        lost: the others: rows without a usable id, and rows that the store cannot deliver.
        total: how many rows the store counts in the list; None where it does not say.
        partial: those of its rows that lack fields.
        is_joined: whether it came in parts, between which rows may have moved.
    """

    part: range
    rows: list[Row]
    ids: list[int]
    lost: list[Unread]
    total: int | None
    partial: list[Unread]
    is_joined: bool = False

    @property
    def count(self) -> int:
        """How many rows of the part are accounted for, usable or not."""
        return len(self.rows) + len(self.lost)


def page_of(part: range, sent: Sequence[Any], total: int | None, position: Callable[[int], str] = str) -> Page:
    """Take the usable rows of an answer, in the store's order.

    Args:
        part: the positions that were asked for.
        sent: the rows of the answer.
        total: how many rows the store counts; None where it does not say.
        position: names a position of the list.
    """
    page = Page(part, [], [], [], total, [])
    for place, row in enumerate(sent):
        row_id = key_of(row, "id", ID)
        if row_id is None:
            page.lost.append(Unread(position(part.start + place), "the row has no usable id"))
        else:
            row["id"] = row_id  # plugins send it as a text
            page.rows.append(row)
            page.ids.append(row_id)
    return page


def joined(part: range, pages: Sequence[Page]) -> Page:
    """Combine the pages of the pieces of a part into one. They do not overlap."""
    totals = [page.total for page in pages if page.total is not None]
    return Page(
        part,
        [row for page in pages for row in page.rows],
        [row_id for page in pages for row_id in page.ids],
        [lost for page in pages for lost in page.lost],
        totals[-1] if totals else None,
        [row for page in pages for row in page.partial],
        is_joined=True,
    )
