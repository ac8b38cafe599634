"""The embedded database through its commands."""

from __future__ import annotations

import os
import shutil
import signal
import stat
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from pimctl.postgres import address, postmaster
from tests.pimctl.conftest import Console, new_console


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        found = connection.execute(statement)
        return [tuple(row) for row in found.fetchall()] if found.description else []


def server(console: Console) -> postmaster.Postmaster:
    found = postmaster.find(console.root / ".pim" / "data")
    assert found is not None
    return found


@pytest.mark.long
def test_start_leaves_a_server_in_utc_running_after_the_command(console: Console) -> None:
    told = console.ok("db", "start")

    url = console.ok("db", "url").strip()
    assert told.splitlines()[-1] == f"The PIM database is running: {url}"
    assert query(url, "select current_database(), current_setting('timezone'), current_setting('server_encoding')") == [
        ("pim", "UTC", "UTF8")
    ]


def test_data_stays_between_stop_and_start(console: Console) -> None:
    console.ok("db", "start")
    query(console.ok("db", "url").strip(), "create table kept as select 7 as number")

    assert console.ok("db", "stop").startswith("The PIM database is stopped. Its data stays in ")
    assert postmaster.find(console.root / ".pim" / "data") is None
    console.ok("db", "start")

    assert query(console.ok("db", "url").strip(), "select number from kept") == [(7,)]


def test_second_start_keeps_the_running_server(console: Console) -> None:
    console.ok("db", "start")
    first = server(console)

    assert "was already running" in console.ok("db", "start")

    assert server(console) == first


def test_three_starts_at_once_make_one_server(console: Console) -> None:
    begun = [console.begin("db", "start") for _ in range(3)]
    ended = [console.end(process) for process in begun]

    assert [(done.returncode, done.stderr) for done in ended] == [(0, "")] * 3
    told = [done.stdout.splitlines()[-1] for done in ended]
    assert sorted("was already running" in line for line in told) == [False, True, True]
    assert query(console.ok("db", "url").strip(), "select 1") == [(1,)]


def test_start_recovers_the_data_of_a_killed_server(console: Console) -> None:
    console.ok("db", "start")
    query(console.ok("db", "url").strip(), "create table kept as select generate_series(1, 1000) as number")
    killed = psutil.Process(server(console).pid)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(10)
    assert console.ok("db", "status").startswith("stopped\n")

    console.ok("db", "start")

    assert query(console.ok("db", "url").strip(), "select count(*), sum(number) from kept") == [(1000, 500500)]


@pytest.mark.long
def test_pid_file_that_names_another_program_is_not_taken_for_a_server(console: Console) -> None:
    console.ok("db", "start")
    data = console.root / ".pim" / "data"
    lines = postmaster.pid_file(data).read_text(encoding="utf-8").splitlines()
    console.ok("db", "stop")
    owner = data.stat()
    postmaster.pid_file(data).write_text("\n".join([str(os.getpid()), *lines[1:]]), encoding="utf-8")
    os.chown(postmaster.pid_file(data), owner.st_uid, owner.st_gid)

    assert console.ok("db", "status").startswith("stopped\n")
    console.ok("db", "start")

    assert server(console).pid != os.getpid()


@pytest.mark.long
def test_server_whose_data_was_deleted_is_ended_before_a_new_one_starts(console: Console) -> None:
    console.ok("db", "start")
    orphan = psutil.Process(server(console).pid)
    shutil.rmtree(console.root / ".pim")
    assert orphan.is_running()

    console.ok("db", "start")

    assert not orphan.is_running()
    assert query(console.ok("db", "url").strip(), "select 1") == [(1,)]


@pytest.mark.long
def test_server_that_lost_its_socket_is_started_anew(console: Console) -> None:
    console.ok("db", "start")
    query(console.ok("db", "url").strip(), "create table kept as select 7 as number")
    address.socket(server(console).socket_folder).unlink()

    assert "is running" in console.ok("db", "start")

    assert query(console.ok("db", "url").strip(), "select number from kept") == [(7,)]


@pytest.mark.long
def test_interrupted_first_start_is_begun_anew(console: Console) -> None:
    half_made = console.root / ".pim" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n", encoding="utf-8")

    console.ok("db", "start")

    assert not half_made.exists()
    assert query(console.ok("db", "url").strip(), "select 1") == [(1,)]


