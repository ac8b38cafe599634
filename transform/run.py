#!/usr/bin/env python3
"""Runs dbt over the PIM database, wherever that is, one run at a time.

    python transform/run.py build

Takes the database from PIM_DATABASE_URL, in any form that libpq knows; without it, from the libpq service "pim" that
`pimctl db start` writes. Runs in the environment of dbt, whose psycopg2 reads both.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812  a class

TRANSFORM = Path(__file__).resolve().parent
SERVICE_FILE = TRANSFORM.parent / ".pim" / "pg_service.conf"
CONNECT_SECONDS = 10
LOCK = 7_466_001  # any number that no other program of the database uses
IRREGULAR = {"application_name": "PGAPPNAME", "connect_timeout": "PGCONNECT_TIMEOUT", "dbname": "PGDATABASE"}
NOT_INHERITED = {"fallback_application_name", "service", "servicefile"}  # they are worked into the others


def main(arguments: list[str]) -> int:
    """Run dbt with these arguments; return its exit code, or 1 when there is no database."""
    os.environ.setdefault("PGSERVICEFILE", str(SERVICE_FILE))
    own = os.environ.get("PIM_DATABASE_URL")
    try:
        connection = connect(own or "postgresql://?service=pim")
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        advice = "check PIM_DATABASE_URL" if own else "start it with: pimctl db start"
        print(f"No connection to the PIM database: {reason}; {advice}", file=sys.stderr)  # noqa: T201
        return 1
    with closing(connection):
        wait_for_turn(connection)
        return run_dbt(arguments, {**variables(connection), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"})


def wait_for_turn(connection: Connection) -> None:
    """Take the lock of the model: two jobs that end at the same time would both exchange the same tables.

    It goes with the connection.
    """
    connection.autocommit = True  # an open transaction would keep PostgreSQL from cleaning up for the whole build
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        if cursor.fetchone() != (True,):
            print("Another build of the PIM model is running: waiting for its end.", flush=True)  # noqa: T201
            cursor.execute("select pg_advisory_lock(%s)", [LOCK])


def run_dbt(arguments: list[str], environment: dict[str, str]) -> int:
    """Run dbt to its end, or until this program is asked to end; return its exit code."""
    command = [str(Path(sys.executable).with_name("dbt")), *arguments]
    folders = ["--project-dir", str(TRANSFORM), "--profiles-dir", str(TRANSFORM)]
    with subprocess.Popen([*command, *folders], env={**os.environ, **environment}) as dbt:  # noqa: S603  no shell
        # dbt, left alone, would go on without the lock. It takes its queries back on an interrupt, and only then.
        signal.signal(signal.SIGTERM, lambda *_: dbt.send_signal(signal.SIGINT))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends its own to dbt, too
        return dbt.wait()


def connect(url: str) -> Connection:
    """Connect to a database, named as libpq or SQLAlchemy name it.

    Raises:
        psycopg2.Error: There is no connection.
    """
    scheme, separator, rest = url.strip().partition("://")
    # SQLAlchemy's driver name, as in postgresql+psycopg://, is nothing to libpq.
    plain = f"{scheme.partition('+')[0]}://{rest}" if separator else url
    limit = {} if "connect_timeout" in plain else {"connect_timeout": CONNECT_SECONDS}
    return psycopg2.connect(plain, **limit)


def variables(connection: Connection) -> dict[str, str]:
    """Return libpq's environment variables for the place where a connection has come to.

    The environment of a process is its user's alone, unlike its command line.
    """
    parts = {name: value for name, value in connection.info.dsn_parameters.items() if name not in NOT_INHERITED}
    found = {IRREGULAR.get(name, "PG" + name.replace("_", "").upper()): value for name, value in parts.items() if value}
    password = connection.info.password
    return {**found, "PGTZ": "UTC", **({"PGPASSWORD": password} if password else {})}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
