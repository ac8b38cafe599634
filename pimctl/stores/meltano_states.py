"""Clears Meltano's states when the database changes: they say what landed, but not in which database."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.postgres import external
from pimctl.project import Project
from pimctl.stores.registry import LOADER
from pimctl.stores.store import Store

ENVIRONMENT = "MELTANO_ENVIRONMENT"  # set by Meltano for all that it runs
FAILED = "This is not the database of the last run, and the Meltano states of that run cannot be cleared"


def check(project: Project, url: str, environment: str | None) -> None:
    """Before a run, clear the states that were written for another database than this, so that it gets every row.

    Only which database the last run of an environment met is kept, beside the states; nothing is written into the
    database.

    Args:
        project: The Meltano project.
        url: The database that the run will write to.
        environment: Meltano's environment of the run; None outside a run, where nothing is done.

    Raises:
        PimctlError: The database cannot be reached, or Meltano's states cannot be cleared.
    """
    if not environment:
        return
    folder = project.root / ".meltano"
    folder.mkdir(exist_ok=True)
    kept = folder / "pimctl-databases.json"
    with exclusive(folder / "pimctl-databases.lock"):
        known: dict[str, str] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        found = external.look(url)
        if found.has_landed and known.get(environment, found.identity) == found.identity:
            cleared = 0
        else:
            cleared = clear(project, environment)
        if cleared:
            what = "Another database than in the last run" if found.has_landed else "A database without landed tables"
            states = f"{cleared} of Meltano's states of environment {environment}"
            print(f"{what}: cleared {states}, so that all rows are read.")
        if known.get(environment) != found.identity:
            fresh = kept.with_suffix(".new")
            fresh.write_text(json.dumps({**known, environment: found.identity}), encoding="utf-8")
            fresh.replace(kept)


def clear(project: Project, environment: str) -> int:
    """Clear the states of all taps towards the loader in one environment; return how many there were."""
    listed = meltano(project, "state", "list", "--pattern", f"{environment}:*-to-{LOADER}*").split()
    states = [state for state in listed if state.split(":")[1].endswith(f"-to-{LOADER}")]  # ENVIRONMENT:A-to-B:SUFFIX
    for state in states:
        meltano(project, "state", "clear", "--force", state)
    return len(states)


def clear_store(project: Project, store: Store) -> None:
    """Clear the states of a store that is to be removed, in all environments.

    Raises:
        PimctlError: They cannot be cleared.
    """
    failed = f"The Meltano states of {store.id} cannot be cleared, so nothing was removed"
    for state in meltano(project, "state", "list", "--pattern", f"*{store.extractor}-to-*", failed=failed).split():
        if any(part.rpartition("-to-")[0] == store.extractor for part in state.split(":")):
            meltano(project, "state", "clear", "--force", state, failed=failed)


def meltano(project: Project, *arguments: str, failed: str = FAILED) -> str:
    """Run the Meltano that runs this project, and return what it printed.

    Args:
        project: The Meltano project.
        *arguments: Of the command line.
        failed: How a failure begins: what cannot be done without it.

    Raises:
        PimctlError: It cannot be found, or failed.
    """
    own = project.root / ".meltano" / "run" / "bin"  # Meltano's own link to itself: this Python may have none
    beside = Path(sys.executable).with_name("meltano")
    program = next((str(path) for path in (own, beside) if path.is_file()), None) or shutil.which("meltano")
    if program is None:
        raise PimctlError(f"{failed}: meltano is not on the PATH")
    done = subprocess.run(  # noqa: S603  a list, no shell
        [program, *arguments],
        capture_output=True,
        check=False,
        cwd=project.root,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1"},
        errors="replace",
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        message = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PimctlError(f"{failed}: meltano {' '.join(arguments)}: {message}")
    return done.stdout
