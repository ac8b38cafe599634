"""Asks for single pages of a list, and looks at the places of it that are in doubt."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.exceptions import CancelledError, StoreError
from tap_woo_pim.http.retry import is_about_size
from tap_woo_pim.pagination.overlap import EndlessListError, PageRange
from tap_woo_pim.pagination.page import Listing, Page, Row, Unread, page_of
from tap_woo_pim.records.shaper import NOISE
from tap_woo_pim.store.connection import Connection

logger = logging.getLogger("tap-woo-pim")

MAX_UNREAD_AT_THE_END = 100
"""So many rows may be left when none of them can be read, but those before them can."""

MOST_SHORT_PAGES = 20
"""So many pages of a stream are looked at again for having fewer rows than the store counts there: where the key may
not read many rows, all pages are like that."""

MOST_LOOKS = 3
"""So often is looked for the first row of a list, which may go between two looks."""

RENDERED = frozenset({"description", "short_description"})
"""Texts that the theme and plugins render for each answer."""

WITNESSES = (3, 1)
"""So many other rows must come after a row has failed alone for the first and for the second time. With three, a proxy
of which every other server is down, or every third, is not taken for a store that is well."""

FARTHEST_PROBE_ROWS = 2**16
"""So far on a row is looked for that can be read, where the length of the list is not known."""


LACKS_ROWS = "the store does not keep to the order of ids, and {} rows that it counts did not come"


def params_of(listing: Listing, window: PageRange) -> dict[str, Any]:
    """The query parameters of a page."""
    return {
        **listing.params,
        "orderby": "id",
        "order": "asc",
        "per_page": window.size,
        "offset": window.offset,
    }


def fetch(store: Connection, listing: Listing, window: PageRange, tries: int | None = None) -> Page:
    """Ask for a page; where the store fails on whole rows, for their known fields.

    What kills a whole row is often one of its two noisy fields: `price_html` runs the theme's and plugins' filters.

    Args:
        store: the store.
        listing: the list.
        window: the stretch of it.
        tries: see `Client.get`.

    Raises:
        StoreError, RetriableAPIError: see `Client.get` and `page_of`.
    """
    unwanted = listing.walk.pages.unwanted  # another one by the time that this page has failed
    try:
        return _fetch(store, listing, window, {}, tries)
    except CancelledError:
        raise
    except RetriableAPIError as error:
        # A page that came too late comes in time with fewer rows; and each size need not be tried in both ways.
        is_worth_it = error.response is not None and window.size == listing.walk.pages.most and not unwanted.is_set()
        if not listing.known_fields or not is_worth_it or not is_about_size(error):
            raise
        fields = {"_fields": ",".join(sorted(listing.known_fields))}
        try:
            page = _fetch(store, listing, window, fields, 1)
        except RetriableAPIError:
            raise error from None
    try:
        return _fetch(store, listing, window, {}, 1)  # it may have been trouble that passed
    except RetriableAPIError as error:
        _tell_noise(listing, page, error)
    return page


def _fetch(store: Connection, listing: Listing, window: PageRange, fields: dict[str, str], tries: int | None) -> Page:
    answer = store.get(
        listing.path,
        {**params_of(listing, window), **fields},
        subject=listing.subject,
        tries=tries,
        is_large=window.size > 1,
        unwanted=listing.walk.pages.unwanted,
    )
    return page_of(store, listing, window, answer.data, answer.total)


def name_row(store: Connection, listing: Listing) -> str:
    """Name the row at which a list fails: by its id where the store can tell at least that, else by its position."""
    offset, params = listing.walk.offset, {**listing.params, "_fields": "id"}
    try:
        page = fetch(store, replace(listing, params=params, known_fields=frozenset()), PageRange(offset, 1), tries=1)
    except RetriableAPIError:
        return listing.position(offset)
    return f"id {page.ids[0]}" if page.ids else listing.position(offset)


def fetch_uncut(store: Connection, listing: Listing, window: PageRange) -> Page:
    """Ask for a page, and make sure that no rows were left out of it that the store would send.

    Rows that the key may not read, and variations whose product is gone, are counted and never sent (11.0.1). So are
    those of a store that sends fewer rows a page than it is asked for, or that were left out of one answer; but these
    come when the two halves of the page are asked for.

    Raises:
        RetriableAPIError: rows were left out, so that smaller pages should be asked for; or see `fetch`.
    """
    if window.size == 1:
        return _fetch_row(store, listing, window)
    page, walk = fetch(store, listing, window), listing.walk
    counted = 0 if page.total is None else min(window.size, page.total - window.offset)
    if not 0 < page.count < counted or walk.pages.short_pages >= MOST_SHORT_PAGES:
        return page
    half = window.size // 2
    halves = PageRange(window.offset, half), PageRange(window.offset + half, window.size - half)
    if sum(fetch(store, listing, part).count for part in halves) > page.count:
        raise RetriableAPIError(
            f"{store.client.prefix(listing.subject)}: it left rows out of a page. Try later. If it lasts, look for a"
            " plugin or a cache that changes the store's answers."
        )
    walk.pages.short_pages += 1
    return page


def _fetch_row(store: Connection, listing: Listing, window: PageRange) -> Page:
    """Ask for a row alone, and for what can be had of it when it fails twice while the store is well.

    While other answers of the store are good, waiting does not mend a row. Where they are not, it is asked for with all
    the patience that any request has.

    Raises:
        RetriableAPIError: neither the row nor a part of it came.
    """
    for witnesses in WITNESSES:
        try:
            return fetch(store, listing, window, tries=1)
        except CancelledError:
            raise
        except RetriableAPIError as error:
            failure = error
            if not is_about_size(error) or not all(_is_well(store, listing, window) for _ in range(witnesses)):
                break
    else:
        return fetch_part(store, listing, window, failure)
    try:
        return fetch(store, listing, window)
    except CancelledError:
        raise
    except RetriableAPIError as error:
        if not is_about_size(error):
            raise
        return fetch_part(store, listing, window, error)


def _is_well(store: Connection, listing: Listing, window: PageRange) -> bool:
    """Tell whether the store delivers a row beside one that fails: one that came before, or the first that it can."""
    if listing.good_offset is not None:
        return _probe(store, listing, PageRange(listing.good_offset, 1)) is not None
    total = listing.walk.total
    rows_left = FARTHEST_PROBE_ROWS if total is None else total - window.offset
    places = (window.offset + 2**power for power in range(rows_left.bit_length()) if 2**power < rows_left)
    pages = (_probe(store, listing, PageRange(place, 1)) for place in places)
    return any(page is not None and page.count for page in pages)


def fetch_part(store: Connection, listing: Listing, window: PageRange, failure: RetriableAPIError) -> Page:
    """Ask for what can be had of a row that fails: without noise, with its texts as typed, or without its texts.

    What kills a row is mostly a plugin that renders something of it. In the context `edit` no text is rendered.

    Raises:
        RetriableAPIError: the store delivers no part of it.
    """
    fields = listing.known_fields or frozenset(str(listing.params.get("_fields", "")).split(",")) - {""}
    texts = fields & RENDERED
    named = " and ".join(sorted(texts))
    if not texts or _probe(store, replace(listing, params={**listing.params, "_fields": "id"}), window) is None:
        raise failure
    for wanted, context, lack in (
        (fields, {}, ""),
        (fields, {"context": "edit"}, f"{named} as typed, not as shown"),
        (fields - texts, {}, f"without {named}"),
    ):
        try:
            page = _fetch(store, listing, window, {"_fields": ",".join(sorted(wanted)), **context}, 1)
        except (RetriableAPIError, StoreError):
            continue
        if lack and page.ids:
            return replace(page, partial=(Unread(f"id {page.ids[0]}", f"It came {lack}. {failure}", is_partial=True),))
        _tell_noise(listing, page, failure)
        return page
    raise failure


def _tell_noise(listing: Listing, page: Page, failure: RetriableAPIError) -> None:
    logger.warning(
        "%s: %d rows came without %s and without fields of plugins that no row had before them. %s",
        listing.subject,
        page.count,
        " and ".join(sorted(NOISE - {"_links"})),
        failure,
    )


def look_at_ends(store: Connection, listing: Listing) -> list[Row]:
    """Look again at the last page of a list that looks cut, and at the first one unless all rows counted came.

    Rows that the key may not read look like that. So does a first or last page that a cache has emptied or cut, and a
    list of which the first pages were other ones', whose first rows then are missing: it is read again.

    Returns:
        Rows that had been left out. The walk is done no more if there may be others.

    Raises:
        EndlessListError: the list does not begin where its first page does.
    """
    walk = listing.walk
    if walk.looks_cut and (
        walk.last_page is None or tuple(fetch(store, listing, walk.last_page[0]).ids) != walk.last_page[1]
    ):
        walk.reopen()
        return []
    is_whole = walk.total is not None and walk.missing <= listing.left_out and not walk.looks_cut
    if is_whole and not walk.is_resumed:  # of the rows before, an interrupted walk knows neither number nor total
        return []
    if walk.ordered:
        return _look_at_beginning(store, listing)
    if walk.missing and not walk.is_resumed:
        listing.unread.append(Unread(listing.position(0), LACKS_ROWS.format(walk.missing)))
    return []


def _look_at_beginning(store: Connection, listing: Listing) -> list[Row]:
    walk = listing.walk
    for _ in range(MOST_LOOKS):
        beginning = _first_row(store, listing)
        if beginning is None or not beginning.ids:
            return []
        if walk.recount(beginning.total):
            return []
        first = beginning.ids[0]
        if walk.is_resumed or (walk.first is not None and walk.first <= first):
            return []
        page = fetch(store, listing, PageRange(0, walk.size))
        if page.odd:
            listing.unread.extend(odd for odd in page.odd if odd not in listing.unread)
            return [page.rows[place] for place in walk.add(page.ids)]
        if page.ids and page.ids[0] <= first:
            return [page.rows[place] for place in walk.take(page.window, page.ids, page.total, page.count)]
    raise EndlessListError


def fail_rows_alone(store: Connection, listing: Listing) -> bool:
    """Find out whether the rows from here on cannot be read, or the store fails: then no row further on can be read."""
    walk = listing.walk
    rows_left = FARTHEST_PROBE_ROWS if walk.total is None else walk.total - walk.offset
    distances = [2**power for power in range(rows_left.bit_length()) if 2**power < rows_left]
    for distance in [*distances, rows_left - 1]:
        page = _probe(store, listing, PageRange(walk.offset + distance, 1))
        if page is not None and (page.count or walk.total is not None):
            return True
    if rows_left > MAX_UNREAD_AT_THE_END or walk.last_page is None:
        return False
    return _probe(store, listing, walk.last_page[0]) is not None


def _probe(store: Connection, listing: Listing, window: PageRange) -> Page | None:
    try:
        return fetch(store, listing, window, tries=1)
    except RetriableAPIError:
        return None


def _first_row(store: Connection, listing: Listing) -> Page | None:
    """Ask for the first row alone, and by its page: no cache takes that for the first of the pages that were read."""
    window = PageRange(0, 1)
    params = {name: value for name, value in params_of(listing, window).items() if name != "offset"}
    try:
        answer = store.get(listing.path, {**params, "page": 1}, subject=listing.subject)
        return page_of(store, listing, window, answer.data, answer.total)
    except RetriableAPIError:
        return None
