"""A PIM database to land stores in and to build the model on, with the programs that do so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from demo_store import Store, serve
from pimctl.setup.package_index import uv_variables
from tap_woo_pim.config.settings import COMPONENTS

CHECKOUT = Path(__file__).parents[2]
LOADER_SETTINGS = {
    "default_target_schema": "woo",
    "use_copy": True,
    "validate_records": False,
    "activate_version": False,
    "add_record_metadata": False,
    "batch_size_rows": 2000,
}
"""As meltano.yml has them."""


@dataclass
class Programs:
    """Folders of the virtual environments of dbt and the loader, pinned as in the project."""

    folder: Path

    def install(self) -> None:
        for name, wanted in (
            ("dbt", ["dbt-core", "dbt-postgres"]),
            ("target-postgres", ["meltanolabs-target-postgres"]),
        ):
            uv = [sys.executable, "-m", "uv"]
            place = str(self.folder / name)
            # uv run as a module takes the environment of its own Python, whatever VIRTUAL_ENV says: name the other one.
            there = ["--python", self.program(name, "python")]
            pins = str(CHECKOUT / "requirements" / f"{name}.txt")
            for command in (
                [*uv, "venv", "--quiet", "--python", sys.executable, place],
                [*uv, "pip", "install", "--quiet", *there, "-c", pins, *wanted],
            ):
                subprocess.run(command, check=True, env={**os.environ, **uv_variables()})

    def program(self, environment: str, name: str) -> str:
        return str(self.folder / environment / "bin" / name)


def wait_for_waiter(holder: psycopg.Connection[Any]) -> None:
    """Wait until somebody waits for a lock that a connection holds."""
    # What pg_stat_activity shows does not change within a transaction.
    waited_for = "select exists (select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid)))"
    for _ in range(600):
        if holder.execute(waited_for).fetchone() == (True,):
            return
        holder.execute("select pg_sleep(0.1)")
    raise AssertionError("nobody waits for the lock")


@dataclass
class Warehouse:
    """One database.

    Attributes:
        url: Where it is.
        programs: What lands and builds.
        scratch: A folder for configurations and what dbt writes.
        output: What the last build printed.
    """

    url: str
    programs: Programs
    scratch: Path
    output: str = field(default="", init=False)

    @property
    def name(self) -> str:
        return self.scratch.name

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PIM_", "DBT_"))}
        written = {"DBT_TARGET_PATH": str(self.scratch / "target"), "DBT_LOG_PATH": str(self.scratch / "logs")}
        return {**kept, **written, "PGTZ": "UTC", "PIM_DATABASE_URL": self.url, "NO_COLOR": "1"}

    def libpq_variables(self) -> dict[str, str]:
        """Where it is, for a dbt profile that reads the environment."""
        with psycopg.connect(self.url) as connection:
            there = connection.info
            return {
                "PGHOST": there.host,
                "PGPORT": str(there.port),
                "PGUSER": there.user,
                "PGPASSWORD": there.password,
                "PGDATABASE": there.dbname,
            }

    def land(self, store: Store, store_id: str, components: list[str] | None = None) -> None:
        """Read a store whole with the tap, and load what it says."""
        config = self.scratch / f"{store_id}.json"
        loader = self.scratch / "loader.json"
        loader.write_text(json.dumps({**LOADER_SETTINGS, "sqlalchemy_url": self.url}), encoding="utf-8")
        with serve(store) as server:
            key = store.key()
            settings = {
                "site_url": server.url,
                "consumer_key": key.consumer_key,
                "consumer_secret": key.consumer_secret,
                "ca_bundle": str(server.ca_bundle),
                "store_id": store_id,
                "sync_components": components or list(COMPONENTS),
            }
            config.write_text(json.dumps(settings), encoding="utf-8")
            read = subprocess.run(
                [sys.executable, "-m", "tap_woo_pim", "--config", str(config)],
                capture_output=True,
                check=False,
                cwd=CHECKOUT,
            )
            assert read.returncode == 0, read.stderr.decode()
        loaded = subprocess.run(
            [self.programs.program("target-postgres", "target-postgres"), "--config", str(loader)],
            capture_output=True,
            check=False,
            env=self.environment(),
            input=read.stdout,
        )
        assert loaded.returncode == 0, loaded.stderr.decode()

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run dbt the way Meltano does."""
        return subprocess.run(
            [self.programs.program("dbt", "python"), str(CHECKOUT / "transform" / "run.py"), *arguments],
            capture_output=True,
            check=False,
            cwd=self.scratch,
            encoding="utf-8",
            env=self.environment(),
        )

    def build(self, command: str = "build", **variables: Any) -> None:
        """Build the model and test it (`run`: build only); every test must pass and nothing may warn."""
        done = self.dbt(command, "--vars", json.dumps(variables))
        self.output = done.stdout + done.stderr
        assert done.returncode == 0, self.output
        assert "WARN=0 ERROR=0 SKIP=0" in self.output, self.output

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            connection.execute("set timezone to 'UTC'")
            return connection.execute(query.encode(), values or None).fetchall()

    def tuples(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.rows(query, *values)]

    def write(self, *statements: str) -> None:
        """Run statements in one session and transaction."""
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def tables(self, schema: str) -> list[str]:
        found = self.rows("select table_name from information_schema.tables where table_schema = %s order by 1", schema)
        return [row["table_name"] for row in found]

    def columns(self, table: str, schema: str = "pim") -> list[str]:
        found = self.rows(
            "select column_name from information_schema.columns "
            "where table_schema = %s and table_name = %s order by ordinal_position",
            schema,
            table,
        )
        return [row["column_name"] for row in found]

    def digests(self, condition: str = "true") -> dict[str, tuple[int, str]]:
        """Return number and digest of the rows of every table and view of pim, whatever their order.

        All but the history of health, which gets rows with every build.
        """
        found = {}
        with psycopg.connect(self.url) as connection:
            for table in set(self.tables("pim")) - {"health_history"}:
                query = sql.SQL(
                    "select count(*), coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '')"
                    " from {} as t where {}"
                ).format(
                    sql.Identifier("pim", table), sql.SQL(condition if "store_id" in self.columns(table) else "true")
                )
                row = connection.execute(query).fetchone()
                assert row is not None
                found[table] = (row[0], row[1])
        return found


NewWarehouse = Callable[..., Warehouse]


@contextmanager
def open_warehouses(root: Path) -> Iterator[NewWarehouse]:
    """Start one PostgreSQL server, and give what makes a database of a name in it, empty or a copy of another one."""
    (root / "meltano.yml").write_text("requires_meltano: '>=4.4'\n", encoding="utf-8")
    programs = Programs(root / "programs")
    programs.install()

    def pimctl(*arguments: str) -> str:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PIM_", "MELTANO_"))}
        return subprocess.run(
            [sys.executable, "-m", "pimctl.cli", *arguments],
            check=True,
            cwd=root,
            encoding="utf-8",
            env={**kept, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
        ).stdout.strip()

    def make(name: str, template: str = "template1") -> Warehouse:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}".encode())
        scratch = root / name
        scratch.mkdir()
        return Warehouse(url.replace("@/pim", f"@/{name}"), programs, scratch)

    pimctl("db", "start")
    try:
        url = pimctl("db", "url")
        yield make
    finally:
        pimctl("db", "stop")
