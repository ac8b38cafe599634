"""Reads one list of a shop to its end: ahead, in order, around pages and rows that the shop cannot deliver."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.client import is_about_size
from tap_woo_pim.columns import ID
from tap_woo_pim.errors import ShopError
from tap_woo_pim.pagination import EndlessListError, Verdict, Walk, Window
from tap_woo_pim.prefetch import Inline, in_order
from tap_woo_pim.shop import Shop

logger = logging.getLogger("tap-woo-pim")

MAX_UNREAD_IN_A_ROW = 5
"""So many unreadable rows next to each other mean that the shop fails, not the rows."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Unread:
    """A row that the shop could not deliver: its position in the list or its id, and why."""

    position: str
    reason: str


@dataclass(frozen=True)
class Page:
    """The usable rows of one window, in the shop's order."""

    window: Window
    rows: list[Row]
    ids: list[int]
    odd: list[Unread]
    total: int | None


@dataclass
class Listing:
    """A list to read.

    Attributes:
        path: path below the API root.
        params: query parameters beside those of paging and order.
        about: the list's name for messages.
        walk: where to begin and how far it has come.
        unread: the rows that could not be read.
        part: which part of the stream it holds, where the path tells it, for positions in it.
        gone_code: the error code by which the shop says that the list is there no more, which makes it an empty one.
    """

    path: str
    params: Mapping[str, Any]
    about: str
    walk: Walk
    unread: list[Unread] = field(default_factory=list)
    part: str = ""
    gone_code: str | None = None

    @property
    def complete(self) -> bool:
        """Whether, once it is read to its end, every row was read and every seam was closed."""
        return self.walk.ordered and not self.unread

    def position(self, offset: int) -> str:
        """Name a position such that it is another one in each list of the stream."""
        status = f" of status {self.params['status']}" if "status" in self.params else ""
        since = f" of changes after {self.params['modified_after']}" if "modified_after" in self.params else ""
        return f"offset {offset}{self.part}{status}{since}"


def read(shop: Shop, listing: Listing, executor: Executor | None = None) -> Iterator[list[Row]]:
    """Read a list that the shop sorts by id.

    Args:
        shop: the shop.
        listing: the list; its walk and unread rows are brought up to date before each page is yielded.
        executor: where pages are fetched ahead; the shop's own threads when not given.

    Yields:
        The new rows of each page: those with an id beyond all that came before.

    Raises:
        FatalAPIError: the shop refused.
        RetriableAPIError: the shop failed, and a smaller page did not help.
    """
    walk = listing.walk
    skipped_in_a_row = 0
    while not walk.done:
        calls = (partial(_fetch, shop, listing, window) for window in walk.plan())
        ahead = shop.settings.max_concurrency - 1 if executor is None else 0
        for future in in_order(executor or shop.client.executor, calls, ahead):
            page = _page_or_trouble(future)
            if isinstance(page, RetriableAPIError):
                if not walk.shrink():
                    skipped_in_a_row += 1
                    if skipped_in_a_row > MAX_UNREAD_IN_A_ROW:
                        raise page
                    _skip(shop, listing, page)
                break
            skipped_in_a_row = 0
            fresh, goes_on = _follow(shop, listing, page)
            yield fresh
            if walk.done:
                return
            if not goes_on:
                break


def ask_ahead(shop: Shop, listing: Listing) -> None:
    """Ask for the first page of a list that will be read soon, while others are being read."""
    window = next(listing.walk.plan())
    shop.ask_ahead(listing.path, _params(listing, window), about=listing.about, is_large=window.size > 1)


def read_many(shop: Shop, listings: Iterable[Listing]) -> Iterator[tuple[Listing, list[Row]]]:
    """Read many short lists with several in flight, each one whole, in their order.

    Args:
        shop: the shop.
        listings: the lists, taken one by one.

    Yields:
        Each list with all of its rows.
    """
    calls = (partial(_read_whole, shop, listing) for listing in listings)
    for future in in_order(shop.client.executor, calls, shop.settings.max_concurrency - 1):
        yield future.result()


def _read_whole(shop: Shop, listing: Listing) -> tuple[Listing, list[Row]]:
    try:
        return listing, [row for rows in read(shop, listing, Inline()) for row in rows]
    except ShopError as error:
        if listing.gone_code is None or error.error.code != listing.gone_code:
            raise
        return listing, []


