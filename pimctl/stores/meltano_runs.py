"""Meltano's own record of runs, in ``.meltano/meltano.db``: which are at work, and what a killed one left behind."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import project_files, registry
from pimctl.stores.store import PREFIX

HEARTBEAT = timedelta(seconds=5)  # Meltano writes one every second
WAIT_SECONDS = 6.0  # until a run without a process here has said that it lives, or has not
END_SECONDS = 5.0
FORMAT = "%Y-%m-%d %H:%M:%S.%f"
CLEARED = "The process of this run no longer existed; pimctl marked the run as ended."
STOPPED = ("The process was terminated", "The process was interrupted", CLEARED)  # Meltano 4.4.1


@dataclass(frozen=True)
class MeltanoRun:
    """A run that Meltano takes for running, or that failed.

    Attributes:
        number: Its row.
        state_id: ``ENVIRONMENT:EXTRACTOR-to-LOADER``.
        run_id: As ``meltano logs`` knows it.
        started_at: UTC.
        heartbeat_at: When Meltano last said that it lives; None where it never did.
    """

    number: int
    state_id: str
    run_id: str
    started_at: datetime
    heartbeat_at: datetime | None

    @property
    def extractor(self) -> str:
        """The extractor that it reads with."""
        return self.state_id.partition(":")[2].rpartition("-to-")[0]

    @property
    def log(self) -> Path:
        """Meltano's log of it."""
        return log_file(self.state_id, self.run_id)


def log_file(state_id: str, run_id: str) -> Path:
    """Return Meltano's log of a run, in the state folder of the user who started it."""
    import platformdirs  # noqa: PLC0415

    folder = re.sub(r"[^\w\s.\-]", "", state_id)
    return Path(platformdirs.user_log_path("meltano")) / "elt" / folder / run_id / "elt.log"


def running(project: Project) -> list[MeltanoRun]:
    """Return the runs that Meltano takes for running and whose process lives.

    Empty where Meltano keeps them in a server's database (``MELTANO_DATABASE_URI``), see docs/scheduling.md.
    """
    listed = _marked_running(project)
    if not listed:
        return []
    alive = processes(project)
    return [run for run in listed if _lives(run, alive)]


def failed(project: Project, *, last: bool = False) -> list[MeltanoRun]:
    """Return the runs that failed; one that was stopped or killed did not.

    Empty where Meltano keeps them in a server's database, as `running`.

    Args:
        project: The Meltano project.
        last: Of each state id the last run that ended, where it failed.
    """
    condition = "state = 'FAIL' and coalesce(json_extract(payload, '$.error'), '') not in (?, ?, ?)"
    if last:
        condition += " and id in (select max(id) from runs where state in ('SUCCESS', 'FAIL') group by job_name)"
    return _listed(project, condition, STOPPED)


def clear_dead(project: Project) -> list[str]:
    """End the runs whose process was killed, with what they left; return a line on each thing done.

    What a killed Meltano leaves: its row, which blocks the next run of the store for five minutes; the tap and the
    loader, which go on; and their configurations with key, secret and the database's password.

    Raises:
        PimctlError: Something cannot be removed.
    """
    lines: list[str] = []
    alive = processes(project)
    orphans = [process for process in psutil.process_iter() if _is_orphan(project, process)]
    for process in orphans:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(orphans, timeout=END_SECONDS)[1]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    if orphans:
        lines.append(f"Ended {len(orphans)} process{'es' * (len(orphans) > 1)} left by a killed run.")
    dead = [run for run in _settled(project, alive) if not _lives(run, alive)]
    if dead:
        now = datetime.now(UTC).strftime(FORMAT)
        with closing(_open(project, "rw")) as database, database:
            for run in dead:
                database.execute(
                    "update runs set state = 'FAIL', ended_at = ?, payload = json_set(coalesce(payload, '{}'), "
                    "'$.error', ?) where id = ? and state = 'RUNNING'",
                    [now, CLEARED, run.number],
                )
        lines += [
            f"Ended the run of {run.extractor} of {run.started_at:%Y-%m-%d %H:%M} UTC: its process no longer existed."
            for run in dead
        ]
    above = {process.pid for process in psutil.Process().parents()}  # a run that this is a block of: its own come later
    others = [process for process in alive if process.pid not in above]
    removed = [path for path in _configurations(project) if not _is_used(path, others)]
    for path in removed:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise PimctlError(
                f"{path} holds secrets and cannot be removed ({error.strerror}): remove it by hand."
            ) from None
    if removed:
        lines.append(f"Removed {len(removed)} configuration{'s' * (len(removed) > 1)} left by a killed run.")
    return lines


def forget(project: Project, extractor: str) -> None:
    """Delete the record of a store's runs, which would show in the history of a store that is added in its place."""
    own = [(run.number,) for run in _listed(project, "true") if run.extractor == extractor]
    if own:
        with closing(_open(project, "rw")) as database, database:
            database.executemany("delete from runs where id = ?", own)


@dataclass(frozen=True)
class Process:
    """A Meltano process of this project.

    Attributes:
        pid: Its number.
        started: Seconds since 1970.
        arguments: Its command line after the program.
        extractors: The extractors that it runs, by its blocks and jobs.
    """

    pid: int
    started: float
    arguments: tuple[str, ...]
    extractors: frozenset[str]


