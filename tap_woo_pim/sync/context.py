"""One run of the tap for one store: what its streams share."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from tap_woo_pim.config.settings import Settings
from tap_woo_pim.http.client import Client
from tap_woo_pim.store.connection import Connection, connect
from tap_woo_pim.sync.progress import Progress

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def machine_time() -> str:
    """Return this machine's time to the millisecond, as the value of a column."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Run:
    """A run.

    Attributes:
        client: the client of the store.
        last_synced_at: `synced_at` of the last run; None for the first one.
        expected_rows: how many rows the check found, by component; None if the store does not say.
        unchanged_since: the time after which no row was modified, as this run found, by stream.
        began_at: this machine's clock when the run began, which is known before the store responds.
        outcome: the sentence about the result of a run that did not fail.
        progress: its progress.
    """

    client: Client
    last_synced_at: str | None = None
    expected_rows: dict[str, int | None] = field(default_factory=dict)
    unchanged_since: dict[str, str] = field(default_factory=dict)
    began_at: str = field(default_factory=machine_time)
    outcome: str | None = None
    progress: Progress = field(init=False)
    _connection: Connection | None = None

    def __post_init__(self) -> None:
        client = self.client
        self.progress = Progress(client.traffic, lambda: client.limiter.in_flight, began=client.began)

    @property
    def settings(self) -> Settings:
        """The settings of the store."""
        return self.client.settings

    def connect(self) -> None:
        """Connect to the store, once.

        Raises:
            StoreError, RetriableAPIError: see `connect`.
        """
        self._connection = self._connection or connect(self.client)

    @property
    def connection(self) -> Connection:
        """The store; only after `connect`."""
        assert self._connection is not None
        return self._connection

    @property
    def known_synced_at(self) -> str:
        """`synced_at`, or this machine's clock before the store is connected."""
        return self.began_at if self._connection is None else self.synced_at

    @property
    def started_at(self) -> str:
        """The store's clock at the start of this run."""
        return self.connection.started_at.strftime(TIME_FORMAT)

    @property
    def synced_at(self) -> str:
        """The time that every row of this run has: the store's clock at its start, later than that of the last run.

        After a clock was set back, or with two runs in one second, rows would otherwise look newer than the snapshot
        that should show them gone.
        """
        if self.last_synced_at is None or self.started_at > self.last_synced_at:
            return self.started_at
        last = datetime.datetime.strptime(self.last_synced_at, TIME_FORMAT).replace(tzinfo=datetime.UTC)
        return (last + datetime.timedelta(seconds=1)).strftime(TIME_FORMAT)

    @property
    def keys(self) -> dict[str, str]:
        """The columns that every row begins with."""
        return {"store_id": self.settings.store_id, "synced_at": self.synced_at}
