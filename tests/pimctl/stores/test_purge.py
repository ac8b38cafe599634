"""A purge takes the rows of one store out of the database, and never those of another."""

from __future__ import annotations

import sqlite3
import sys
import uuid
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from pimctl import db
from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.stores import meltano_runs, meltano_states, progress, purge, registry
from tests.support.console import new_project
from tests.support.meltano_runs import add_run

NOW = datetime.now(UTC)
OTHERS_STATE = "dev:tap-woo-pim--us-to-eu-to-target-postgres"
"""That of a store whose name is `us-to-eu`."""
TABLES = (
    "create schema woo",
    "create schema pim_work",
    "create table woo.products (store_id text, id bigint)",
    "create table woo.snapshots (store_id text, stream text)",
    "create table pim_work.int_built_rows (store_id text, digest text)",
    "insert into woo.products values ('us', 1), ('us', 2), ('eu', 1)",
    "insert into woo.snapshots values ('eu', 'products')",
    "insert into pim_work.int_built_rows values ('us', 'a'), ('eu', 'b')",
)


def test_purge_deletes_what_landed_of_a_store_and_nothing_of_another(tmp_path: Path) -> None:
    with new_project(tmp_path) as project:
        us = registry.find(project, "us")
        with psycopg.connect(db.current_url(project), autocommit=True) as connection:
            for statement in TABLES:
                connection.execute(statement.encode())

            for state in (f"dev:{us.extractor}-to-target-postgres", OTHERS_STATE):
                meltano_states.meltano(project, "state", "set", "--force", state, '{"singer_state": {}}')
                with closing(sqlite3.connect(tmp_path / ".meltano" / "meltano.db")) as runs:
                    add_run(runs, state, str(uuid.uuid4()), NOW, NOW, error="Loader failed")

            assert purge.counts(project, us) == {"woo.products": 2}
            with (
                exclusive(progress.lock_file(project, us)),
                pytest.raises(PimctlError, match=r"^us is being synced, or removed by somebody else: look"),
            ):
                purge.remove(project, us, purge=True)  # a sync begins at this moment
            purge.remove(project, us, purge=True)

            assert connection.execute("select * from woo.products").fetchall() == [("eu", 1)]
            assert connection.execute("select * from woo.snapshots").fetchall() == [("eu", "products")]
            # The next build takes the store's rows for changed, so that the model loses them too.
            built = connection.execute("select * from pim_work.int_built_rows order by 1").fetchall()
            assert built == [("eu", "b"), ("us", None)]
        assert [store.id for store in registry.list_stores(project)] == ["eu"]
        assert meltano_states.meltano(project, "state", "list").split() == [OTHERS_STATE]
        # A store that is added in its place has no part in its history.
        assert [run.state_id for run in meltano_runs.failed(project)] == [OTHERS_STATE]


def test_states_that_cannot_be_cleared_keep_the_rows_and_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_project(tmp_path) as project:
        us, url = registry.find(project, "us"), db.current_url(project)
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in TABLES:
                connection.execute(statement.encode())
            monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
            monkeypatch.setenv("PATH", str(tmp_path))

            with pytest.raises(PimctlError) as caught:
                purge.remove(project, us, purge=True)

            assert str(caught.value) == (
                "The Meltano states of us cannot be cleared, so nothing was removed: meltano is not on the PATH"
            )
            assert connection.execute("select * from woo.products").fetchall() == [("us", 1), ("us", 2), ("eu", 1)]
        assert [store.id for store in registry.list_stores(project)] == ["us", "eu"]
