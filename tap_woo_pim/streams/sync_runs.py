"""The history of the store's syncs: one row for each, written when it begins and again when it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from tap_woo_pim._compat import override
from tap_woo_pim.records.columns import INTEGER, LIST, TEXT, TIME, UTC_TIME, Column
from tap_woo_pim.streams.base import SideStream, Turn, WooStream
from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.incremental import selected
from tap_woo_pim.sync.context import machine_time
from tap_woo_pim.sync.progress import FULL, INCREMENTAL
from tap_woo_pim.sync.state import HistoryState, OpenRun

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

RUNNING, COMPLETE, INCOMPLETE, FAILED, INTERRUPTED = "running", "complete", "incomplete", "failed", "interrupted"

KILLED = "The sync was killed; the next one found that it had not ended."

RUN_ID = "MELTANO_RUN_ID"
"""The variable that sets the id of a `meltano run`. Plugins see it too, but not an id that Meltano 4.4.1 generates."""


class SyncRunsStream(SideStream):
    """One row for each sync of the store.

    A sync that is killed leaves its row open in the state, and the next one of its store then ends it.
    """

    name = "sync_runs"
    turn = Turn.HISTORY
    primary_keys = ("store_id", "started_at")
    columns = (
        Column("started_at", TIME, "This machine's clock when the sync began."),
        Column("ended_at", UTC_TIME, "This machine's clock when it ended; null while it runs, or when it was killed."),
        Column(
            "status",
            TEXT,
            "running, complete, incomplete, failed or interrupted. The next sync marks a killed one as interrupted,"
            " unless it begins without a state, as with --full-refresh.",
        ),
        Column("kind", TEXT, "full or incremental: how products and variations are read."),
        Column("kind_reason", TEXT, "Why it is of that kind."),
        Column("next_full_sync_at", UTC_TIME, "When the next full sync is due; null when every sync is one."),
        Column("message", TEXT, "The last line that the user saw."),
        Column("rows", INTEGER, "Rows brought."),
        Column("changed", INTEGER, "Products and variations among them that were modified since the sync before."),
        Column("unread", INTEGER, "Rows that the store could not deliver; `unread_rows` names them."),
        Column("retries", INTEGER, "Requests that repeat a failed one."),
        Column("requests", INTEGER, "Requests sent to the store."),
        Column("run_id", TEXT, "Meltano's run id, where the environment has it in MELTANO_RUN_ID."),
        Column("streams", LIST, "Objects of stream, kind, rows, changed, unread, held_back, retries, seconds."),
    )

    _has_begun = False

    def begin(self) -> None:
        """Write that the sync has begun, after the check of the store."""
        self._end_killed()
        self._has_begun = True
        kind, reason = self._decide()
        self.logger.info("%s sync: %s.", kind.capitalize(), reason)
        begun = self.load_state(HistoryState).open = self._begun()
        self.add({**asdict(begun), "status": RUNNING, "next_full_sync_at": self._next_full_sync_at()})

    def end(self, status: str, message: str) -> None:
        """Write that the sync has ended.

        Args:
            status: COMPLETE, INCOMPLETE or FAILED.
            message: the last line that the user sees.
        """
        if not self._has_begun:  # it failed before it could
            self._end_killed()
        self.load_state(HistoryState).open = None
        row = {**asdict(self._begun()), **self.run.progress.figures(), "next_full_sync_at": self._next_full_sync_at()}
        self.add({**row, "ended_at": machine_time(), "status": status, "message": message})

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield nothing, but end the sync: this is the last stream."""
        yield from super().get_records(context)
        for stream in self._tap.streams.values():
            if isinstance(stream, FullTableStream) and stream.selected:
                stream.mark_end()
        progress = self.run.progress
        progress.end()
        status = INCOMPLETE if progress.is_incomplete else COMPLETE
        self.run.outcome = progress.outcome(self.settings.prefix(self._decide()[0]), status)
        self.end(status, self.run.outcome)

    @override
    def add(self, record: Record) -> None:
        columns = {column.name: None for column in self.columns}
        super().add({**columns, "store_id": self.settings.store_id, **record})

    def _begun(self) -> OpenRun:
        kind, reason = self._decide() if self._has_begun else (None, None)
        return OpenRun(self.run.known_synced_at, self.run.began_at, os.environ.get(RUN_ID), kind, reason)

    def _end_killed(self) -> None:
        """End the sync before this one if it was killed."""
        kept = self.load_state(HistoryState)
        if kept.open is None:
            return
        self.add({**asdict(kept.open), "status": INTERRUPTED, "message": KILLED})
        kept.open = None
        for stream in self._tap.streams.values():
            assert isinstance(stream, WooStream)
            # Rows that arrived after its last state, and were deleted since, are not among the ones known.
            stream.need_full_sync("the last sync was killed")

    def _decide(self) -> tuple[str, str]:
        """Return the kind of this sync, and why."""
        read = self.run.progress.accounts
        reasons = {one.name: one.why_full if one.name in read else one.plan.why_full for one in selected(self._tap)}
        full = {name: reason for name, reason in reasons.items() if reason is not None}
        if not reasons:
            return FULL, "products and variations are not selected, and all else is read whole every time"
        if len(full) == len(reasons):
            return FULL, "; ".join(dict.fromkeys(full.values()))
        if not full:
            return INCREMENTAL, "a full sync is not due yet"
        return INCREMENTAL, "; ".join(f"{name} in full, since {reason}" for name, reason in full.items())

    def _next_full_sync_at(self) -> str | None:
        if not self._has_begun:  # the store's routes are not known
            return None
        return min(filter(None, (stream.plan.next_full_sync_at for stream in selected(self._tap))), default=None)
