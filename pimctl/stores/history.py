"""The state of each store and its syncs so far, read from the database and the schedules as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from pimctl.errors import PimctlError
from pimctl.postgres import address, external
from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from pimctl.stores import alert_log, meltano_runs, progress, registry, schedules
from pimctl.stores.meltano import cause
from pimctl.stores.meltano_runs import MeltanoRun
from pimctl.stores.progress import RunningSync
from pimctl.stores.store import Store

State = Literal["healthy", "incomplete", "failed", "stale", "syncing", "paused", "never synced"]


@dataclass(frozen=True)
class StreamRun:
    """What one sync did for one stream.

    Attributes:
        held_back: Rows that vanished from the store's list and were not deleted, since the deletion guard took the
            list for broken.
    """

    stream: str
    kind: str | None
    rows: int
    changed: int | None
    unread: int
    retries: int
    seconds: float | None
    held_back: int = 0


@dataclass(frozen=True)
class SyncRun:
    """One sync of one store, as the tap recorded it.

    Attributes:
        store: The id of its store; the name in the database where the project has no such store any more.
        started_at: UTC; with the store it names the run.
        ended_at: None while it runs, and where it was killed.
        status: ``running``, ``complete``, ``incomplete``, ``failed`` or ``interrupted``.
        kind: ``full`` or ``incremental``; None where it failed before that was clear.
        kind_reason: Why it was a full sync, or was none.
        next_full_sync_at: When the next full sync is due.
        message: The last line that the user saw.
        rows: Rows read.
        changed: Rows that are newer than before.
        unread: Rows that could not be read.
        retries: Requests that were tried again.
        requests: Requests in all.
        run_id: Meltano's; None where the tap ran without Meltano.
        streams: The same by stream.
        number: Its place among the recorded syncs of all stores, 1 for the newest; None where only Meltano knows of
            it, or not all were looked at.
    """

    store: str
    started_at: datetime
    ended_at: datetime | None
    status: str
    kind: str | None
    kind_reason: str | None
    next_full_sync_at: datetime | None
    message: str | None
    rows: int
    changed: int
    unread: int
    retries: int
    requests: int
    run_id: str | None
    streams: tuple[StreamRun, ...]
    number: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs, and where it was killed."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None

    @property
    def is_good(self) -> bool:
        """Whether it came to its end."""
        return self.status in {"complete", "incomplete"}

    @property
    def sentence(self) -> str:
        """Its message without the store's name and address, empty where there is none."""
        return without_place(self.message, self.store)


@dataclass(frozen=True)
class StoreFigures:
    """The model's figures of a store.

    Attributes:
        name: As the store calls itself.
        products: Live products without variations.
        variations: Live variations.
        deleted: Products and variations that are gone from the store.
        score: Health score, 0 to 100; None for a store without products.
    """

    name: str | None
    products: int
    variations: int
    deleted: int
    score: Decimal | None


@dataclass(frozen=True)
class StoreStatus:
    """How a store is.

    Attributes:
        store: The store.
        state: In one word.
        running: The sync at work; None when none is.
        last_good: The last sync that came to its end.
        last: The last sync; where it failed before the tap could record its end, what Meltano knows of it.
        products: Live products without variations; None before the model was built.
        variations: Live variations.
        score: Health score, 0 to 100.
        next_sync_at: When its schedule starts the next sync, UTC; None without one, or while it is paused.
        error: Why the last sync failed, in one line; None when it did not.
        is_stale: Whether two scheduled times have passed since the last good sync.
        alert_error: Why the last alert about it could not be sent; None when all were.
        name: As the store calls itself; None before the model was built.
    """

    store: Store
    state: State
    running: RunningSync | None
    last_good: SyncRun | None
    last: SyncRun | None
    products: int | None
    variations: int | None
    score: Decimal | None
    next_sync_at: datetime | None
    error: str | None
    is_stale: bool
    alert_error: str | None
    name: str | None = None

    @property
    def title(self) -> str:
        """What people know the store by: its own name, else its id."""
        return self.name or self.store.id


def without_place(message: str | None, store_id: str) -> str:
    """Return a message of the tap in one line, without the name and address of the store that it begins with."""
    return re.sub(rf"^{re.escape(store_id)} \([^)]*\),? ", "", " ".join((message or "").split()))


def status(project: Project, now: datetime | None = None) -> list[StoreStatus]:
    """Return how each store of the project is.

    Raises:
        PimctlError: meltano.yml or the database cannot be read.
    """
    now = now or datetime.now(UTC)
    stores = registry.list_stores(project)
    at_work = progress.running(project, stores)
    by_store: dict[str, StoreFigures] = {}
    last: dict[str, SyncRun] = {}
    last_good: dict[str, SyncRun] = {}
    with database(project) as connection:
        if connection is not None:
            by_store = _figures(connection)
            last = {run.store: run for run in _runs(connection, stores, LAST, [])}
            last_good = {run.store: run for run in _runs(connection, stores, LAST_GOOD, [])}
    own = registry.by_state_id(project, stores)
    failed = {own[run.state_id].id: run for run in meltano_runs.failed(project, last=True) if run.state_id in own}
    unsent = alert_log.errors(project)
    return [
        _status(
            store,
            now,
            _Seen(
                at_work.get(store.id),
                _last(store, last.get(store.id), failed.get(store.id)),
                last_good.get(store.id),
                by_store.get(store.store_id),
                unsent.get(store.id),
            ),
        )
        for store in stores
    ]


