"""Faults of a list's pages: totals that lie, pages that are not those asked for, and rows that are no rows."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from demo_store.answer import Answer
from demo_store.faults.base import Exchange, Fault
from demo_store.php import Fields, encode

_TOTALS = ("X-WP-Total", "X-WP-TotalPages")


class NoTotals(Fault):
    """The headers with the totals are missing, as some proxies make them."""

    name = "no_totals"

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        """Take the headers away."""
        for name in _TOTALS:
            answer.headers.pop(name, None)
        return answer


class WrongTotals(Fault):
    """The totals are others than the true ones.

    Args:
        total: what X-WP-Total says.
        pages: what X-WP-TotalPages says.
    """

    name = "wrong_totals"

    def __init__(self, total: object = 1, pages: object = 1) -> None:
        self._values = (str(total), str(pages))

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        """Say other totals."""
        if _TOTALS[0] in answer.headers:
            answer.headers.update(zip(_TOTALS, self._values, strict=True))
        return answer


class ChangingTotals(Fault):
    """The totals grow with every answer, as if rows were added all the time; the rows stay the same.

    Args:
        step: by how much, negative for a list that shrinks.
    """

    name = "changing_totals"

    def __init__(self, step: int = 1) -> None:
        self._step = step
        self._added = 0

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        """Say totals that have moved since the last answer."""
        if _TOTALS[0] in answer.headers:
            self._added += self._step
            total = max(0, int(answer.headers[_TOTALS[0]]) + self._added)
            per_page = int(exchange.request.query.get("per_page", 10))
            answer.headers.update(zip(_TOTALS, (str(total), str(-(-total // per_page))), strict=True))
        return answer


class OtherPage(Fault):
    """A cache sends another page's rows than those asked for.

    Args:
        shift: which page, counted from the one asked for.
    """

    name = "other_page"

    def __init__(self, shift: int = 1) -> None:
        self._shift = shift

    async def before(self, exchange: Exchange) -> Answer | None:
        """Answer with the other page; single rows and lists without pages are left alone."""
        query = exchange.request.query
        if "offset" in query:
            rows = int(query.get("per_page", 10))
            return exchange.compute({"offset": str(max(0, int(query["offset"]) + self._shift * rows))})
        if "per_page" not in query and "page" not in query:
            return None
        return exchange.compute({"page": str(max(1, int(query.get("page", 1)) + self._shift))})


class FewerRows(Fault):
    """A plugin lets a page have fewer rows than are asked for, and says nothing of it.

    Args:
        most: the most rows of a page.
    """

    name = "fewer_rows"

    def __init__(self, most: int = 10) -> None:
        self._most = most

    async def before(self, exchange: Exchange) -> Answer | None:
        """Answer with so many rows at most; totals and places of rows are the true ones."""
        if int(exchange.request.query.get("per_page", 10)) <= self._most:
            return None
        return exchange.compute({"per_page": str(self._most)})


class EndsEarly(Fault):
    """A list ends in the middle of a page behind the first, and the totals say so too."""

    name = "ends_early"

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        """Leave out the second half of the page, and say totals to match."""
        offset = int(exchange.request.query.get("offset", 0))
        if offset and answer.body[:1] == b"[":
            rows = json.loads(answer.body)
            kept = rows[: len(rows) // 2]
            answer.body = encode(kept)
            answer.headers.update(zip(_TOTALS, (str(offset + len(kept)), "1"), strict=True))
        return answer


class SamePage(Fault):
    """A cache sends the first page for every page: the parameters are not part of its key."""

    name = "same_page"

    async def before(self, exchange: Exchange) -> Answer | None:
        """Answer with the first page."""
        query = exchange.request.query
        if "offset" in query:
            return exchange.compute({"offset": "0"})
        return exchange.compute({"page": "1"}) if "page" in query else None


class EndlessPages(Fault):
    """A list that never ends: behind its last row come ever new ones.

    Args:
        grows: whether the totals grow with it; else they are missing.
    """

    name = "endless_pages"

    def __init__(self, *, grows: bool = True) -> None:
        self._grows = grows

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        """Fill the page up."""
        rows = json.loads(answer.body) if answer.body[:1] == b"[" else None
        query = exchange.request.query
        if not isinstance(rows, list) or "offset" not in query:
            return answer
        missing = range(len(rows), int(query.get("per_page", 10)))
        # Ids far behind those of the store, which rise with the position in the list.
        new = [{"id": 10**9 + int(query["offset"]) + place, "name": "One more"} for place in missing]
        answer.body = encode(rows + new)
        for name in _TOTALS:
            answer.headers.pop(name, None)
        if self._grows:
            answer.headers[_TOTALS[0]] = str(int(query["offset"]) + 2 * int(query.get("per_page", 10)))
        return answer


class RowsChanged(Fault):
    """Any change of the rows of a list.

    Args:
        change: gets each row and gives the one that is sent.
    """

    name = "rows_changed"

    def __init__(self, change: Callable[[Any], object] = lambda row: row) -> None:
        self._change = change

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        """Change the rows; answers that are no lists stay."""
        rows = json.loads(answer.body) if answer.body[:1] == b"[" else None
        if isinstance(rows, list):
            answer.body = encode([self._change(row) for row in rows])
        return answer


class JunkRows(RowsChanged):
    """Rows that are null, a string, a list, a number or an empty object.

    Args:
        junk: what rows are replaced by.
        step: every so many rows, the first of them included.
    """

    name = "junk_rows"

    def __init__(self, junk: object = None, step: int = 1) -> None:
        numbers = count()
        super().__init__(lambda row: row if next(numbers) % step else junk)


class TextIds(RowsChanged):
    """Ids as strings."""

    name = "text_ids"

    def __init__(self) -> None:
        super().__init__(_with_text_id)


class NoIds(RowsChanged):
    """Rows without ids."""

    name = "no_ids"

    def __init__(self) -> None:
        super().__init__(_without_id)


class ObjectNotList(Fault):
    """A list that comes as an object whose names are the places, as PHP sends a list with gaps."""

    name = "object_not_list"

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        """Make an object of the list."""
        rows = json.loads(answer.body) if answer.body[:1] == b"[" else None
        if isinstance(rows, list):
            answer.body = encode({str(place): row for place, row in enumerate(rows)})
        return answer


def _with_text_id(row: Fields) -> object:
    return {**row, "id": str(row["id"])} if isinstance(row, dict) and "id" in row else row


def _without_id(row: Fields) -> object:
    return {name: value for name, value in row.items() if name != "id"} if isinstance(row, dict) else row
