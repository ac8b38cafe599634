"""The history shows syncs that were killed, and those that failed before the tap's record of their end landed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from pimctl import cli, db
from pimctl.stores import history, registry
from pimctl.stores.history import SyncRun
from pimctl.stores.progress import RunningSync
from tests.support.console import new_project
from tests.support.meltano_runs import add_run, record_of_runs

NOW = datetime.now(UTC)


def run(store: str, status: str) -> SyncRun:
    return SyncRun(store, NOW, None, status, "full", None, None, None, 0, 0, 0, 0, 0, None, ())


@pytest.mark.unit
def test_sync_that_never_ended_and_is_not_at_work_was_interrupted() -> None:
    at_work = {"eu": RunningSync("eu", NOW, 1, None, "reading", (), None)}
    runs = [run("eu", "running"), run("us", "running"), run("eu", "running"), run("eu", "complete")]

    found = history._without_killed(runs, at_work)

    assert [entry.status for entry in found] == ["running", "interrupted", "interrupted", "complete"]


def test_history_has_each_sync_under_its_id_or_its_number_also_one_that_no_record_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The loader failed before the tap's record of the beginning landed, between that and the end, or after both."""
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "logs"))
    nothing, beginning, whole = (f"{name:0<8}-0000-4000-8000-000000000000" for name in ("a", "b", "c"))
    with new_project(tmp_path) as project, record_of_runs(tmp_path) as runs:
        with psycopg.connect(db.current_url(project)) as connection:
            connection.execute("create schema woo")
            connection.execute(
                "create table woo.sync_runs "
                "(store_id text, started_at timestamp, ended_at timestamp, status text, message text, run_id text)"
            )
            connection.execute(
                "insert into woo.sync_runs values ('eu', '2026-01-01', '2026-01-01', 'complete', '', null), "
                "('us', '2026-01-02 00:00:05', '2026-01-02', 'failed', 'its own message', %s), "
                "('eu', '2026-01-03 00:00:05', null, 'running', null, %s)",
                [whole, beginning],
            )
        for day, (store, run_id) in enumerate([("us", whole), ("eu", beginning), ("us", nothing)], 2):
            began = datetime(2026, 1, day, tzinfo=UTC)
            state_id = registry.state_id(project, registry.find(project, store))
            add_run(runs, state_id, run_id, began, began + timedelta(minutes=1), error="Loader failed")
        us = registry.find(project, "us")

        gone = "Meltano's log of it is gone"
        assert [(run.store, run.run_id, run.status, run.message) for run in history.history(project)] == [
            ("us", nothing, "failed", gone),
            ("eu", beginning, "failed", gone),
            ("us", whole, "failed", "its own message"),
            ("eu", None, "complete", ""),
        ]
        assert [run.run_id for run in history.history(project, us)] == [nothing, whole]
        assert [run.run_id for run in history.history(project, us, limit=1)] == [nothing]
        assert cli.main(["history", "eu"]) == 0
        lines = capsys.readouterr().out.splitlines()[2:]
        assert [(line.split()[0], line.split()[4]) for line in lines] == [(beginning[:8], "failed"), ("3", "complete")]
        assert cli.main(["history", "show", "3"]) == 0
        assert capsys.readouterr().out.startswith("eu: complete, ")
        assert cli.main(["history", "show", nothing[:8]]) == 0
        assert f"  message         {gone}\n" in capsys.readouterr().out