def _page_or_trouble(future: Future[Page]) -> Page | RetriableAPIError:
    try:
        return future.result()
    except RetriableAPIError as error:
        if not is_about_size(error):
            raise
        return error


def _follow(shop: Shop, listing: Listing, page: Page) -> tuple[list[Row], bool]:
    """Take a page if it follows on what was read.

    Returns:
        The new rows, and whether the pages fetched ahead are still good; else the reading has gone back.
    """
    try:
        return _take(shop, listing, page)
    except EndlessListError:
        raise FatalAPIError(
            f"{shop.client.place(listing.about)}: its pages do not fit together, or never end. A cache that ignores the"
            " query does that: exclude /wp-json/ from it."
        ) from None


def _take(shop: Shop, listing: Listing, page: Page) -> tuple[list[Row], bool]:
    walk = listing.walk
    verdict = walk.judge(page.window, page.ids)
    if verdict is Verdict.CLOSED:
        return _new_rows(listing, page), True
    if walk.anchor is None:
        walk.step_back()
        return [], False
    again = _fetch(shop, listing, walk.anchor[0])
    if verdict is Verdict.BEHIND:
        # Rows came in before the last page, or one of the two pages was another's: that one is read again.
        walk.count_return()
        return _new_rows(listing, again), False
    if walk.follows(page.window, again.ids):
        return _new_rows(listing, page), True
    logger.info("%s: rows moved while they were read; reading that part again.", listing.about)
    walk.step_back()
    return [], False


def _new_rows(listing: Listing, page: Page) -> list[Row]:
    places = listing.walk.take(page.window, page.ids, page.total)
    listing.unread.extend(page.odd)
    return [page.rows[place] for place in places]


def _skip(shop: Shop, listing: Listing, error: RetriableAPIError) -> None:
    unread = Unread(_name(shop, listing), str(error))
    listing.unread.append(unread)
    logger.warning("%s: the row at %s could not be read and is left out. %s", listing.about, unread.position, error)
    listing.walk.skip_row()


def _name(shop: Shop, listing: Listing) -> str:
    """Name the row at which a list fails: by its id where the shop can tell at least that, else by its position."""
    offset, params = listing.walk.offset, {**listing.params, "_fields": "id"}
    try:
        page = _fetch(shop, replace(listing, params=params), Window(offset, 1), tries=1)
    except RetriableAPIError:
        return listing.position(offset)
    return f"id {page.ids[0]}" if page.ids else listing.position(offset)


def _params(listing: Listing, window: Window) -> dict[str, Any]:
    return {
        **listing.params,
        "orderby": "id",
        "order": "asc",
        "per_page": window.size,
        "offset": window.offset,
    }


def _fetch(shop: Shop, listing: Listing, window: Window, tries: int | None = None) -> Page:
    params = _params(listing, window)
    answer = shop.get(listing.path, params, about=listing.about, tries=tries, is_large=window.size > 1)
    return _page(shop, listing, window, answer.data, answer.total)


def as_list(shop: Shop, about: str, data: Any) -> list[Any]:
    """Take an answer for a list; PHP sends one with gaps as an object whose names are the places.

    Raises:
        RetriableAPIError: it is none.
    """
    if isinstance(data, dict) and data and all(name.isdecimal() for name in data):
        return list(data.values())
    if not isinstance(data, list):
        raise RetriableAPIError(
            f"{shop.client.place(about)}: it answered with something that is no list. Try later. If it"
            " lasts, look for a plugin that changes the shop's answers."
        )
    return data


def _page(shop: Shop, listing: Listing, window: Window, data: Any, total: int | None) -> Page:
    rows: list[Row] = []
    ids: list[int] = []
    odd: list[Unread] = []
    for place, row in enumerate(as_list(shop, listing.about, data)):
        row_id = _row_id(row)
        if row_id is None:
            odd.append(Unread(listing.position(window.offset + place), "the row has no usable id"))
        else:
            rows.append(row)
            ids.append(row_id)
    return Page(window, rows, ids, odd, total)


def _row_id(row: Any) -> int | None:
    row_id = ID.shape(row.get("id")) if isinstance(row, dict) else None
    return row_id if isinstance(row_id, int) and row_id > 0 else None
