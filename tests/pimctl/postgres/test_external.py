"""A database of the user's own: everything goes there, and its password is never shown."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from pimctl.errors import PimctlError
from pimctl.postgres import external
from tests.pimctl.conftest import Console

PASSWORD = "pass%2Fword"  # the demonstration server trusts everybody, so any will do


def own_url(other: Console) -> str:
    other.ok("db", "start")
    return other.ok("db", "url").strip().replace("pim@/", f"pim:{PASSWORD}@/")


def socket_folder(other: Console) -> str:
    """Where its server listens: beside its data, or in a shorter path."""
    (folder,) = parse_qs(urlsplit(other.ok("db", "url").strip()).query)["host"]
    return folder


def assert_keeps_secret(told: str) -> None:
    assert "pass" not in told
    assert "word" not in told


def test_start_and_stop_do_nothing_and_say_so(console: Console, other: Console) -> None:
    console.variables["PIM_DATABASE_URL"] = own_url(other)
    place = f"pim on {socket_folder(other)} as pim"

    assert console.ok("db", "start") == f"PIM_DATABASE_URL is set: using {place}; nothing to start.\n"
    assert console.ok("db", "stop") == f"PIM_DATABASE_URL is set: using {place}; nothing to stop.\n"

    assert not (console.root / ".pim").exists()
    assert other.ok("db", "status").startswith("running: ")


@pytest.mark.long
def test_status_url_and_shell_speak_of_the_own_database(console: Console, other: Console) -> None:
    console.variables["PIM_DATABASE_URL"] = own_url(other)

    status = console.ok("db", "status")
    folder = socket_folder(other)
    assert status.startswith(f"external: pim on {folder} as pim (from PIM_DATABASE_URL)\nPostgreSQL 18.4, ")
    url = console.ok("db", "url")
    assert url == f"user=pim dbname=pim host={folder}\n"
    assert_keeps_secret(status + url)
    assert "pim" in console.ok("db", "shell", typed="select current_database();\n")


@pytest.mark.long
def test_dot_env_names_the_database_and_the_terminal_wins_over_it(console: Console) -> None:
    (console.root / ".env").write_text("PIM_DATABASE_URL=postgresql://from@dotenv/file\n", encoding="utf-8")
    assert console.ok("db", "url") == "user=from dbname=file host=dotenv\n"

    console.variables["PIM_DATABASE_URL"] = "postgresql://from@terminal/line"
    assert console.ok("db", "url") == "user=from dbname=line host=terminal\n"


@pytest.mark.long
def test_own_embedded_server_can_still_be_stopped_when_another_database_is_chosen(console: Console) -> None:
    console.ok("db", "start")
    console.variables["PIM_DATABASE_URL"] = "postgresql://u@elsewhere.invalid/db"

    assert console.ok("db", "stop").startswith("The PIM database is stopped.")


def test_no_connection_is_told_without_the_password(console: Console) -> None:
    console.variables["PIM_DATABASE_URL"] = f"postgresql://writer:{PASSWORD}@127.0.0.1:1/pim"

    told = console.fails("db", "status")

    assert told.startswith("pimctl: No connection to pim on 127.0.0.1:1 as writer: ")
    assert_keeps_secret(told)


@pytest.mark.parametrize(
    ("url", "begin"),
    [
        ("postgres://u:password@h/d", "PIM_DATABASE_URL begins with postgres://"),
        ("mysql://u:password@h/d", "PIM_DATABASE_URL begins with mysql://"),
        ("postgresql+psycopg2://u:password@h/d", "PIM_DATABASE_URL begins with postgresql+psycopg2://"),
        ("password", "PIM_DATABASE_URL is not a URL"),
        ("host=h password=password", "PIM_DATABASE_URL is not a URL"),
        ("postgresql://u:pass/word@h/d", "PIM_DATABASE_URL cannot be read"),
        ("postgresql://u:password@h:port/d", "PIM_DATABASE_URL cannot be read"),
        ("postgresql://u:password@h/d?no_such=1", "PIM_DATABASE_URL cannot be read"),
    ],
)
def test_url_that_cannot_be_used_is_refused_with_an_example(url: str, begin: str) -> None:
    with pytest.raises(PimctlError) as caught:
        external.to_libpq(url)

    told = str(caught.value)
    assert told.startswith(begin)
    assert external.EXAMPLE in told
    assert_keeps_secret(told)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_programs_get_the_url_by_environment_not_by_command_line(scheme: str) -> None:
    assert external.variables(f"{scheme}://u:{PASSWORD}@h:5433/d?sslmode=require") == {
        "PGDATABASE": "d",
        "PGHOST": "h",
        "PGPASSWORD": "pass/word",
        "PGPORT": "5433",
        "PGSSLMODE": "require",
        "PGUSER": "u",
    }