def _last(store: Store, recorded: SyncRun | None, failed: MeltanoRun | None) -> SyncRun | None:
    """Return the last sync of a store: the recorded one, or a failed one whose end no record shows.

    The tap's records come by the loader: where that fails, or no tap begins, only Meltano knows.
    """
    if failed is None:
        return recorded
    is_same = recorded is not None and recorded.run_id == failed.run_id
    if recorded is not None and (recorded.ended_at if is_same else recorded.started_at > failed.started_at):
        return recorded
    return _failure(store, recorded if is_same else None, failed)


def _failure(store: Store, recorded: SyncRun | None, failed: MeltanoRun) -> SyncRun:
    """Return a sync that failed before the record of its end landed: the record of its beginning, if that landed."""
    try:
        message = cause(failed.log.read_text(encoding="utf-8", errors="replace"), tap_only=True)
    except OSError:
        message = "Meltano's log of it is gone"
    if recorded is not None:
        return replace(recorded, status="failed", message=message)
    nothing = {"rows": 0, "changed": 0, "unread": 0, "retries": 0, "requests": 0}
    return SyncRun(
        store=store.id,
        started_at=failed.started_at,
        ended_at=failed.heartbeat_at,
        status="failed",
        kind=None,
        kind_reason=None,
        next_full_sync_at=None,
        message=message,
        run_id=failed.run_id,
        streams=(),
        **nothing,
    )


def history(project: Project, store: Store | None = None, limit: int = 20) -> list[SyncRun]:
    """Return the last syncs, the newest first; also those that failed before a record of them landed.

    Args:
        project: The Meltano project.
        store: The store whose syncs are wanted; None for all.
        limit: How many.

    Raises:
        PimctlError: The database cannot be read.
    """
    stores = registry.list_stores(project)
    values = [store.store_id if store else None, limit]
    with database(project) as connection:
        runs = _runs(connection, stores, ALL, values) if connection is not None else []
    runs = _without_killed(runs, progress.running(project, stores))
    found = {(run.store, run.run_id or run.started_at): run for run in runs}
    oldest = runs[-1].started_at if len(runs) == limit else None  # the records of older ones were not looked at
    wanted = registry.by_state_id(project, [store] if store else stores)
    for failed in meltano_runs.failed(project):
        if failed.state_id not in wanted or (oldest is not None and failed.started_at < oldest):
            continue
        own = wanted[failed.state_id]
        recorded = found.get((own.id, failed.run_id))
        if recorded is None or recorded.ended_at is None:
            found[own.id, failed.run_id] = _failure(own, recorded, failed)
    return sorted(found.values(), key=lambda run: run.started_at, reverse=True)[:limit]


def _without_killed(runs: list[SyncRun], at_work: Mapping[str, RunningSync]) -> list[SyncRun]:
    """Return runs with those as interrupted that began, never ended, and are not at work: they were killed."""
    newest: set[str] = set()
    found = []
    for run in runs:
        is_at_work = run.store in at_work and run.store not in newest
        newest.add(run.store)
        found.append(replace(run, status="interrupted") if run.status == "running" and not is_at_work else run)
    return found


def find_run(project: Project, name: str) -> SyncRun:
    """Return one sync.

    Args:
        project: The Meltano project.
        name: The id of its Meltano run, or its beginning; or its number among the syncs of all
            stores, 1 for the newest.

    Raises:
        PimctlError: There is none, or several begin so.
    """
    runs = history(project, limit=10_000)
    by_number = {str(run.number): run for run in runs if run.number is not None}
    if name in by_number:
        return by_number[name]
    found = [run for run in runs if (run.run_id or "").startswith(name)]
    if len(found) == 1:
        return found[0]
    problem = f'{len(found)} runs begin with "{name}": give more of its id' if found else f'There is no run "{name}"'
    raise PimctlError(f"{problem}. pimctl history lists them.")


@contextmanager
def database(project: Project) -> Iterator[psycopg.Connection[dict[str, Any]] | None]:
    """Connect to the PIM database, starting the embedded one if it is stopped; None when there is none yet.

    Raises:
        PimctlError: There is no connection, or it broke.
    """
    own = project.variable(external.VARIABLE)
    embedded = Embedded(project)
    if own is None and not embedded.data.exists():
        yield None
        return
    url = external.to_libpq(own) if own else address.url(embedded.start().socket_folder)
    try:
        with psycopg.connect(
            url, autocommit=True, connect_timeout=external.CONNECT_SECONDS, row_factory=dict_row
        ) as opened:
            opened.execute("set timezone to 'UTC'")
            yield opened
    except psycopg.Error as error:
        raise PimctlError(
            f"The PIM database ({external.describe(url)}) cannot be read: {external.reason(error)}"
        ) from None


