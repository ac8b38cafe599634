"""A run that meets another database than the last one reads everything, for Meltano's states tell of the old one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psycopg
import pytest

from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import meltano_states
from tests.pimctl.conftest import Console

MELTANO = """#!{python}
import sys
calls = open({folder!r} + "/calls", "a", encoding="utf-8")
print(*sys.argv[1:], file=calls)
if sys.argv[2] == "list":
    print(open({folder!r} + "/states", encoding="utf-8").read(), end="")
if sys.argv[-1].startswith({broken!r}):
    sys.exit("the backend is away")
"""
STATES = (
    "dev:tap-woo-pim--us-to-target-postgres",
    "dev:tap-woo-pim--us-to-target-postgres:by-hand",
    "dev:tap-woo-pim--us-to-target-postgres-archive",
)
LISTING = "state list --pattern dev:*-to-target-postgres*"
CLEARING = [LISTING, *(f"state clear --force {state}" for state in STATES[:2])]
CLEARED = "cleared 2 of Meltano's states of environment dev, so that all rows are read."


def put_meltano(console: Console, broken: str = "nothing") -> None:
    program = console.root / ".meltano" / "run" / "bin"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(MELTANO.format(python=sys.executable, folder=str(console.root), broken=broken), encoding="utf-8")
    program.chmod(0o755)
    (console.root / "states").write_text("\n".join(STATES), encoding="utf-8")
    console.variables["MELTANO_ENVIRONMENT"] = "dev"


def calls(console: Console) -> list[str]:
    path = console.root / "calls"
    found = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return found


def land(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("create schema woo")
        connection.execute("create table woo.stores (store_id text, namespaces jsonb)")


@pytest.fixture
def landed(console: Console) -> Console:
    """A project after a run: the database has tables and is known."""
    put_meltano(console)
    console.ok("db", "start")
    land(console.ok("db", "url").strip())
    console.ok("db", "start")
    calls(console)
    return console


def test_same_database_as_in_the_last_run_asks_meltano_nothing(landed: Console) -> None:
    landed.ok("db", "start")
    landed.ok("db", "stop")
    landed.ok("db", "start")

    assert calls(landed) == []


def test_new_database_clears_the_states_of_this_environment_and_loader(landed: Console) -> None:
    landed.ok("db", "stop")
    (landed.root / ".pim").rename(landed.root / "elsewhere")

    told = landed.ok("db", "start").splitlines()

    assert told[-1] == f"A database without landed tables: {CLEARED}"
    assert calls(landed) == CLEARING


@pytest.mark.long
def test_database_with_rows_of_other_runs_clears_the_states(landed: Console, other: Console) -> None:
    other.ok("db", "start")
    own = other.ok("db", "url").strip()
    land(own)
    landed.variables["PIM_DATABASE_URL"] = own.replace("pim@/", "pim:password@/")

    first, last = landed.ok("db", "start").splitlines()
    assert first.endswith("; nothing to start.")
    assert last == f"Another database than in the last run: {CLEARED}"
    assert calls(landed) == CLEARING
    assert "password" not in (landed.root / ".meltano" / "pimctl-databases.json").read_text(encoding="utf-8")

    landed.ok("db", "start")
    assert calls(landed) == []
    del landed.variables["PIM_DATABASE_URL"]
    assert landed.ok("db", "start").splitlines()[-1] == last


@pytest.mark.long
def test_another_database_of_the_same_server_clears_the_states(landed: Console) -> None:
    url = landed.ok("db", "url").strip()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create database second")
    landed.variables["PIM_DATABASE_URL"] = url.replace("/pim?", "/second?")
    land(landed.variables["PIM_DATABASE_URL"])

    assert landed.ok("db", "start").endswith(f"{CLEARED}\n")


@pytest.mark.long
def test_dropped_tables_clear_the_states(landed: Console) -> None:
    with psycopg.connect(landed.ok("db", "url").strip()) as connection:
        connection.execute("drop schema woo cascade")

    assert landed.ok("db", "start").endswith(f"{CLEARED}\n")
    assert calls(landed) == CLEARING


@pytest.mark.long
def test_environments_have_databases_of_their_own(landed: Console) -> None:
    landed.variables["MELTANO_ENVIRONMENT"] = "prod"

    assert "cleared" not in landed.ok("db", "start")
    kept = json.loads((landed.root / ".meltano" / "pimctl-databases.json").read_text(encoding="utf-8"))
    assert list(kept) == ["dev", "prod"]


@pytest.mark.long
def test_role_that_may_not_know_the_server_tells_databases_by_name_and_number(landed: Console) -> None:
    url = landed.ok("db", "url").strip()
    with psycopg.connect(url) as connection:
        connection.execute("revoke execute on function pg_control_system() from public")
        connection.execute("create role reader login")
        connection.execute("grant usage on schema woo to reader")
        connection.execute("grant select on woo.stores to reader")
    landed.variables["PIM_DATABASE_URL"] = url.replace("pim@/", "reader@/")

    assert landed.ok("db", "start").endswith(f"{CLEARED}\n")
    assert calls(landed) == CLEARING
    landed.ok("db", "start")
    assert calls(landed) == []


@pytest.mark.long
def test_start_outside_a_run_changes_no_state(landed: Console) -> None:
    landed.ok("db", "stop")
    (landed.root / ".pim").rename(landed.root / "elsewhere")
    del landed.variables["MELTANO_ENVIRONMENT"]

    landed.ok("db", "start")
    assert calls(landed) == []


@pytest.mark.long
def test_states_that_cannot_be_cleared_stop_each_run_with_the_cause(landed: Console) -> None:
    landed.ok("db", "stop")
    (landed.root / ".pim").rename(landed.root / "elsewhere")
    put_meltano(landed, broken=STATES[0])

    for _ in range(2):
        told = landed.fails("db", "start")
        assert told == (
            "pimctl: This is not the database of the last run, and the Meltano states of that run "
            f"cannot be cleared: meltano state clear --force {STATES[0]}: the backend is away"
        )


def test_missing_meltano_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PimctlError, match="cannot be cleared: meltano is not on the PATH"):
        meltano_states.meltano(Project(tmp_path), "state", "list")
