"""Runs the Meltano schedules that are due, in the foreground; croniter says when, `meltano schedule run` does it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pimctl import stop
from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import alerts, operations, project_files, registry, schedules
from pimctl.stores.meltano import Meltano, end_all
from pimctl.stores.sync import log_folder

LOOK_SECONDS = 1.0


def run(project: Project) -> None:
    """Run what is due until the process is stopped. An edit of meltano.yml counts from the next second on.

    A schedule whose last run is still at work is left out, as are times that passed while this did not run.
    """
    document = project_files.read(project)
    at_work: dict[str, subprocess.Popen[bytes]] = {}
    last_look, problem = datetime.now(UTC), ""
    print(f"Running the schedules of {project.root}; stop it with Ctrl-C.", flush=True)
    for name, following in next_times(document, last_look).items():
        print(f"  {name}: {following.astimezone():%Y-%m-%d %H:%M}", flush=True)
    try:
        while True:
            time.sleep(LOOK_SECONDS)
            now = datetime.now(UTC)
            try:
                document, problem = project_files.read(project), ""
            except PimctlError as error:  # somebody is in the middle of an edit by hand: what is due begins after it
                if str(error) != problem:
                    problem = str(error)
                    _say(problem)
            else:
                for name in due(document, last_look, now):
                    if name in at_work:
                        _say(f"{name} is still running; skipped this time.")
                    else:
                        with stop.postponed():
                            _begin(project, name, at_work)
                last_look = now
            for name, process in list(at_work.items()):
                if process.poll() is not None:
                    del at_work[name]
                    result = "succeeded" if process.returncode == 0 else f"failed: see {_log(project, name)}"
                    _say(f"{name} {result}.")
                    alerts.send_due(project)
    finally:
        end_all(list(at_work.values()))


def due(document: Mapping[str, Any], after: datetime, until: datetime) -> list[str]:
    """Return the schedules with a time after one moment and not after another."""
    return [name for name, following in next_times(document, after).items() if following <= until]


def next_times(document: Mapping[str, Any], after: datetime) -> dict[str, datetime]:
    """Return when each schedule runs next, by its name; without those that have no time, or whose store is paused."""
    jobs = {job["name"] for job in document.get("jobs") or () if registry.blocks(job) == [operations.PAUSED]}
    stores = {found["name"] for found in registry.extractors(document) if registry.annotation(found).get("paused")}
    return {
        str(found["name"]): following
        for found in document.get("schedules") or ()
        if found.get("job") not in jobs
        and found.get("extractor") not in stores  # Meltano's form without a job
        and (following := schedules.next_time(str(found.get("interval")), after)) is not None
    }


def _begin(project: Project, name: str, at_work: dict[str, subprocess.Popen[bytes]]) -> None:
    """Begin a schedule; where that fails, as on a full disk, say so: the others go on."""
    log = _log(project, name)
    try:
        with log.open("wb") as output:
            at_work[name] = Meltano(project, {}, log).begin(["schedule", "run", name], output)
    except (PimctlError, OSError) as error:
        _say(f"{name} did not start: {error}")
    else:
        _say(f"{name} started.")


def _log(project: Project, name: str) -> Any:
    return log_folder(project) / f"schedule-{name.replace('/', '-')}.log"


def _say(text: str) -> None:
    print(f"{datetime.now().astimezone():%H:%M:%S} {text}", flush=True)
