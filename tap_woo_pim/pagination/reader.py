"""Reads lists of a store to their end: several pages at once, and around rows that the store cannot deliver."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.exceptions import EndlessListError, StoreError
from tap_woo_pim.http.diagnoses import ENDLESS
from tap_woo_pim.http.models import Response
from tap_woo_pim.http.prefetch import Inline, in_order, result_of
from tap_woo_pim.http.retry import is_about_size
from tap_woo_pim.pagination.page import Page, Row, Unread, joined, page_of
from tap_woo_pim.pagination.paginator import OverlapPaginator
from tap_woo_pim.records.shaper import NOISE
from tap_woo_pim.store.connection import Connection

logger = logging.getLogger("tap-woo-pim")

ROWS_AT_ONCE = 500
"""So many rows of a list are read in a thread beside others; all of an endless one would not fit into memory."""

PARTS_AFTER_TIME_OUT = 10
"""A page that fails is halved. One that never came is cut into so many, since each further failure costs a time-out."""

FAILURES_OF_A_BAD_ROW = 4
"""How many times a row must fail alone, with good answers for another row after each, to count as bad. A store that
fails every second request at random does that for 1 row in 1,000; if twice were enough, for 1 row in 8. Half as
many count if they are time-outs; twice as many where pages failed whose parts all came, as they do on such a store."""

PATIENT_TRIES = 3
"""So often a row that fails together with others is asked for with all the patience of a request."""

MOST_SHORT_PAGES = 20
"""So many pages of a stream are looked at again for having fewer rows than the store counts there: where the key may
not read many rows, all pages are like that."""

MOST_BAD_ROWS_OF_ALL = 10
"""A list of so few rows may have bad ones alone, if the store answers for the place behind them; of more, it fails."""

LONGEST_LOOK = 2**16
"""So far on a good row is looked for, as long as none has come."""

RENDERED = frozenset({"description", "short_description"})
"""Texts that the theme and plugins render for each answer."""

RUN = "tap_run"
"""A parameter that WordPress ignores, with another value in each run: no cache has the answer of an earlier one."""

OUT_OF_ORDER = "the rows are not in the order of their ids, or the pages do not fit together, so rows may be missing"


@dataclass
class Listing:
    """A list to read.

    Attributes:
        path: path below the API root.
        params: query parameters beside those of paging and order.
        subject: the list's name for messages.
        paginator: where to begin and how far it has come.
        unread: the rows that could not be read.
        part: which part of the stream it holds, where the path tells it, for positions in it.
        known_fields: the fields to ask for if the store fails on whole rows; empty for a list that is never asked for
            whole rows. Fields that arrive beside them are added.
        witness: a position for which the store answers well; None before one is known.
        on_wait: called now and then while the next page is waited for.
        gone_code: the error code by which the store says that the list is there no more, which makes it an empty one.
    """

    path: str
    params: Mapping[str, Any]
    subject: str
    paginator: OverlapPaginator
    unread: list[Unread] = field(default_factory=list)
    part: str = ""
    known_fields: frozenset[str] = frozenset()
    witness: int | None = None
    on_wait: Callable[[], None] = lambda: None
    gone_code: str | None = None

    @property
    def complete(self) -> bool:
        """Whether, once it is read to its end, every row was read that the store sends."""
        return self.paginator.ordered and not self.left_out

    @property
    def left_out(self) -> int:
        """How many of the unread rows did not come at all."""
        return sum(not row.is_partial for row in self.unread)

    def position(self, offset: int) -> str:
        """Name a position such that it is another one in each list of the stream."""
        status = f" of status {self.params['status']}" if "status" in self.params else ""
        since = f" of changes after {self.params['modified_after']}" if "modified_after" in self.params else ""
        return f"offset {offset}{self.part}{status}{since}"


def read(store: Connection, listing: Listing, executor: Executor | None = None) -> Iterator[list[Row]]:
    """Read a list that the store sorts by id.

    Args:
        store: the store.
        listing: the list; its paginator and unread rows are brought up to date before each page is yielded.
        executor: where pages are fetched; the store's own threads, several at once, when not given.

    Yields:
        The rows of each page that were not brought before.

    Raises:
        StoreError: the store refused, or the list does not come to an end.
        RetriableAPIError: the store failed, and a smaller page did not help.
    """
    # One page more than may be in flight, and twice as many behind a slow page, so that it leaves fewer places idle. A
    # page more costs 1 to 2 MB.
    ahead = store.settings.max_concurrency if executor is None else 0
    reader, paginator = _Reader(store, listing), listing.paginator
    while not paginator.done:
        calls = (partial(reader.page, part) for part in paginator.plan())
        for future in in_order(executor or store.client.executor, calls, ahead):
            yield reader.receive(result_of(future, listing.on_wait))
            if paginator.done or not paginator.fits_plan:
                break


def read_many(store: Connection, listings: Iterable[Listing]) -> Iterator[tuple[Listing, list[Row]]]:
    """Read many short lists with several in flight, one after the other in their order.

    Args:
        store: the store.
        listings: the lists, taken one by one.

    Yields:
        Each list with its rows, in pieces if it is a long one; its paginator is done with the last of them.
    """
    calls = (partial(_begin, store, listing) for listing in listings)
    for future in in_order(store.client.executor, calls, store.settings.max_concurrency):
        listing, rows = result_of(future)
        yield listing, rows
        if not listing.paginator.done:
            for more in _read_unless_gone(store, listing):
                yield listing, more


def ask_ahead(store: Connection, listing: Listing) -> Future[Response]:
    """Ask for the first page of a list that will be read soon, while others are being read.

    Returns:
        The page to come.
    """
    part = next(listing.paginator.plan())
    return store.ask_ahead(listing.path, _params(store, listing, part), subject=listing.subject, is_large=len(part) > 1)


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
        listing.paginator.done, listing.paginator.total = True, 0
        yield []


def _params(store: Connection, listing: Listing, part: range) -> dict[str, Any]:
    return {
        **listing.params,
        "orderby": "id",
        "order": "asc",
        "per_page": len(part),
        "offset": part.start,
        RUN: store.run_key,
    }


class _Reader:
    """Fetches the pages of one list, in several threads, and hands them to its paginator, in one."""

    def __init__(self, store: Connection, listing: Listing) -> None:
        self._store = store
        self._listing = listing
        self._paginator = listing.paginator
        self._sizes = listing.paginator.pages
        self._named = set[str]()

    def receive(self, page: Page | None) -> list[Row]:
        """Hand a page to the paginator, and give the rows that were not brought before."""
        listing, rows = self._listing, list[Row]()
        try:
            if page is None:
                self._paginator.replan()
            else:
                rows = self._paginator.receive(page)
        except EndlessListError:
            raise StoreError(self._store.client.prefix(listing.subject), ENDLESS) from None
        if not self._paginator.fits_plan:
            logger.info("%s: rows moved while they were read; reading that part again.", listing.subject)
        unread = [] if page is None else [*page.lost, *page.partial]
        if not self._paginator.ordered:
            unread.append(Unread(listing.position(0), OUT_OF_ORDER))
        listing.unread += [row for row in unread if row.position not in self._named]  # pages overlap
        self._named.update(row.position for row in unread)
        if listing.known_fields:
            listing.known_fields = listing.known_fields.union(*rows) - NOISE
        return rows

    def page(self, part: range) -> Page | None:
        """Fetch a page; if it fails, its parts, down to the rows that it fails for.

        Returns:
            The page; None if it lacks rows that the store has, or if rows moved between its parts: ask for it again.

        Raises:
            StoreError, RetriableAPIError: the store refused, or fails for good.
        """
        page = self._read(part)
        # Where rows are lost, the list is incomplete anyway. Where many pages are short, all are.
        is_short = page.total is not None and page.count < min(len(part), page.total - part.start)
        self._sizes.short_pages += is_short
        if page.lost or not (page.is_joined or (is_short and self._sizes.short_pages <= MOST_SHORT_PAGES)):
            return page
        # Rows that the key may not read, and variations without their product, are counted and never sent (11.0.1). But
        # rows may have been left out of this one answer; those of a page that came in parts may have moved meanwhile.
        now = self._probe(part, {"_fields": "id"})
        if now is not None and set(now.ids) <= set(page.ids):
            return page
        if page.is_joined:
            # Fewer rows come sooner, so that fewer move meanwhile; `_read` sees to that unless a row came in part.
            self._sizes.came_in_parts(len(part))
        return None

    def _read(self, part: range) -> Page:
        try:
            return self._fetch(part)
        except RetriableAPIError as error:
            if len(part) == 1:
                return self._fetch_row(part, error)
            if not is_about_size(error):
                raise
            count = 2 if error.response is not None else PARTS_AFTER_TIME_OUT
        page = self._read_parts(part, count)
        if not page.lost and not page.partial:
            self._sizes.came_in_parts(2 * len(part) // count)
        return page

    def _read_parts(self, part: range, count: int) -> Page:
        size, pages = -(-len(part) // count), list[Page]()
        for start in range(part.start, part.stop, size):
            one = range(start, min(start + size, part.stop))
            # If all the others came, the last one would fail: its own parts are asked for at once.
            is_last = one.stop == part.stop and not any(page.lost or page.partial for page in pages)
            would_fail = len(one) > 1 and (is_last or len(one) > self._sizes.now)
            pages.append(self._read_parts(one, count) if would_fail else self._read(one))
        return joined(part, pages)

    def _fetch(self, part: range) -> Page:
        """Fetch a page; if one with all fields fails, fetch it without the noisy ones, the usual cause.

        `price_html` runs the filters of the theme and of plugins.
        """
        listing = self._listing
        try:
            return self._get(part, tries=1 if len(part) == 1 else None)
        except RetriableAPIError as error:
            # What came too late as a whole comes in time with fewer rows; and only the largest need be tried both ways.
            is_worth_it = error.response is not None and len(part) == self._sizes.most
            if not listing.known_fields or not is_worth_it or not is_about_size(error):
                raise
            page = self._probe(part, {"_fields": ",".join(sorted(listing.known_fields))})
            if page is None:
                raise
            whole = self._probe(part)  # it may have been trouble that passed
            if whole is None:
                self._tell_noise(page, error)
            return whole or page

    def _fetch_row(self, place: range, failure: RetriableAPIError) -> Page:
        """Fetch a row that has failed alone. It is a bad one if it fails again and again while the store is well.

        Raises:
            RetriableAPIError: the store fails, for this row and for others.
        """
        failures = patient_tries = 0
        while True:
            # One other row and two in turn: by one each time, a store that fails every second request would look well.
            others = 1 + failures % 2
            is_well = is_about_size(failure) and all(self._is_well(place) for _ in range(others))
            failures = failures + 1 if is_well else 0
            patient_tries += not is_well
            needed = FAILURES_OF_A_BAD_ROW * (2 if self._sizes.now < self._sizes.most else 1)
            if failures >= (needed if failure.response is not None else needed / 2):
                return self._salvage(place, failure)
            try:
                return self._get(place, tries=1 if is_well else None)
            except RetriableAPIError as error:
                if not is_well and (patient_tries >= PATIENT_TRIES or not is_about_size(error)):
                    raise
                failure = error

    def _is_well(self, place: range) -> bool:
        """Whether the store answers beside a row that fails: for one that came before, or the first that it can send.

        Where not one row of a list comes, the store fails for the list, not for its rows. Only a few rows may all be
        bad: then the place behind the last one, which the store answers with an empty page, stands for a good row.
        """
        listing, distance = self._listing, 1
        if listing.witness is not None:
            return self._probe(range(listing.witness, listing.witness + 1)) is not None
        while distance <= LONGEST_LOOK:
            other = place.start + distance
            page = self._probe(range(other, other + 1))
            if page is not None and page.count:
                return True
            if page is not None and page.total is not None and other >= page.total:
                if page.total > MOST_BAD_ROWS_OF_ALL:
                    return False
                listing.witness = other
                return True
            distance *= 2
        return False

    def _salvage(self, place: range, failure: RetriableAPIError) -> Page:
        """Bring what can be had of a bad row: without noise, with its texts as typed, or without its texts.

        What kills a row is mostly a plugin that renders something of it. In the context `edit` no text is rendered.
        """
        listing = self._listing
        fields = listing.known_fields or frozenset(listing.params.get("_fields", "").split(","))
        texts = " and ".join(sorted(fields & RENDERED))
        page = self._probe(place, {"_fields": "id"})
        position = f"id {page.ids[0]}" if page and page.ids else listing.position(place.start)
        ways: tuple[tuple[frozenset[str], dict[str, str], str], ...] = (
            (fields, {}, ""),
            (fields, {"context": "edit"}, f"{texts} as typed, not as shown"),
            (fields - RENDERED, {}, f"without {texts}"),
        )
        for wanted, context, lack in ways if page and page.ids and texts else ():
            with suppress(RetriableAPIError, StoreError):
                page = self._get(place, {"_fields": ",".join(sorted(wanted)), **context}, tries=1)
                if not lack:
                    self._tell_noise(page, failure)
                    return page
                logger.warning("%s: the row at %s is not whole. %s", listing.subject, position, failure)
                return replace(page, partial=[Unread(position, f"It came {lack}. {failure}", is_partial=True)])
        logger.warning("%s: the row at %s could not be read and is left out. %s", listing.subject, position, failure)
        return Page(place, [], [], [Unread(position, str(failure))], None, [])

    def _tell_noise(self, page: Page, failure: RetriableAPIError) -> None:
        logger.warning(
            "%s: %d rows came without %s and without fields of plugins that no row had before them. %s",
            self._listing.subject,
            page.count,
            " and ".join(sorted(NOISE - {"_links"})),
            failure,
        )

    def _probe(self, part: range, params: Mapping[str, str] | None = None) -> Page | None:
        """Try once to get a page."""
        try:
            return self._get(part, params, tries=1)
        except RetriableAPIError:
            return None

    def _get(self, part: range, params: Mapping[str, str] | None = None, tries: int | None = None) -> Page:
        listing, size = self._listing, len(part)
        answer = self._store.get(
            listing.path,
            {**_params(self._store, listing, part), **(params or {})},
            subject=listing.subject,
            tries=tries,
            is_large=size > 1,
        )
        page = page_of(part, answer.data, answer.total, listing.position)
        if not params:
            self._sizes.delivered(size)
            if page.count in {size, (page.total or 0) - part.start} and page.rows:
                listing.witness = part.start
        return page
