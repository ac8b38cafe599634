"""How far a sync is, read from what Meltano says, and whose process it is."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pimctl.lock import exclusive, is_held
from pimctl.project import Project
from pimctl.stores import history, meltano_runs, operations, progress
from pimctl.stores.operations import Draft
from pimctl.stores.progress import Progress, StreamProgress
from pimctl.stores.store import Credentials, Store
from tests.support.meltano_runs import add_run, record_of_runs

pytestmark = pytest.mark.unit

DASHED = "01a21eea-e19c-74de-a8e1-817a0d1162eb"
STATE_ID = "dev:tap-woo-pim--eu-to-target-postgres"


def metric(stream: str, rows: int, **tags: object) -> str:
    told = {"type": "gauge", "metric": "sync_progress", "value": rows, "tags": {"stream": stream, **tags}}
    return f"2026-11-27T21:30:58.2Z [info     ] tap-woo-pim--eu METRIC: {json.dumps(told)}"


@pytest.fixture
def store(pim_project: Project) -> Store:
    return operations.add(pim_project, Draft("eu", "https://store.example", Credentials("ck_1", "cs_1")))


@pytest.fixture
def runs(pim_project: Project) -> Iterator[sqlite3.Connection]:
    """Meltano's record of runs."""
    with record_of_runs(pim_project.root) as database:
        yield database


def begin(runs: sqlite3.Connection, heartbeat_ago: timedelta, error: str | None = None) -> None:
    heartbeat_at = datetime.now(UTC) - heartbeat_ago
    add_run(runs, STATE_ID, DASHED, heartbeat_at - timedelta(minutes=1), heartbeat_at, error=error)


def test_progress_is_that_of_the_last_line_of_each_stream() -> None:
    found = Progress()

    assert found.feed(metric("products", 0))
    assert found.feed(metric("products", 300, total=2000, percent=15.0, rows_per_second=100.0, seconds_left=17.0))
    assert found.feed(metric("product_tags", 7))
    for other in ("METRIC: broken", "METRIC: {}", 'METRIC: {"metric": "record_count", "tags": {}}', "plain", ""):
        assert not found.feed(other)

    assert list(found.streams.values()) == [
        StreamProgress("products", 300, 2000, 15.0, 100.0, 17.0),
        StreamProgress("product_tags", 7),
    ]
    assert (found.rows, found.current) == (307, StreamProgress("product_tags", 7))


def test_sync_that_plain_meltano_began_is_seen_with_its_progress(
    pim_project: Project, store: Store, runs: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    begin(runs, timedelta(seconds=1))
    log = tmp_path / "meltano" / "log" / "elt" / "devtap-woo-pim--eu-to-target-postgres" / DASHED / "elt.log"
    log.parent.mkdir(parents=True)
    log.write_text(metric("products", 42) + "\n", encoding="utf-8")

    (found,) = progress.running(pim_project).values()

    assert (found.store, found.run_id, found.phase, found.rows, found.log) == ("eu", DASHED, "reading", 42, log)
    assert progress.running(pim_project, [store]).keys() == {"eu"}


def test_sync_of_a_pimctl_is_seen_as_long_as_it_holds_the_lock(pim_project: Project, store: Store) -> None:
    assert progress.running(pim_project) == {}
    noted = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "phase": "starting"}

    with exclusive(progress.lock_file(pim_project, store)):
        assert is_held(progress.lock_file(pim_project, store))
        progress.note_file(pim_project, store).write_text(json.dumps(noted), encoding="utf-8")
        (found,) = progress.running(pim_project).values()
        assert (found.pid, found.phase, found.run_id) == (os.getpid(), "starting", None)

    assert progress.running(pim_project) == {}, "the note of a killed one counts for nothing"


def test_run_whose_process_is_gone_is_ended_with_what_it_left(
    pim_project: Project, store: Store, runs: sqlite3.Connection
) -> None:
    begin(runs, timedelta(seconds=30))
    left = pim_project.root / ".meltano" / "run" / store.extractor / "tap.1.config.json"
    loader = pim_project.root / ".meltano" / "run" / "target-postgres" / "target.1.config.json"
    kept = left.with_name("tap.properties.json")
    for secret in (left, loader):
        secret.parent.mkdir(parents=True)
        secret.write_text('{"consumer_key": "ck_1", "password": "x"}', encoding="utf-8")
    kept.write_text("{}", encoding="utf-8")
    assert meltano_runs.running(pim_project) == []

    told = meltano_runs.clear_dead(pim_project)

    assert [line.partition(" of 20")[0] for line in told] == [
        "Ended the run of tap-woo-pim--eu",
        "Removed 2 configurations left by a killed run.",
    ]
    ((state, ended, payload),) = runs.execute("select state, ended_at, payload from runs").fetchall()
    assert (state, json.loads(payload)) == ("FAIL", {"singer_state": {}, "error": meltano_runs.CLEARED})
    assert ended
    assert (left.exists(), loader.exists(), kept.exists()) == (False, False, True)
    assert meltano_runs.clear_dead(pim_project) == []


LOADER_FAILED = """\
2026-11-28T14:46:22.4Z [info     ] target-postgres ModuleNotFoundError: No module named 'psycopg'
2026-11-28T14:46:22.5Z [error    ] meltano      Loader failed
2026-11-28T14:46:22.5Z [error    ] meltano      Block run completed
"""


def test_sync_that_failed_before_a_record_of_it_could_land_is_in_the_status_with_its_cause(
    pim_project: Project, store: Store, runs: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(pim_project.root / "logs"))
    begin(runs, timedelta(seconds=30), error="Loader failed")
    (failed,) = meltano_runs.failed(pim_project)
    failed.log.parent.mkdir(parents=True)
    failed.log.write_text(LOADER_FAILED, encoding="utf-8")

    (status,) = history.status(pim_project)

    assert (status.state, status.error) == (
        "failed",
        "target-postgres: ModuleNotFoundError: No module named 'psycopg'",
    )
    assert status.last
    assert history.history(pim_project) == [status.last]
    began = replace(status.last, run_id=DASHED, status="running", ended_at=None)
    later = replace(status.last, run_id="another", status="complete", started_at=datetime.now(UTC))
    assert history._last(store, began, failed) == replace(began, status="failed", message=status.error)
    assert history._last(store, later, failed) == later

    with runs:
        runs.execute("update runs set payload = json_object('error', ?)", [meltano_runs.CLEARED])
    assert history.status(pim_project)[0].state == "never synced", "it was killed: that is no failure of the store"
    assert history.history(pim_project) == []


def test_run_of_a_store_whose_name_holds_to_is_its_own() -> None:
    run = meltano_runs.MeltanoRun(
        1, "dev:tap-woo-pim--farm-to-table-to-target-postgres", DASHED, datetime.now(UTC), None
    )

    assert run.extractor == "tap-woo-pim--farm-to-table"


def test_run_that_says_that_it_lives_is_left_alone(
    pim_project: Project, store: Store, runs: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert store
    monkeypatch.setattr(meltano_runs, "WAIT_SECONDS", 0.0)
    begin(runs, timedelta(seconds=1))

    assert meltano_runs.clear_dead(pim_project) == []
    ((state,),) = runs.execute("select state from runs").fetchall()
    assert state == "RUNNING"


def test_run_that_was_killed_this_moment_is_ended_as_soon_as_it_is_clear(
    pim_project: Project, store: Store, runs: sqlite3.Connection
) -> None:
    assert store
    begin(runs, meltano_runs.HEARTBEAT - timedelta(seconds=1))

    assert len(meltano_runs.clear_dead(pim_project)) == 1