ALL = """
select * from (
    select *, row_number() over (order by started_at desc, store_id) as number from woo.sync_runs
) as numbered
where store_id = coalesce(%s, store_id) order by number limit %s
"""
LAST = "select distinct on (store_id) * from woo.sync_runs order by store_id, started_at desc"
LAST_GOOD = (
    "select distinct on (store_id) * from woo.sync_runs where status in ('complete', 'incomplete') "
    "order by store_id, started_at desc"
)
FIGURES = """
select stores.store_id, stores.name, coalesce(goods.products, 0) as products,
    coalesce(goods.variations, 0) as variations, coalesce(goods.deleted, 0) as deleted, found.score
from pim.stores
left join (
    select store_id, count(*) filter (where kind <> 'variation' and not is_deleted) as products,
        count(*) filter (where kind = 'variation' and not is_deleted) as variations,
        count(*) filter (where is_deleted) as deleted
    from pim.products group by store_id
) as goods using (store_id)
left join (select store_id, max(store_score) as score from pim.health_summary group by store_id) as found
    using (store_id)
"""


def has_table(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether a table or view is there, named with its schema."""
    row = connection.execute("select to_regclass(%s) is not null as found", [name]).fetchone()
    return bool(row and row["found"])


def _runs(
    connection: psycopg.Connection[dict[str, Any]], stores: list[Store], query: str, values: list[Any]
) -> list[SyncRun]:
    if not has_table(connection, "woo.sync_runs"):
        return []
    ids = {store.store_id: store.id for store in stores}
    return [_run(row, ids) for row in connection.execute(query.encode(), values).fetchall()]


def _run(row: Mapping[str, Any], ids: Mapping[str, str]) -> SyncRun:
    streams = tuple(
        StreamRun(
            stream=str(found.get("stream")),
            kind=found.get("kind"),
            rows=int(found.get("rows") or 0),
            changed=found.get("changed"),
            unread=int(found.get("unread") or 0),
            retries=int(found.get("retries") or 0),
            seconds=found.get("seconds"),
            held_back=int(found.get("held_back") or 0),
        )
        for found in row.get("streams") or ()
    )
    numbers = {name: int(row.get(name) or 0) for name in ("rows", "changed", "unread", "retries", "requests")}
    return SyncRun(
        store=ids.get(row["store_id"], row["store_id"]),
        started_at=_utc(row["started_at"]),
        ended_at=_utc(row["ended_at"]) if row.get("ended_at") else None,
        status=row["status"],
        kind=row.get("kind"),
        kind_reason=row.get("kind_reason"),
        next_full_sync_at=_utc(row["next_full_sync_at"]) if row.get("next_full_sync_at") else None,
        message=row.get("message"),
        run_id=row.get("run_id"),
        streams=streams,
        number=row.get("number"),
        **numbers,
    )


def figures(project: Project) -> dict[str, StoreFigures]:
    """Return the model's figures of each store by its store_id; nothing before the model was built."""
    with database(project) as connection:
        return _figures(connection) if connection is not None else {}


def _figures(connection: psycopg.Connection[dict[str, Any]]) -> dict[str, StoreFigures]:
    if not has_table(connection, "pim.health_summary"):
        return {}
    return {row.pop("store_id"): StoreFigures(**row) for row in connection.execute(FIGURES).fetchall()}


@dataclass(frozen=True)
class _Seen:
    running: RunningSync | None
    last: SyncRun | None
    last_good: SyncRun | None
    figures: StoreFigures | None
    alert_error: str | None


def _status(store: Store, now: datetime, seen: _Seen) -> StoreStatus:
    last, last_good, own = seen.last, seen.last_good, seen.figures
    is_stale = bool(
        not store.is_paused
        and last_good
        and schedules.is_overdue(store.cron, last_good.ended_at or last_good.started_at, now)
    )
    has_failed = last is not None and (
        last.status in {"failed", "interrupted"} or (last.status == "running" and not seen.running)
    )
    error = None
    if has_failed and last is not None:
        error = without_place(last.message, store.store_id) or "it was killed"
    return StoreStatus(
        store=store,
        state=_state(store, seen, has_failed=has_failed, is_stale=is_stale),
        running=seen.running,
        last_good=last_good,
        last=last,
        products=own.products if own else None,
        variations=own.variations if own else None,
        score=own.score if own else None,
        next_sync_at=None if store.is_paused else schedules.next_time(store.cron, now),
        error=error,
        is_stale=is_stale,
        alert_error=seen.alert_error,
        name=own.name if own else None,
    )


def _state(store: Store, seen: _Seen, *, has_failed: bool, is_stale: bool) -> State:
    if seen.running is not None:
        return "syncing"
    if store.is_paused:
        return "paused"
    if seen.last is None:
        return "never synced"
    if has_failed:
        return "failed"
    if is_stale:
        return "stale"
    return "incomplete" if seen.last.status == "incomplete" else "healthy"


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
