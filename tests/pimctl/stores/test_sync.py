"""Syncs of several stores at once, each with its own result; Meltano is a program that plays one of its logs."""

from __future__ import annotations

import pytest

from pimctl.project import Project
from pimctl.stores.store import Store
from pimctl.stores.sync import StoreSync, SyncBatch, _Runner

EU = Store("eu", "tap-woo-pim--eu", "eu", "https://store.example", ("products",))
ERRORS = "2026-11-28T07:42:48.400245Z [info     ] target-postgres sqlalchemy.exc."
TABLE = f'{ERRORS}ProgrammingError: (psycopg.errors.DuplicateTable) relation "sync_runs" already exists'
TYPE = f'{ERRORS}IntegrityError: (psycopg.errors.UniqueViolation) constraint "pg_type_typname_nsp_index"'
OTHER = f"{ERRORS}OperationalError: (psycopg.OperationalError) the connection was closed"
MELTANO = """#!/bin/sh
echo run >> runs
if [ $(wc -l < runs) -le {failures} ]; then
  echo '{error}'
  exit 1
fi
"""


@pytest.mark.parametrize(
    ("error", "failures", "runs", "outcome"),
    [
        (TABLE, 1, 2, "complete"),
        (TYPE, 1, 2, "complete"),
        (TABLE, 2, 2, "failed"),
        (OTHER, 1, 1, "failed"),
    ],
)
def test_loader_that_meets_a_table_that_another_one_just_made_runs_again(
    pim_project: Project, error: str, failures: int, runs: int, outcome: str
) -> None:
    program = pim_project.root / "meltano"
    program.write_text(MELTANO.format(error=error, failures=failures), encoding="utf-8")
    program.chmod(0o755)
    sync = StoreSync(EU)
    runner = _Runner(pim_project, SyncBatch([sync]), lambda _: None, full=False)
    runner.meltano.program = program

    runner.sync_all(1)

    assert (sync.outcome, bool(sync.message)) == (outcome, outcome == "failed")
    assert len((pim_project.root / "runs").read_text(encoding="utf-8").split()) == runs
