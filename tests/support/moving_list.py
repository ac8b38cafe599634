"""A list of a store in memory, whose rows move while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.http.models import Response
from tap_woo_pim.http.prefetch import Inline
from tap_woo_pim.pagination.page_size import PageSize
from tap_woo_pim.pagination.paginator import OverlapPaginator
from tap_woo_pim.pagination.reader import Listing, read
from tap_woo_pim.store.connection import Connection


@dataclass
class MovingList:
    """A store's list in memory, whose rows appear, vanish and hide between requests as a script says.

    Attributes:
        cut: the numbers of requests whose answers lack their last row, though the total counts it.
        repeated: the numbers of requests that are answered as the one before was, as a cache does.
        turns: before each request, the rows that go to the trash together, or come back when they are there.
    """

    ids: list[int]
    hidden: set[int] = field(default_factory=set)
    poisoned: set[int] = field(default_factory=set)
    script: list[tuple[str, int]] = field(default_factory=list)
    turns: list[set[int]] = field(default_factory=list)
    cut: set[int] = field(default_factory=set)
    repeated: set[int] = field(default_factory=set)
    requests: int = 0
    last: Response | None = None

    def get(self, _path: str, params: dict[str, Any], **_: Any) -> Response:
        self.requests += 1
        if self.script:
            self._move(*self.script.pop(0))
        if self.turns:
            self.ids = list(set(self.ids) ^ self.turns.pop(0))
        size = params["per_page"]
        offset = params.get("offset", size * (params.get("page", 1) - 1))
        window = sorted(self.ids)[offset : offset + size]
        if self.poisoned.intersection(window):
            raise RetriableAPIError("the server broke down")
        if self.last is None or self.requests not in self.repeated:
            shown = [{"id": row} for row in window if row not in self.hidden]
            self.last = Response(shown[:-1] if self.requests in self.cut else shown, len(self.ids), None)
        return self.last

    def _move(self, what: str, which: int) -> None:
        if what == "delete" and self.ids:
            self.ids.pop(which % len(self.ids))
        elif what == "insert" and which not in self.ids:
            self.ids.append(which)

    def store(self) -> Connection:
        client = SimpleNamespace(executor=Inline(), prefix=lambda subject: f"store, {subject}")
        settings = SimpleNamespace(max_concurrency=4)
        return cast("Connection", SimpleNamespace(get=self.get, client=client, settings=settings, run_key="1"))


def listing_of(page_size: int, **start: Any) -> Listing:
    return Listing("list", {}, "rows", OverlapPaginator(PageSize(page_size), **start))


def read_ids(rows: MovingList, page_size: int, **start: Any) -> tuple[Listing, list[int]]:
    listing = listing_of(page_size, **start)
    return listing, [row["id"] for page in read(rows.store(), listing) for row in page]
