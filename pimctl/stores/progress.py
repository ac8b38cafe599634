"""How far a sync is: read from the tap's own progress, which stands in Meltano's output and log as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from pimctl.lock import is_held
from pimctl.project import Project
from pimctl.stores import meltano_runs, project_files, registry
from pimctl.stores.store import Store

METRIC = "METRIC: "
TAIL_BYTES = 400_000

Phase = Literal["waiting", "starting", "reading", "finishing"]


@dataclass(frozen=True)
class StreamProgress:
    """How far a stream is.

    Attributes:
        stream: Its name.
        rows: Rows read.
        total: Rows that the store counts; None where it does not say.
        percent: 0 to 100; None without a total.
        rows_per_second: At the moment; None at the beginning.
        seconds_left: None where it is not known.
    """

    stream: str
    rows: int
    total: int | None = None
    percent: float | None = None
    rows_per_second: float | None = None
    seconds_left: float | None = None


@dataclass
class Progress:
    """How far a sync is, fed with the lines that Meltano says.

    Attributes:
        streams: By stream, in the order of reading; the last is the one being read.
        phase: What is done now.
    """

    streams: dict[str, StreamProgress] = field(default_factory=dict)
    phase: Phase = "starting"

    def feed(self, line: str) -> bool:
        """Take a line of Meltano's output; return whether it changed something."""
        _, found, text = line.partition(METRIC)
        if not found:
            return False
        try:
            metric = json.loads(text)
            tags = metric["tags"]
            if metric["metric"] == "sync_progress":
                stream = StreamProgress(
                    tags["stream"],
                    int(metric["value"]),
                    tags.get("total"),
                    tags.get("percent"),
                    tags.get("rows_per_second"),
                    tags.get("seconds_left"),
                )
                self.streams.pop(stream.stream, None)
                self.streams[stream.stream] = stream
            elif metric["metric"] != "sync_duration":
                return False
        except (ValueError, KeyError, TypeError):
            return False
        self.phase = "reading"
        return True

    @property
    def rows(self) -> int:
        """Rows read of all streams."""
        return sum(stream.rows for stream in self.streams.values())

    @property
    def current(self) -> StreamProgress | None:
        """The stream that is being read; None before the first."""
        return next(reversed(self.streams.values()), None)


@dataclass(frozen=True)
class RunningSync:
    """A sync at work, whoever started it.

    Attributes:
        store: The id of its store.
        started_at: UTC.
        pid: The process of pimctl or Meltano that leads it; None where it is on another machine.
        run_id: Meltano's; None before Meltano began.
        phase: What is done now.
        streams: How far each stream is, in the order of reading; the last is the one being read.
        log: Where its log is; None where nobody can read it.
    """

    store: str
    started_at: datetime
    pid: int | None
    run_id: str | None
    phase: Phase
    streams: tuple[StreamProgress, ...]
    log: Path | None

    @property
    def rows(self) -> int:
        """Rows read of all streams."""
        return sum(stream.rows for stream in self.streams)

    @property
    def current(self) -> StreamProgress | None:
        """The stream that is being read; None before the first."""
        return self.streams[-1] if self.streams else None


def running(project: Project, stores: Iterable[Store] | None = None) -> dict[str, RunningSync]:
    """Return the syncs at work, by store id; also those that a scheduler or plain Meltano started.

    Args:
        project: The Meltano project.
        stores: The stores to look at; all when None.
    """
    wanted = list(stores) if stores is not None else registry.list_stores(project)
    by_extractor = {run.extractor: run for run in meltano_runs.running(project)}
    found: dict[str, RunningSync] = {}
    for store in wanted:
        noted = note_of(project, store)
        run = by_extractor.get(store.extractor)
        if noted is None and run is None:
            continue
        log = run.log if run is not None and run.log.is_file() else None
        progress = read_log(log) if log else Progress()
        found[store.id] = RunningSync(
            store=store.id,
            started_at=noted.started_at if noted else run.started_at,  # type: ignore[union-attr]
            pid=noted.pid if noted else None,
            run_id=run.run_id if run else None,
            phase=progress.phase if run else (noted.phase if noted else "starting"),
            streams=tuple(progress.streams.values()),
            log=log,
        )
    return found


def read_log(path: Path) -> Progress:
    """Return the progress that the end of a log shows."""
    progress = Progress()
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - TAIL_BYTES))
        for line in log.read().decode("utf-8", "replace").splitlines():
            progress.feed(line)
    return progress


@dataclass(frozen=True)
class Note:
    """What a pimctl that syncs a store notes beside its lock.

    Attributes:
        pid: Its process.
        started_at: UTC.
        phase: What it does.
    """

    pid: int
    started_at: datetime
    phase: Phase


def lock_file(project: Project, store: Store) -> Path:
    """Return the file that is locked while a pimctl syncs a store."""
    return project_files.private_folder(project) / f"{store.id}.lock"


def note_file(project: Project, store: Store) -> Path:
    """Return the file in which who holds the lock says so."""
    return project_files.private_folder(project) / f"{store.id}.json"


def note_of(project: Project, store: Store) -> Note | None:
    """Return what the pimctl that syncs a store noted; None where none does."""
    if not is_held(lock_file(project, store)):
        return None
    try:
        noted = json.loads(note_file(project, store).read_text(encoding="utf-8"))
        return Note(noted["pid"], datetime.fromisoformat(noted["started_at"]), noted["phase"])
    except (OSError, ValueError, KeyError):
        return None
