"""Reads one list of a store to its end: ahead, in order, around pages and rows that the store cannot deliver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from functools import partial

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.exceptions import CancelledError, StoreError
from tap_woo_pim.http.models import Response
from tap_woo_pim.http.prefetch import Inline, in_order, result_of
from tap_woo_pim.http.retry import is_about_size
from tap_woo_pim.pagination.overlap import EndlessListError, PageRange, Verdict
from tap_woo_pim.pagination.page import Listing, Page, Row, Unread
from tap_woo_pim.pagination.pages import (
    fail_rows_alone,
    fetch,
    fetch_part,
    fetch_uncut,
    look_at_ends,
    name_row,
    params_of,
)
from tap_woo_pim.records.shaper import NOISE
from tap_woo_pim.store.connection import Connection

logger = logging.getLogger("tap-woo-pim")

MAX_UNREAD_IN_A_ROW = 5
"""After so many unreadable rows next to each other it is found out whether the store fails, or these rows alone."""

ROWS_AT_ONCE = 500
"""So many rows of a list are read in a thread beside others; all of an endless one would not fit into memory."""

OUT_OF_ORDER = "the store does not keep to the order of ids, so rows may be missing before this place"


def read(store: Connection, listing: Listing, executor: Executor | None = None) -> Iterator[list[Row]]:
    """Read a list that the store sorts by id.

    Args:
        store: the store.
        listing: the list; its walk and unread rows are brought up to date before each page is yielded.
        executor: where pages are fetched ahead; the store's own threads when not given.

    Yields:
        The rows of each page that were not brought before.

    Raises:
        FatalAPIError: the store refused.
        RetriableAPIError: the store failed, and a smaller page did not help.
    """
    walk = listing.walk
    skipped_in_a_row = 0
    while not walk.done:
        windows = list[PageRange]()
        is_proven = walk.pages.is_proven
        ahead = _ahead(store) if executor is None and is_proven else 0
        for place, future in enumerate(
            in_order(executor or store.client.executor, _calls(store, listing, windows), ahead)
        ):
            page = _page_or_trouble(future)
            if isinstance(page, CancelledError):
                break
            if isinstance(page, RetriableAPIError):
                if not walk.pages.failed(walk, windows[place].size):
                    if skipped_in_a_row and skipped_in_a_row % MAX_UNREAD_IN_A_ROW == 0:
                        if not fail_rows_alone(store, listing):
                            raise page
                        yield []  # so that the rows left out by now are told of
                    skipped_in_a_row += 1
                    _skip(store, listing, page)
                break
            skipped_in_a_row = 0
            fresh, goes_on = _follow(store, listing, page)
            yield fresh
            if walk.done or not (goes_on and is_proven):
                break


def ask_ahead(store: Connection, listing: Listing) -> Future[Response]:
    """Ask for the first page of a list that will be read soon, while others are being read.

    Returns:
        The page to come.
    """
    walk = listing.walk
    return store.ask_ahead(
        listing.path,
        params_of(listing, PageRange(walk.offset, walk.size)),
        subject=listing.subject,
        is_large=walk.size > 1,
        unwanted=walk.pages.unwanted,
    )


def read_many(store: Connection, listings: Iterable[Listing]) -> Iterator[tuple[Listing, list[Row]]]:
    """Read many short lists with several in flight, one after the other in their order.

    Args:
        store: the store.
        listings: the lists, taken one by one.

    Yields:
        Each list with its rows, in pieces if it is a long one; its walk is done with the last of them.
    """
    calls = (partial(_begin, store, listing) for listing in listings)
    for future in in_order(store.client.executor, calls, _ahead(store)):
        listing, rows = result_of(future)
        yield listing, rows
        if not listing.walk.done:
            for more in _read_unless_gone(store, listing):
                yield listing, more


def _ahead(store: Connection) -> int:
    # One page more than may be in flight, and twice as many behind a slow page, so that it leaves fewer places idle. A
    # page more costs 1 to 2 MB.
    return store.settings.max_concurrency


def _calls(store: Connection, listing: Listing, windows: list[PageRange]) -> Iterator[Callable[[], Page]]:
    for window in listing.walk.plan():
        windows.append(window)
        yield partial(fetch_uncut, store, listing, window)


def _begin(store: Connection, listing: Listing) -> tuple[Listing, list[Row]]:
    rows: list[Row] = []
    for more in _read_unless_gone(store, listing, Inline()):
        rows += more
        if len(rows) >= ROWS_AT_ONCE:
            break
    return listing, rows


def _read_unless_gone(store: Connection, listing: Listing, executor: Executor | None = None) -> Iterator[list[Row]]:
    try:
        yield from read(store, listing, executor)
    except StoreError as error:
        if listing.gone_code is None or error.error.code != listing.gone_code:
            raise
        listing.walk.done, listing.walk.total = True, 0
        yield []


def _page_or_trouble(future: Future[Page]) -> Page | RetriableAPIError:
    try:
        return result_of(future)
    except RetriableAPIError as error:
        if not is_about_size(error):
            raise
        return error


def _follow(store: Connection, listing: Listing, page: Page) -> tuple[list[Row], bool]:
    """Take a page if it follows on what was read.

    Returns:
        The new rows, and whether the pages fetched ahead are still good; else the reading has gone back.
    """
    try:
        rows, goes_on = _take(store, listing, page)
        if listing.walk.done:
            rows, goes_on = rows + look_at_ends(store, listing), False
    except EndlessListError:
        raise FatalAPIError(
            f"{store.client.prefix(listing.subject)}: its pages do not fit together, or never end. A cache that ignores"
            " the query does that: exclude /wp-json/ from it."
        ) from None
    return rows, goes_on


def _take(store: Connection, listing: Listing, page: Page) -> tuple[list[Row], bool]:
    walk = listing.walk
    verdict = walk.judge(page.window, page.ids)
    if verdict is Verdict.CONTIGUOUS:
        return _new_rows(listing, page), True
    if walk.last_page is None:
        walk.rewind()
        return [], False
    bridge = walk.bridge(page.window) if verdict is Verdict.GAP else None
    if bridge is not None and page.ids:
        return _join(listing, fetch(store, listing, bridge), page)
    again = _read_again(store, listing, walk.last_page[0])
    # Where no total tells, the last page may be one that was cut; its bridge then shows what comes behind its rows.
    may_end = not page.count and (again.reaches_end if page.total is not None else bridge is None)
    is_behind_end = may_end and walk.ends_list(again.ids, again.count)
    if bridge is not None and not is_behind_end:
        return _join(listing, fetch(store, listing, bridge), page)
    follows = verdict is Verdict.GAP and (is_behind_end or walk.follows(page.window, again.ids))
    if not follows and walk.ordered:
        return _go_back(listing, page, again, verdict), False
    if not follows:
        listing.unread.append(Unread(listing.position(page.window.offset), OUT_OF_ORDER))
    return _new_rows(listing, page), True


def _join(listing: Listing, joint: Page, page: Page) -> tuple[list[Row], bool]:
    """Take a page that joins another one to what was read, and that one if they share a row.

    Returns:
        The new rows, and whether the other page was taken.
    """
    if not listing.walk.joins(joint.ids):
        return _rewind(listing), False
    rows = _new_rows(listing, joint)
    if not page.ids or not joint.ids[0] <= page.ids[0] <= joint.ids[-1]:
        return rows, False
    return rows + _new_rows(listing, page), True


def _read_again(store: Connection, listing: Listing, window: PageRange) -> Page:
    try:
        return fetch(store, listing, window)
    except RetriableAPIError as error:
        if window.size > 1 or not is_about_size(error):
            raise
        return fetch_part(store, listing, window, error)


def _go_back(listing: Listing, page: Page, again: Page, verdict: Verdict) -> list[Row]:
    """Go back before a page that does not follow on what was read.

    Args:
        listing: the list.
        page: the page.
        again: the page before it, read once more.
        verdict: what is wrong between them.

    Returns:
        The new rows of `again`.
    """
    walk = listing.walk
    walk.count_rewind()
    if verdict is Verdict.OVERRUN and (not again.ids or walk.contradict(page.ids, again.ids)):
        return []
    if (verdict is Verdict.OVERRUN and walk.replaces(again.ids)) or walk.begins_earlier(again.ids):
        # Rows came in before the last page, or it was another's.
        return _new_rows(listing, again)
    return _rewind(listing)


def _rewind(listing: Listing) -> list[Row]:
    logger.info("%s: rows moved while they were read; reading that part again.", listing.subject)
    listing.walk.rewind()
    return []


def _new_rows(listing: Listing, page: Page) -> list[Row]:
    if page.partial:
        listing.walk.pages.failed(listing.walk, 1)  # it is the row, not the size
        logger.warning(
            "%s: the row at %s is not whole. %s", listing.subject, page.partial[0].position, page.partial[0].reason
        )
    elif page.count:
        listing.good_offset = page.window.offset
    places = listing.walk.take(page.window, page.ids, page.total, page.count)
    listing.unread.extend((*page.odd, *page.partial))
    if listing.known_fields:
        listing.known_fields = listing.known_fields.union(*page.rows) - NOISE
    return [page.rows[place] for place in places]


def _skip(store: Connection, listing: Listing, error: RetriableAPIError) -> None:
    unread = Unread(name_row(store, listing), str(error))
    listing.unread.append(unread)
    logger.warning("%s: the row at %s could not be read and is left out. %s", listing.subject, unread.position, error)
    listing.walk.skip_row()
