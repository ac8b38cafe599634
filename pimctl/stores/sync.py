"""Syncs stores side by side through the project's Meltano, each by itself, and builds the model once at the end.

Meltano's output goes to a file, not to a pipe: when this process is killed, the syncs that it began come to their end.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pimctl import db
from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores import history, meltano_runs, meltano_states, progress, project_files, registry
from pimctl.stores.meltano import Meltano, cause, end_all
from pimctl.stores.progress import Phase, Progress
from pimctl.stores.store import Store

MOST_AT_ONCE = 4
POLL_SECONDS = 0.1
BEGIN_SECONDS = 15.0

Outcome = Literal["complete", "incomplete", "failed", "skipped", "stopped"]

MADE_BY_ANOTHER = re.compile(r"DuplicateTable|DuplicateColumn|DuplicateSchema|pg_\w+_index")
"""What a loader (target-postgres 0.8.1) says when another one made the same table between its look and its own try, as
may happen to first syncs side by side. Then the table is there, and the sync is run again."""


@dataclass
class StoreSync:
    """The sync of one store, as it goes on and as it ended.

    Attributes:
        store: The store.
        phase: What is done now.
        progress: How far it is.
        outcome: How it ended; None before.
        message: Why it failed or was skipped, in one line.
        seconds: How long it took.
        rows: Rows read.
        changed: Rows newer than before; None where nobody recorded it.
        unread: Rows that could not be read; the same.
        deleted: Products and variations that are gone since the build before; None without a build.
        score: Health score after the build.
        score_change: Its change since the build before.
        log: Meltano's output.
    """

    store: Store
    phase: Phase = "waiting"
    progress: Progress = field(default_factory=Progress)
    outcome: Outcome | None = None
    message: str = ""
    seconds: float = 0.0
    rows: int = 0
    changed: int | None = None
    unread: int | None = None
    deleted: int | None = None
    score: Decimal | None = None
    score_change: Decimal | None = None
    log: Path | None = None

    @property
    def is_good(self) -> bool:
        """Whether it came to its end."""
        return self.outcome in {"complete", "incomplete"}


@dataclass
class SyncBatch:
    """Syncs of several stores at once.

    Attributes:
        syncs: In the order in which the stores were named.
        step: What is done for all of them now: ``installing``, ``syncing``, ``building the model``, or empty.
        model_error: Why the model could not be built; empty when it was, or when there was nothing new.
    """

    syncs: list[StoreSync]
    step: str = ""
    model_error: str = ""

    @property
    def is_good(self) -> bool:
        """Whether all went well."""
        return not self.model_error and all(sync.is_good for sync in self.syncs)


Observer = Callable[[SyncBatch], None]


def default_parallel() -> int:
    """Return how many stores are synced at once where nobody says: as many as cores, at most 4."""
    return max(1, min(os.cpu_count() or 1, MOST_AT_ONCE))


def start_sync(project: Project, stores: Sequence[Store], *, full: bool = False) -> int:
    """Begin to sync stores in a process of its own, which outlives this one; return its number.

    Returns when the syncs are seen by `pimctl.stores.progress.running`.

    Raises:
        PimctlError: They did not begin; the message says why.
        OSError: The disk is full.
    """
    named = [store.id for store in stores]
    with tempfile.NamedTemporaryFile("w+b", dir=log_folder(project), delete=False) as output:
        Path(output.name).replace(log_folder(project) / "background.log")  # two may begin at once, each with its own
        output.write(f"$ pimctl sync {' '.join(named)}\n".encode())
        output.flush()  # on a full disk the process could not say so
        process = subprocess.Popen(  # noqa: S603  a list, no shell
            [sys.executable, "-m", "pimctl.cli", "sync", *named, *["--full"] * full],
            cwd=project.root,
            env={**os.environ, "NO_COLOR": "1"},
            start_new_session=True,
            stderr=output,
            stdin=subprocess.DEVNULL,
            stdout=output,
        )
        deadline = time.monotonic() + BEGIN_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            notes = [progress.note_of(project, store) for store in stores]
            if any(note and note.pid == process.pid for note in notes):  # not that of a sync that began before
                threading.Thread(target=process.wait, daemon=True).start()  # or it would stay a zombie of a server
                return process.pid
            time.sleep(POLL_SECONDS)
        if process.poll() in {None, 0}:
            return process.pid
        output.seek(0)
        lines = output.read().decode("utf-8", "replace").strip().splitlines()[1:] or ["no message"]
    raise PimctlError(f"The sync did not begin: {lines[-1].removeprefix('pimctl: ')}")


def sync(
    project: Project, stores: Sequence[Store], observer: Observer, *, full: bool = False, parallel: int | None = None
) -> SyncBatch:
    """Sync stores, then build the model, and return how all went.

    Args:
        project: The Meltano project.
        stores: The stores; a paused one is skipped.
        observer: Called at every change, ten times a second at most.
        full: Read everything, not only what changed.
        parallel: How many at once; as many as cores, at most 4, when None.

    Raises:
        PimctlError: Nothing could begin. A store that fails does not raise: see its result.
    """
    batch = SyncBatch([StoreSync(store) for store in stores])
    runner = _Runner(project, batch, observer, full=full)
    with runner.lead():
        if runner.left:
            runner.prepare()
            runner.sync_all(parallel or default_parallel())
            runner.build()
    return batch


class _Runner:
    def __init__(self, project: Project, batch: SyncBatch, observer: Observer, *, full: bool) -> None:
        self.project = project
        self.batch = batch
        self.observer = observer
        self.arguments = ["run", *["--full-refresh"] * full]
        self.processes: list[subprocess.Popen[bytes]] = []
        self.locks: dict[str, ExitStack] = defaultdict(ExitStack)
        self.is_stopped = False
        self.beginning = threading.Lock()  # no sync begins after the stop has ended those that had begun
        self.meltano = Meltano(project, {}, log_folder(project) / "model.log")

    @property
    def left(self) -> list[StoreSync]:
        """The syncs that did not end yet."""
        return [sync for sync in self.batch.syncs if sync.outcome is None]

    @contextmanager
    def lead(self) -> Iterator[None]:
        """Lock all stores that can be synced, and mark those that somebody else is syncing as skipped."""
        with ExitStack() as stack:
            for sync in self.batch.syncs:
                if sync.store.is_paused:
                    _end(sync, "skipped", f"paused: resume it with: pimctl stores resume {sync.store.id}")
                elif not sync.store.has_credentials:
                    _end(sync, "failed", "its key and secret are missing: pimctl stores replace-key " + sync.store.id)
                else:
                    self._lock(sync, stack)
            yield

    def _lock(self, sync: StoreSync, stack: ExitStack) -> None:
        lock = stack.enter_context(self.locks[sync.store.id])
        try:
            lock.enter_context(exclusive(progress.lock_file(self.project, sync.store), wait=False))
        except BlockingIOError:
            note = progress.note_of(self.project, sync.store)
            by = f"synced by process {note.pid} since {_local(note.started_at)}" if note else "synced or removed"
            _end(sync, "skipped", f"it is already being {by}")
            return
        lock.callback(progress.note_file(self.project, sync.store).unlink, missing_ok=True)
        self._note(sync, "waiting")

    def prepare(self) -> None:
        """Clear what killed runs left, install what is missing, start the database."""
        cleared = meltano_runs.clear_dead(self.project)
        running = {run.extractor: run for run in meltano_runs.running(self.project)}
        for sync in self.left:
            run = running.get(sync.store.extractor)
            if run is not None:
                _end(sync, "skipped", f"Meltano is already syncing it, since {_local(run.started_at)}")
        if not self.left:
            return
        for line in cleared:
            print(line, file=sys.stderr)
        self.install()
        self._step("starting the database")
        url = db.ensure_running(self.project)
        document = project_files.read(self.project)
        chosen = registry.meltano_environment(document, registry.environment(self.project))
        with redirect_stdout(sys.stderr):  # stdout may be JSON
            meltano_states.check(self.project, url, chosen)

    def install(self) -> None:
        """Install the plugins where they are missing; a second sync waits for the first, and then has them."""
        with exclusive(project_files.private_folder(self.project) / "install.lock"):
            if self.meltano.lacks_plugins():
                self._step("installing the plugins, once")
                self.meltano.install()

    def sync_all(self, parallel: int) -> None:
        """Sync the stores, some at a time."""
        self._step("syncing")
        with ThreadPoolExecutor(parallel) as pool:
            try:
                self._watch([pool.submit(self._sync, sync) for sync in self.left])
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                with self.beginning:
                    self.is_stopped = True
                end_all(self.processes)
                for sync in self.left:
                    _end(sync, "stopped", "stopped before it was done")
                raise

    def _watch(self, futures: list[Future[None]]) -> None:
        left: set[Future[None]] = set(futures)
        while left:
            done, left = wait(left, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            self.observer(self.batch)
            for future in done:
                future.result()

    def _sync(self, sync: StoreSync) -> None:
        """Sync one store; what goes wrong is its own result alone. Then it may be synced anew, while others go on.

        The last one stays locked until the model is built, which brings its figures.
        """
        try:
            self._run(sync)
            if sync.outcome == "failed" and MADE_BY_ANOTHER.search(sync.message):
                sync.outcome, sync.message, sync.progress = None, "", Progress()
                self._run(sync)
            if sync.is_good and not self.left:
                self._note(sync, "finishing")
                return
        except (PimctlError, OSError) as error:
            _end(sync, "failed", str(error))
        self.locks[sync.store.id].close()

    def _run(self, sync: StoreSync) -> None:
        began = time.monotonic()
        sync.log = log_folder(self.project) / f"{sync.store.id}.log"
        self._note(sync, "starting")
        run_id = str(uuid.uuid4())
        arguments = [*self.arguments, sync.store.extractor, registry.LOADER]
        with sync.log.open("wb") as output, self.beginning:
            if self.is_stopped:
                return
            process = self.meltano.begin(arguments, output, run_id)
            self.processes.append(process)
        with sync.log.open("rb") as written:
            rest = b""
            while True:
                ended = process.poll() is not None
                rest += written.read()
                lines = rest.split(b"\n")
                rest = lines.pop()
                for line in lines:
                    if sync.progress.feed(line.decode("utf-8", "replace")):
                        sync.phase = "reading"
                if ended:
                    break
                time.sleep(POLL_SECONDS)
        sync.seconds = time.monotonic() - began
        sync.rows = sync.progress.rows
        if process.returncode and not self.is_stopped:
            _end(sync, "failed", cause(sync.log.read_text(encoding="utf-8", errors="replace"), tap_only=True))
            self._record(sync, run_id)
        elif not self.is_stopped:
            sync.outcome = "complete"
            self._record(sync, run_id)

    def _record(self, sync: StoreSync, run_id: str) -> None:
        """Take over what the tap recorded of this run; one that was killed at its start recorded nothing."""
        try:
            runs = history.history(self.project, sync.store, limit=1)
        except PimctlError:
            return  # the sync is done; what nobody can read now stands in the database later
        for run in runs:
            if run.run_id != run_id or run.number is None:
                return
            sync.rows, sync.changed, sync.unread = run.rows, run.changed, run.unread
            if sync.is_good and run.status == "incomplete":
                sync.outcome, sync.message = "incomplete", run.message or ""

    def build(self) -> None:
        """Build the model, once, if anything came."""
        good = [sync for sync in self.batch.syncs if sync.is_good]
        if not good:
            return
        before = history.figures(self.project)
        self._step("building the model")
        try:
            self.meltano.run("run", "dbt-postgres:build")
        except PimctlError as error:
            self.batch.model_error = str(error)
        self._step("")
        after = history.figures(self.project)
        for sync in good:
            old, new = before.get(sync.store.store_id), after.get(sync.store.store_id)
            if new is not None:
                sync.score = new.score
            if new is not None and old is not None:
                sync.deleted = max(0, new.deleted - old.deleted)
                if old.score is not None and new.score is not None:
                    sync.score_change = new.score - old.score

    def _step(self, text: str) -> None:
        self.batch.step = text
        self.observer(self.batch)

    def _note(self, sync: StoreSync, phase: Phase) -> None:
        sync.phase = phase
        noted = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "phase": phase}
        progress.note_file(self.project, sync.store).write_text(json.dumps(noted), encoding="utf-8")


def log_folder(project: Project) -> Path:
    """Return the folder of the last output of each store's Meltano."""
    folder = project_files.private_folder(project) / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _end(sync: StoreSync, outcome: Outcome, message: str) -> None:
    sync.outcome, sync.message = outcome, message


def _local(time_utc: datetime) -> str:
    return f"{time_utc.astimezone():%H:%M:%S}"
