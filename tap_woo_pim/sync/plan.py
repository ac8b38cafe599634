"""Decides whether a run is a full or an incremental sync of products or variations, and says why."""

from __future__ import annotations

from dataclasses import dataclass

from tap_woo_pim.sync.bookmark import Bookmark, parse
from tap_woo_pim.sync.context import TIME_FORMAT, Run
from tap_woo_pim.sync.schedule import Schedule
from tap_woo_pim.sync.state import IncrementalState


@dataclass(frozen=True)
class SyncPlan:
    """What a run does with one stream, by the stream's present state.

    Attributes:
        state: the stream's state.
        run: the run.
        selection_hash: which columns and rows are requested.
        takes_dates: whether the store can be asked for changes since a date.
        is_full_table: whether the catalogue demands a full sync in every run.
        full_sync_seconds: how long the last full syncs of products and variations took; None if that is not known.
    """

    state: IncrementalState
    run: Run
    selection_hash: str
    takes_dates: bool
    is_full_table: bool
    full_sync_seconds: float | None

    @property
    def resumes(self) -> bool:
        """Whether the run continues the read of an interrupted one."""
        read = self.state.read
        # Without dates nothing shows what changed in between, so the read starts again.
        return (
            read is not None
            and read.selection_hash == self.selection_hash
            and self.takes_dates
            and read.clock <= self.run.started_at
        )

    @property
    def why_full(self) -> str | None:
        """Why the run is a full sync; None if it is incremental."""
        if not self.resumes:
            return self.full_sync_reason
        is_full = self.state.read is not None and self.state.read.is_full
        return "it goes on with one that was interrupted" if is_full else None

    @property
    def full_sync_reason(self) -> str | None:
        """Why a full sync is due; None if it is not."""
        state = self.state
        if state.full_sync_at is None or state.bookmark.value is None:
            return "no full sync was completed before"
        if state.selection_hash != self.selection_hash:
            return "other columns, or other rows by the settings, are asked for than in the last one"
        if not self.takes_dates or self.is_full_table:
            return "what changed since a date is not asked for, by the store's means or by the catalogue"
        if Bookmark(state.bookmark, self.run).since > self.run.started_at:
            return "the store's clock was set back"
        return self._reason_by_time(state.full_sync_at)

    @property
    def next_full_sync_at(self) -> str | None:
        """When the next full sync is due, by the store's clock; None if every run is one."""
        if self.state.full_sync_at is None or not self.takes_dates:
            return None
        schedule = self._schedule(self.state.full_sync_at)
        return (schedule.due_at if self.state.needed is None else schedule.possible_at).strftime(TIME_FORMAT)

    def _schedule(self, full_sync_at: str) -> Schedule:
        return Schedule(parse(full_sync_at), self.full_sync_seconds, self.run.settings.full_read_interval_hours)

    def _reason_by_time(self, full_sync_at: str) -> str | None:
        """Why a full sync is due by the time of the last one."""
        state, schedule, now = self.state, self._schedule(full_sync_at), parse(self.run.started_at)
        if schedule.is_due(now):
            return schedule.reason()
        if state.read is not None and state.read.is_full and not self.resumes:
            return "the last one was interrupted"
        return state.needed if now >= schedule.possible_at else None
