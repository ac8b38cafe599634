"""Meltano's own record of runs, as Meltano 4.4.1 keeps it in a project's ``.meltano/meltano.db``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from pimctl.stores.meltano_runs import FORMAT

TABLE = """
create table runs (id integer primary key, job_name text, state text, started_at text, ended_at text, payload text,
    payload_flags integer, run_id text, "trigger" text, last_heartbeat_at text)
"""


@contextmanager
def record_of_runs(root: Path) -> Iterator[sqlite3.Connection]:
    """Make the record of a project, empty."""
    (root / ".meltano").mkdir(exist_ok=True)
    with closing(sqlite3.connect(root / ".meltano" / "meltano.db")) as database:
        database.execute(TABLE)
        yield database


def add_run(  # noqa: PLR0913
    database: sqlite3.Connection,
    state_id: str,
    run_id: str,
    started_at: datetime,
    heartbeat_at: datetime,
    *,
    error: str | None = None,
) -> None:
    """Add a run: one that is at work, or with an error one that failed. Meltano writes ids without hyphens."""
    payload = {"singer_state": {}, **({"error": error} if error else {})}
    times = (started_at.strftime(FORMAT), heartbeat_at.strftime(FORMAT))
    with database:
        database.execute(
            "insert into runs (job_name, state, payload, run_id, started_at, last_heartbeat_at) "
            "values (?, ?, ?, ?, ?, ?)",
            [state_id, "FAIL" if error else "RUNNING", json.dumps(payload), run_id.replace("-", ""), *times],
        )
