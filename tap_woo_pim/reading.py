"""Reads one list of a shop to its end: ahead, in order, around pages and rows that the shop cannot deliver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.client import Answer, UnwantedError, is_about_size
from tap_woo_pim.errors import ShopError
from tap_woo_pim.listing import Listing, Page, Row, Unread, page_of
from tap_woo_pim.pagination import EndlessListError, Verdict, Window
from tap_woo_pim.prefetch import Inline, in_order, result_of
from tap_woo_pim.shop import Shop

logger = logging.getLogger("tap-woo-pim")

MAX_UNREAD_IN_A_ROW = 5
"""So many unreadable rows next to each other mean that the shop fails, not the rows."""


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
        windows, is_told = list[Window](), False
        is_proven = walk.pages.is_proven
        ahead = _ahead(shop) if executor is None and is_proven else 0
        for place, future in enumerate(
            in_order(executor or shop.client.executor, _calls(shop, listing, windows), ahead)
        ):
            if not is_told:
                is_told = _tell_of_last_page(listing, windows)
            page = _page_or_trouble(future)
            if isinstance(page, UnwantedError):
                break
            if isinstance(page, RetriableAPIError):
                if not walk.pages.failed(walk, windows[place].size):
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
            if not (goes_on and is_proven):
                break


def ask_ahead(shop: Shop, listing: Listing, pages: int = 1) -> Future[Answer]:
    """Ask for the first pages of a list that will be read soon, while others are being read.

    Args:
        shop: the shop.
        listing: the list.
        pages: how many, at most; the first alone where the length of the list is not known.

    Returns:
        The first page to come.
    """
    unwanted = listing.walk.pages.unwanted
    first, *_ = [
        shop.ask_ahead(
            listing.path,
            _params(listing, window),
            about=listing.about,
            is_large=window.size > 1,
            unwanted=unwanted,
        )
        for window in islice(listing.walk.plan(), pages)
    ]
    return first


def read_many(shop: Shop, listings: Iterable[Listing]) -> Iterator[tuple[Listing, list[Row]]]:
    """Read many short lists with several in flight, each one whole, in their order.

    Args:
        shop: the shop.
        listings: the lists, taken one by one.

    Yields:
        Each list with all of its rows.
    """
    calls = (partial(_read_whole, shop, listing) for listing in listings)
    for future in in_order(shop.client.executor, calls, _ahead(shop)):
        yield result_of(future)


def _tell_of_last_page(listing: Listing, asked: list[Window]) -> bool:
    walk = listing.walk
    # Before a page has come, the length of the list is but what was expected.
    is_sure = walk.anchor is not None or len(asked) == 1
    if listing.at_last_page is None or not is_sure or not walk.is_last(asked[-1]):
        return False
    listing.at_last_page()
    return True


def _ahead(shop: Shop) -> int:
    # As many again as are in flight, so that one slow page does not leave all places behind it idle: where one page in
    # four takes four times as long, a list then takes 1.04 times as long as in any order, else 1.42 times.
    return 2 * shop.settings.max_concurrency - 1


def _calls(shop: Shop, listing: Listing, windows: list[Window]) -> Iterator[Callable[[], Page]]:
    for window in listing.walk.plan():
        windows.append(window)
        yield partial(_fetch, shop, listing, window)


def _read_whole(shop: Shop, listing: Listing) -> tuple[Listing, list[Row]]:
    try:
        return listing, [row for rows in read(shop, listing, Inline()) for row in rows]
    except ShopError as error:
        if listing.gone_code is None or error.error.code != listing.gone_code:
            raise
        return listing, []


def _page_or_trouble(future: Future[Page]) -> Page | RetriableAPIError:
    try:
        return result_of(future)
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
    answer = shop.get(
        listing.path,
        _params(listing, window),
        about=listing.about,
        tries=tries,
        is_large=window.size > 1,
        unwanted=listing.walk.pages.unwanted,
    )
    return page_of(shop, listing, window, answer.data, answer.total)
