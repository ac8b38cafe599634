"""Streams of whole lists of the store: rows become records, and a snapshot shows which ones are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from tap_woo_pim._compat import override
from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.page import Row, Unread
from tap_woo_pim.pagination.page_size import PageSize
from tap_woo_pim.pagination.paginator import OverlapPaginator
from tap_woo_pim.pagination.reader import MOST_SHORT_PAGES, Listing, ask_ahead, read
from tap_woo_pim.records.columns import Column
from tap_woo_pim.records.shaper import EXTRA_FIELDS, Shaper
from tap_woo_pim.redaction import SECRETS
from tap_woo_pim.streams.base import Turn, WooStream
from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.context import TIME_FORMAT, Run
from tap_woo_pim.sync.digest import CARRIED_FIELDS, Digest
from tap_woo_pim.sync.progress import ROWS
from tap_woo_pim.sync.state import ListState

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

END_OF_STREAM = "All rows of this run have been sent."


class FullTableStream(WooStream):
    """A stream of a list that is read whole in every run.

    Attributes:
        route: the list's route below the WooCommerce namespace.
        is_carried: whether products embed its rows, as they do categories: renaming one changes what products show, but
            not their dates, so a full sync of them is needed. Its rows need an `id`.
    """

    route: ClassVar[str]
    is_carried: ClassVar[bool] = False
    _has_ended = False

    @property
    def kept(self) -> ListState:
        """What is kept for the list from run to run."""
        return self.load_state(ListState)

    @classmethod
    @override
    def is_in(cls, run: Run) -> bool:
        return run.connection.has(cls.route)

    @classmethod
    @override
    def own_columns(cls) -> tuple[Column, ...]:
        return (*super().own_columns(), EXTRA_FIELDS)

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Read the whole list, and write its snapshot if nothing is missing."""
        account = self.run.progress.begin(self.name)
        counts = RowCounts(self.kept)
        digest = Digest(self.kept)
        complete = True
        shaper = self.shaper()
        for listing, rows in self.read_lists():
            counts.count(rows)
            if self.is_carried:
                digest.add(rows)
            if listing.paginator.done:
                counts.end_list(listing.paginator.total)
            yield from map(shaper.shape, rows)
            account.rows += len(rows)
            self.report_progress(listing)
            self.keep_page_size()
            complete = complete and listing.complete
            self.report_unread(listing)
        if self.is_carried and digest.save():
            for stream in self._tap.streams.values():
                assert isinstance(stream, WooStream)
                stream.need_full_sync(f"rows of {self.name} were renamed, moved or deleted")
        self.finish(counts, complete=complete)

    def report_progress(self, listing: Listing, unit: str = ROWS, *, is_waiting: bool = False) -> None:
        """Report how far a list has been read, after a page of it or while the next one is waited for."""
        offset, total = listing.paginator.offset, listing.paginator.total
        self.run.progress.page(self.name, offset, total, unit, is_waiting=is_waiting)

    def forget_other_store(self) -> None:
        """Drop the state of another store: with another `store_id`, or another address under this one.

        This comes before any request, since requests depend on the state.
        """
        settings = self.settings
        store = f"{settings.store_id} {settings.site_url}"
        if self.kept.store not in {None, store}:
            self.logger.warning(
                "%s: the settings name another store than in the last run; reading it whole.", self.name
            )
            self._kept = type(self.kept)()
        self.kept.store = store

    @override
    def ask_ahead(self) -> Future[Response] | None:
        # Rows that were requested before the lists that they embed would show the names of before.
        return ask_ahead(self.connection, self.first_list()) if self.turn < Turn.PRODUCTS else None

    def first_list(self) -> Listing:
        """Return the list that is read first."""
        return self.listing(self.connection.path(self.route), self.parameters())

    def read_lists(self) -> Iterator[tuple[Listing, list[Row]]]:
        """Yield the lists of the stream, each with the rows of a page or of the whole list."""
        listing = self.first_list()
        for rows in read(self.connection, listing):
            yield listing, rows

    def parameters(self) -> dict[str, Any]:
        """Return the query parameters of the list: the selected columns if some are deselected.

        Otherwise whole rows are requested: no list of fields could name those that plugins add to some rows.
        """
        names = self.selected_columns
        if names >= {column.name for column in self.own_columns()}:
            return {}
        needed = {"id", *filter(None, [self.replication_key]), *(CARRIED_FIELDS if self.is_carried else ())}
        return {"_fields": ",".join(sorted((names | needed) - {"store_id", "synced_at", EXTRA_FIELDS.name}))}

    def listing(self, path: str, params: Mapping[str, Any]) -> Listing:
        """Return a list to read from its beginning."""
        return self.watched(Listing(path, params, self.name, self.paginator()))

    def watched(self, listing: Listing, unit: str = ROWS) -> Listing:
        """Return a list whose progress is reported while one of its pages is waited for, too."""
        listing.on_wait = partial(self.report_progress, listing, unit, is_waiting=True)
        return listing

    def paginator(self, offset: int = 0, seen: int | None = None) -> OverlapPaginator:
        """Return a paginator for one of the stream's lists, which share their page size; see `OverlapPaginator`."""
        return OverlapPaginator(self._pages, offset, seen)

    def keep_page_size(self) -> None:
        """Keep the page size in the state if it is smaller than in the settings."""
        self.kept.page_size = self._pages.now if self._pages.now < self._pages.most else None

    @cached_property
    def _pages(self) -> PageSize:
        return PageSize(self.settings.page_size, self.kept.page_size)

    def shaper(self) -> Shaper:
        """Return a shaper for this stream's rows."""
        mismatches = self.account.mismatches
        return Shaper(self.columns, self.selected_columns, self.run.keys, mismatches)

    def report_unread(self, listing: Listing) -> None:
        """Write the unread rows of a list to the stream `unread_rows`."""
        for unread in listing.unread:
            self.add_side_record("unread_rows", unread_record(self.name, unread, self.run))
        self.account.skipped += len(listing.unread)
        listing.unread.clear()

    def finish(self, counts: RowCounts, *, complete: bool, started_at: str | None = None) -> bool:
        """Write the stream's snapshot, unless rows are missing or the numbers are odd.

        By the snapshot all rows not seen since `started_at` count as deleted.

        Args:
            counts: the rows of the full sync.
            complete: whether every row was read and no gap was left.
            started_at: `synced_at` of the run in which the full sync began; this run's if not given.

        Returns:
            Whether the numbers are plausible, also where rows could not be read.
        """
        most = self.settings.max_vanished_percent
        looks_broken = counts.looks_broken(most) and not (complete and self.explains_vanished())
        is_doubtful = counts.is_doubtful(most)
        lacks_rows = complete and counts.lacks_rows(pages_were_rechecked=self._pages.short_pages <= MOST_SHORT_PAGES)
        account = self.account
        account.is_incomplete = account.is_incomplete or not complete or looks_broken or lacks_rows
        if not complete:
            self.logger.warning("%s: not all rows could be read, so none counts as deleted.", self.name)
        elif looks_broken:
            account.held_back = counts.vanished
            self.logger.warning(
                "%s: %d of %d rows are gone from the store's list, more than max_vanished_percent (%g) allows."
                " None counts as deleted. Check the store. If it is right, raise max_vanished_percent for one run;"
                " until then every run reads the whole list.",
                self.name,
                counts.vanished,
                counts.last_rows,
                most,
            )
        elif is_doubtful:
            self.logger.info(
                "%s: the store's list is empty and nothing is known of an earlier sync, so no row counts as deleted. To"
                " empty a table that an earlier sync filled, set max_vanished_percent to 100 for one run.",
                self.name,
            )
        elif lacks_rows:
            counts.keep_shortfall()
            self.logger.warning(
                "%s: the store counts %d rows that it did not return, more than in the last full sync. Nothing counts"
                " as deleted unless the next full sync misses as many, as it does where the key may not read them.",
                self.name,
                counts.shortfall,
            )
        else:
            if counts.shortfall:
                self.logger.info(
                    "%s: %d rows that the store counts did not come, however they were asked for; it does not send"
                    " those that the key may not read, or whose product is gone.",
                    self.name,
                    counts.shortfall,
                )
            counts.save()
            now = self.connection.now().strftime(TIME_FORMAT)
            record = {
                "stream": self.name,
                "started_at": started_at or self.run.synced_at,
                "completed_at": now,
            }
            self.mark_end()
            self.add_side_record("snapshots", {**self.run.keys, **record, "row_count": counts.rows})
        return not (looks_broken or is_doubtful or lacks_rows)

    def explains_vanished(self) -> bool:
        """Return whether other streams explain why many rows are gone."""
        return False

    def mark_end(self) -> None:
        """Make the loader write the stream's rows before what is said of them, by a schema unlike the first one.

        Singer loaders flush a stream when its schema changes. Loaders made with the SDK otherwise write all streams in
        parallel at the end. One that died then left a snapshot without the rows that belong to it, so that a live table
        looked deleted (target-postgres 0.8.1, 30 of 30 products), or said that the sync was complete without them.
        """
        if self._has_ended:
            return
        self._has_ended = True
        for message in self._generate_schema_messages():
            message.schema = {**message.schema, "$comment": END_OF_STREAM}
            self._tap.write_message(message)


def unread_record(stream: str, unread: Unread, run: Run) -> Row:
    """Return the record of an unread row."""
    # A reason may contain an address, and a redirect may repeat the key in it.
    return {**run.keys, "stream": stream, "position": unread.position, "reason": SECRETS.clean(unread.reason)}
