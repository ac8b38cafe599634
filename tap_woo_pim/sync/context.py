"""One run of the tap over one store: what its streams share."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tap_woo_pim.store.connection import Store
from tap_woo_pim.sync.progress import Progress

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"

END_OF_TIME = datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)


def machine_now() -> datetime.datetime:
    """Tell this machine's clock."""
    return datetime.datetime.now(datetime.UTC)


def machine_time() -> str:
    """Tell this machine's clock to the millisecond, as a value of a column."""
    return machine_now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Run:
    """A run.

    Attributes:
        store: the store that is read.
        last_synced_at: `synced_at` of the last run; None for the first one.
        side_records: how a stream writes a record of another one (`snapshots`, `unread_rows`), by stream.
        expected_rows: how many rows the check found, by component; None where the store does not say.
        unchanged_since: the moment since which this run found no row of a stream changed, nor missing, by stream.
        began_at: this machine's clock when the run began, known before the store answers.
        outcome: the sentence in which the run ended, when it went well.
    """

    store: Store
    last_synced_at: str | None = None
    side_records: dict[str, Callable[[dict[str, Any]], None]] = field(default_factory=dict)
    expected_rows: dict[str, int | None] = field(default_factory=dict)
    unchanged_since: dict[str, str] = field(default_factory=dict)
    began_at: str = field(default_factory=machine_time)
    outcome: str | None = None

    @property
    def known_synced_at(self) -> str:
        """`synced_at`; where the store could not be asked for its clock yet, this machine's instead."""
        known: str | None = self.__dict__.get("synced_at")
        return known or self.began_at

    @cached_property
    def progress(self) -> Progress:
        """How far this run has come."""
        client = self.store.client
        return Progress(client.traffic, lambda: client.limiter.in_flight, began=client.began)

    @cached_property
    def started_at(self) -> str:
        """The store's clock at the start of this run."""
        return self.store.started_at.strftime(TIME_FORMAT)

    @cached_property
    def synced_at(self) -> str:
        """What every row of this run carries: the store's clock at its start, and later than the run before.

        A clock that was set back, or a second run within the same second, would otherwise make rows look newer
        than the snapshot that should show them gone.
        """
        if self.last_synced_at is None or self.started_at > self.last_synced_at:
            return self.started_at
        last = datetime.datetime.strptime(self.last_synced_at, TIME_FORMAT).replace(tzinfo=datetime.UTC)
        if last >= END_OF_TIME:
            return self.started_at
        return (last + datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    @cached_property
    def ahead_seconds(self) -> int:
        """How far the store's clock is ahead of this machine's; shows when it was set back since another run."""
        return round((self.store.now() - machine_now()).total_seconds())

    @property
    def keys(self) -> dict[str, str]:
        """The columns that every row begins with."""
        return {"store_id": self.store.settings.store_id, "synced_at": self.synced_at}