@pytest.mark.long
def test_only_the_databases_account_and_root_can_reach_the_server(console: Console) -> None:
    console.ok("db", "start")

    folder = server(console).socket_folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert query(console.ok("db", "url").strip(), "select current_setting('listen_addresses')") == [("",)]


@pytest.mark.long
def test_status_tells_what_there_is(console: Console) -> None:
    assert console.ok("db", "status") == "stopped\ndata: none yet\nstart it with: pimctl db start\n"

    console.ok("db", "start")
    running = console.ok("db", "status").splitlines()
    assert running[0].startswith(f"running: PostgreSQL 18.4, process {server(console).pid}, since 20")
    assert running[1].startswith(f"data: {console.root}/.pim/data, ")
    assert running[1].endswith(" MB")
    assert running[2] == f"url: {console.ok('db', 'url').strip()}"

    console.ok("db", "stop")
    assert console.ok("db", "status").splitlines()[:1] == ["stopped"]


def test_stop_without_a_server_says_so(console: Console) -> None:
    assert console.ok("db", "stop") == "The PIM database is not running.\n"


@pytest.mark.long
def test_shell_runs_psql_on_the_database_whatever_the_users_own_variables_say(console: Console) -> None:
    console.ok("db", "start")
    console.variables |= {"PGHOST": "nowhere.invalid", "PGPORT": "1", "PGDATABASE": "none"}

    told = console.ok("db", "shell", typed="\\pset format unaligned\nselect current_database(), current_user;\n")

    assert "pim|pim" in told


@pytest.mark.parametrize("command", ["url", "shell"])
def test_commands_that_need_the_server_say_how_to_start_it(console: Console, command: str) -> None:
    assert console.fails("db", command) == "pimctl: The PIM database is not running: start it with: pimctl db start"


@pytest.mark.long
@pytest.mark.parametrize("name", ["a path with spaces", "it's, 100% and #1", "x" * 120])
def test_any_project_path_will_do(tmp_path: Path, name: str) -> None:
    for console in new_console(tmp_path / name):
        console.ok("db", "start")
        assert "pim" in console.ok("db", "shell", typed="select current_database();\n")
        assert stat.S_IMODE(server(console).socket_folder.stat().st_mode) == 0o700
        console.ok("db", "stop")


@pytest.mark.parametrize(
    "name",
    ['"quoted"', *(pytest.param(name, marks=pytest.mark.long) for name in ("$HOME", "back`tick", "back\\slash"))],
)
def test_path_that_a_shell_would_change_is_refused(tmp_path: Path, name: str) -> None:
    for console in new_console(tmp_path / name):
        told = console.fails("db", "start")
        assert told == f'pimctl: PostgreSQL cannot work in a path with any of " $ \\ ` in it: move {console.root}'


def test_service_file_leads_libpq_to_the_database(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    console.ok("db", "start")

    monkeypatch.setenv("PGSERVICEFILE", str(console.root / ".pim" / "pg_service.conf"))

    assert query("postgresql://?service=pim", "select current_database()::text") == [("pim",)]


def test_commands_work_from_a_folder_inside_the_project(console: Console) -> None:
    inside = Console(console.root / "deep" / "down")
    inside.root.mkdir(parents=True)

    inside.ok("db", "start")

    assert console.ok("db", "status").startswith("running: ")


def test_without_a_project_the_command_says_where_it_looked(tmp_path: Path) -> None:
    told = Console(tmp_path).fails("db", "start")

    assert told == f"pimctl: No meltano.yml in {tmp_path} or above it: go to the project's folder and try again."


def test_database_of_another_postgresql_is_left_alone(console: Console) -> None:
    data = console.root / ".pim" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("16\n", encoding="utf-8")

    assert console.fails("db", "start") == f"pimctl: {data} holds PostgreSQL 16, this is 18: move it away."


@pytest.mark.long
def test_server_that_cannot_start_is_told_with_its_own_reason(console: Console) -> None:
    console.ok("db", "start")
    console.ok("db", "stop")
    with (console.root / ".pim" / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write("no_such_setting = 1\n")

    told = console.fails("db", "start")

    assert told.startswith("pimctl: PostgreSQL does not start: configuration file ")
    assert told.endswith(f"(log: {console.root}/.pim/data/server.log).")