def processes(project: Project) -> list[Process]:
    """Return the Meltano processes that work in this project."""
    document: Mapping[str, Any] | None = None
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            command = process.cmdline()
            place = next((number for number, part in enumerate(command[:3]) if Path(part).name == "meltano"), None)
            if place is None or Path(process.cwd()).resolve() != project.root:
                continue
            document = document if document is not None else project_files.read(project)
            arguments = tuple(command[place + 1 :])
            named = _extractors(document, arguments)
            found.append(Process(process.pid, process.create_time(), arguments, named))
    return found


def extractors_of_this_run(project: Project) -> frozenset[str]:
    """Return the extractors of the Meltano run that started this process; none outside a run."""
    if "MELTANO_PROJECT_ROOT" not in os.environ:
        return frozenset()
    above = {process.pid for process in psutil.Process().parents()}
    return frozenset().union(*(process.extractors for process in processes(project) if process.pid in above))


def guard(project: Project) -> None:
    """Before a run of Meltano's, clear what killed runs left, and refuse one that would sync a paused store.

    Does nothing outside a run.

    Raises:
        PimctlError: A store of the run is paused.
    """
    named = extractors_of_this_run(project)
    if not named:
        return
    for line in clear_dead(project):
        print(line)
    for store in registry.list_stores(project):
        if store.is_paused and store.extractor in named:
            raise PimctlError(f"The store {store.id} is paused: resume it with: pimctl stores resume {store.id}")


def _extractors(document: Mapping[str, Any], arguments: tuple[str, ...]) -> frozenset[str]:
    """Return the extractors that a Meltano command names, itself or by a job or schedule."""
    jobs = {str(job["name"]): registry.blocks(job) for job in document.get("jobs") or ()}
    schedules = {str(found["name"]): str(found.get("job")) for found in document.get("schedules") or ()}
    if "schedule" in arguments:
        arguments = tuple(schedules.get(word, word) for word in arguments)
    blocks = [block for word in arguments for block in jobs.get(word, [word])]
    return frozenset(block for block in blocks if block.startswith(PREFIX))


def _settled(project: Project, alive: list[Process]) -> list[MeltanoRun]:
    """Return the runs that Meltano takes for running, once it is clear of each whether it lives.

    One that was killed this moment spoke a second ago, and its next run may begin at once.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        listed = _marked_running(project)
        unclear = [run for run in listed if _has_spoken(run) and not _has_process(run, alive)]
        if not unclear or time.monotonic() > deadline:
            return listed
        time.sleep(0.2)


def _has_spoken(run: MeltanoRun) -> bool:
    return run.heartbeat_at is not None and datetime.now(UTC) - run.heartbeat_at < HEARTBEAT


def _has_process(run: MeltanoRun, alive: list[Process]) -> bool:
    begun = run.started_at.timestamp() + 1
    return any(run.extractor in process.extractors and process.started <= begun for process in alive)


def _lives(run: MeltanoRun, alive: list[Process]) -> bool:
    """Whether the process of a run is at work: one that runs its extractor was there when it began."""
    return _has_spoken(run) or _has_process(run, alive)  # or in another container, whose processes nobody sees here


def _is_orphan(project: Project, process: psutil.Process) -> bool:
    """Whether a process is a tap or a loader of this project whose Meltano is gone."""
    folder = f"{project.root / '.meltano' / 'run'}{os.sep}"
    try:
        command = process.cmdline()
        parent = process.parent()
    except psutil.Error:
        return False
    if not any(part.startswith(folder) and part.endswith(".config.json") for part in command):
        return False
    return parent is None or not any("meltano" in Path(part).name for part in _command(parent)[:3])


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _configurations(project: Project) -> list[Path]:
    """Return the files with secrets that Meltano wrote for the stores and for their loader, the database's password."""
    folder = project.root / ".meltano" / "run"
    return sorted([*folder.glob(f"{PREFIX}*/tap.*.config.json"), *folder.glob(f"{registry.LOADER}/*.config.json")])


def _is_used(path: Path, alive: list[Process]) -> bool:
    """Whether a configuration belongs to a Meltano process that was there when it was written."""
    try:
        written = path.stat().st_mtime
    except OSError:
        return False
    plugin = path.parent.name
    return any(
        (plugin in process.extractors or plugin == registry.LOADER) and process.started <= written + 1
        for process in alive
    )


def _marked_running(project: Project) -> list[MeltanoRun]:
    return _listed(project, "state = 'RUNNING'")


def _listed(project: Project, condition: str, values: tuple[str, ...] = ()) -> list[MeltanoRun]:
    columns = "id, job_name, run_id, started_at, last_heartbeat_at"
    try:
        with closing(_open(project, "ro")) as database:
            rows = database.execute(f"select {columns} from runs where {condition}", values).fetchall()  # noqa: S608
    except sqlite3.Error:
        return []  # no run yet, or Meltano keeps them elsewhere
    return [
        MeltanoRun(number, state_id, _dashed(run_id), _time(started), _time(heartbeat) if heartbeat else None)
        for number, state_id, run_id, started, heartbeat in rows
        if PREFIX in state_id and started
    ]


def _open(project: Project, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{(project.root / '.meltano' / 'meltano.db').as_uri()}?mode={mode}", uri=True, timeout=10)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _dashed(run_id: str) -> str:
    return "-".join((run_id[:8], run_id[8:12], run_id[12:16], run_id[16:20], run_id[20:])) if run_id else ""
