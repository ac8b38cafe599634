"""The history shows syncs that were killed, and those of one store under the numbers of all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from pimctl import cli, db
from pimctl.stores import history
from pimctl.stores.history import SyncRun
from pimctl.stores.progress import RunningSync
from tests.support.console import new_project

NOW = datetime.now(UTC)


def run(store: str, status: str) -> SyncRun:
    return SyncRun(store, NOW, None, status, "full", None, None, None, 0, 0, 0, 0, 0, None, ())


@pytest.mark.unit
def test_sync_that_never_ended_and_is_not_at_work_was_interrupted() -> None:
    at_work = {"eu": RunningSync("eu", NOW, 1, None, "reading", (), None)}
    runs = [run("eu", "running"), run("us", "running"), run("eu", "running"), run("eu", "complete")]

    found = history._without_killed(runs, at_work)

    assert [entry.status for entry in found] == ["running", "interrupted", "interrupted", "complete"]


def test_number_of_a_sync_is_the_same_in_the_list_of_its_store_and_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    with new_project(tmp_path) as project:
        with psycopg.connect(db.current_url(project)) as connection:
            connection.execute("create schema woo")
            connection.execute(
                "create table woo.sync_runs (store_id text, started_at timestamp, status text, message text)"
            )
            connection.execute(
                "insert into woo.sync_runs values ('eu', '2026-01-01', 'failed', 'old'), "
                "('us', '2026-01-02', 'complete', ''), ('eu', '2026-01-03', 'failed', 'new')"
            )

        assert cli.main(["history", "eu"]) == 0
        lines = capsys.readouterr().out.splitlines()[2:]
        assert [(line.split()[0], line.split()[-1]) for line in lines] == [("1", "new"), ("3", "old")]
        assert cli.main(["history", "show", "3"]) == 0
        assert "  message         old\n" in capsys.readouterr().out
