"""The loaders that are tried: how each is installed, set up and looked into."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tests.support.environments import Environment

Row = dict[str, Any]

PARQUET = """
import glob, json, sys
import pyarrow.parquet as pq
for name in sorted(glob.glob(sys.argv[1] + "/*.parquet")):
    table = pq.read_table(name)
    print(json.dumps([name, {f.name: str(f.type) for f in table.schema}, table.to_pylist()], default=str))
"""
DUCKDB = """
import duckdb, json, sys
c = duckdb.connect(sys.argv[1], read_only=True)
for (name,) in c.execute("select table_name from duckdb_tables() where schema_name = 'woo'").fetchall():
    found = c.execute(f'select * from woo."{name}"')
    columns = {d[0]: str(d[1]) for d in found.description}
    print(json.dumps([name, columns, [dict(zip(columns, row)) for row in found.fetchall()]], default=str))
"""


@dataclass(frozen=True)
class Place:
    """Where a loader works.

    Attributes:
        folder: its own folder.
        database: the connection of an empty PostgreSQL database of its own, as libpq names its parts.
    """

    folder: Path
    database: dict[str, str]

    @property
    def data(self) -> Path:
        """Where files go."""
        return self.folder / "data"


@dataclass(frozen=True)
class Table:
    """A table or file that a loader made.

    Attributes:
        types: the types of its columns where the destination has types.
        rows: its rows in the order in which they stand there.
    """

    types: dict[str, str]
    rows: list[Row]


@dataclass(frozen=True)
class Loader:
    """A loader.

    Attributes:
        name: its package and version, as the table in docs/loaders.md has it.
        requirements: what is installed.
        program: its program.
        config: its settings.
        read: reads all that it loaded, by stream.
        python: the Python that it runs on, where that is not the newest.
    """

    name: str
    requirements: tuple[str, ...]
    program: str
    config: Callable[[Place], Row]
    read: Callable[[Place, Environment], dict[str, Table]]
    python: str = ""

    def load(self, environment: Environment, place: Place, messages: bytes) -> Row | None:
        """Load the messages of one run; return the last state that the loader wrote.

        Raises:
            AssertionError: it failed, with the end of what it said.
        """
        place.data.mkdir(exist_ok=True)
        (place.folder / "config.json").write_text(json.dumps(self.config(place)), encoding="utf-8")
        done = subprocess.run(
            [str(environment.folder / "bin" / self.program), "--config", "config.json"],
            capture_output=True,
            check=False,
            cwd=place.folder,
            env={**os.environ, "PGTZ": "UTC"},
            input=messages,
        )
        assert done.returncode == 0, done.stderr.decode()[-1500:]
        lines = done.stdout.decode().splitlines()
        return json.loads(lines[-1]) if lines else None


def jsonl(place: Place, _: Environment) -> dict[str, Table]:
    """Read files of a JSON object a line."""
    found = {}
    for path in place.data.glob("*.jsonl"):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        found[path.name.partition(".")[0]] = Table({}, rows)
    return found


def singer_jsonl(place: Place, _: Environment) -> dict[str, Table]:
    """Read files of Singer messages, one or more of each stream, named by it and the time."""
    rows: dict[str, list[Row]] = {}
    for path in sorted(place.data.rglob("*.singer*"), key=lambda path: path.stat().st_mtime_ns):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            message = json.loads(line)
            if message["type"] == "RECORD":
                rows.setdefault(message["stream"], []).append(message["record"])
    return {stream: Table({}, found) for stream, found in rows.items()}


def csv_files(place: Place, _: Environment) -> dict[str, Table]:
    """Read CSV files, named by the stream, and perhaps by the time."""
    csv.field_size_limit(sys.maxsize)
    found: dict[str, Table] = {}
    for path in sorted(place.data.glob("*.csv"), key=lambda path: path.stat().st_mtime_ns):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        found.setdefault(path.stem.partition("-")[0], Table({}, [])).rows.extend(rows)
    return found


def parquet_files(place: Place, environment: Environment) -> dict[str, Table]:
    """Read Parquet files, named by the stream, and perhaps by the time."""
    return _read_there(environment, PARQUET, str(place.data), lambda name: Path(name).stem.partition("-")[0])


def duckdb_file(place: Place, environment: Environment) -> dict[str, Table]:
    """Read the tables of a DuckDB file."""
    return _read_there(environment, DUCKDB, str(place.data / "stores.duckdb"), str)


def _read_there(environment: Environment, script: str, path: str, stream: Callable[[str], str]) -> dict[str, Table]:
    done = subprocess.run(
        [str(environment.python), "-c", script, path], capture_output=True, check=True, encoding="utf-8"
    )
    found: dict[str, Table] = {}
    for line in done.stdout.splitlines():
        name, types, rows = json.loads(line)
        table = found.setdefault(stream(name), Table({}, []))
        table.types.update(types)
        table.rows.extend(rows)
    return found


def sqlite_file(place: Place, _: Environment) -> dict[str, Table]:
    """Read the tables of an SQLite file."""
    with closing(sqlite3.connect(place.data / "woo.db")) as database:
        database.row_factory = sqlite3.Row
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        return {
            name: Table(
                {column[1]: column[2] for column in database.execute(f'pragma table_info("{name}")')},
                [dict(row) for row in database.execute(f'select * from "{name}"')],
            )
            for name in names
        }


def postgres(place: Place, _: Environment) -> dict[str, Table]:
    """Read the tables of the schema woo."""
    with psycopg.connect(**place.database, row_factory=dict_row) as connection:  # type: ignore[arg-type]
        columns = connection.execute(
            "select table_name, column_name, udt_name from information_schema.columns where table_schema = 'woo'"
        ).fetchall()
        types: dict[str, dict[str, str]] = {}
        for column in columns:
            types.setdefault(column["table_name"], {})[column["column_name"]] = column["udt_name"]
        return {
            name: Table(
                found, connection.execute(sql.SQL("select * from woo.{}").format(sql.Identifier(name))).fetchall()
            )
            for name, found in types.items()
        }


def _libpq(place: Place, prefix: str = "", **names: str) -> Row:
    return {prefix + names.get(part, part): value for part, value in place.database.items()}


def _url(place: Place) -> str:
    at = place.database
    return f"postgresql://{at['user']}@/{at['dbname']}?host={at['host']}&port={at['port']}"


LOADERS: Iterable[Loader] = (
    Loader(
        "target-jsonl 0.1.4",
        ("target-jsonl==0.1.4",),
        "target-jsonl",
        lambda place: {"destination_path": str(place.data), "do_timestamp_file": False},
        jsonl,
    ),
    Loader(
        "target-singer-jsonl 0.1.0",
        ("target-singer-jsonl==0.1.0",),
        "target-singer-jsonl",
        lambda place: {"destination": "local", "local": {"folder": str(place.data)}, "add_record_metadata": False},
        singer_jsonl,
    ),
    Loader(
        "meltanolabs-target-csv 0.5.0",
        ("meltanolabs-target-csv==0.5.0",),
        "target-csv",
        lambda place: {
            "output_path": str(place.data),
            "file_naming_scheme": "{stream_name}-{timestamp}.csv",
            "timestamp_format": "%Y-%m-%dT%H%M%S.%f",
        },
        csv_files,
    ),
    Loader(
        "meltanolabs-target-csv 0.5.0, flattening",
        ("meltanolabs-target-csv==0.5.0",),
        "target-csv",
        lambda place: {
            "output_path": str(place.data),
            "file_naming_scheme": "{stream_name}-{timestamp}.csv",
            "timestamp_format": "%Y-%m-%dT%H%M%S.%f",
            "flattening_enabled": True,
            "flattening_max_depth": 1,
        },
        csv_files,
    ),
    Loader(
        "target-csv 0.3.0",
        ("target-csv==0.3.0", "setuptools<81"),
        "target-csv",
        lambda place: {"destination_path": str(place.data), "disable_collection": True},
        csv_files,
        python="3.9",
    ),
    Loader(
        "target-universal-file 0.0.1 (Parquet)",
        ("target-universal-file==0.0.1",),
        "target-universal-file",
        lambda place: {
            "protocol": "local",
            "file_type": "parquet",
            "path": str(place.data),
            "file_name_format": f"{{stream_name}}-{time.time_ns()}.{{file_type}}",
        },
        parquet_files,
    ),
    Loader(
        "target-parquet 0.0.1",
        ("target-parquet==0.0.1",),
        "target-parquet",
        lambda place: {"destination_path": str(place.data), "disable_collection": True},
        parquet_files,
        python="3.7",
    ),
    Loader(
        "meltanolabs-target-postgres 0.8.1, default settings",
        ("meltanolabs-target-postgres==0.8.1",),
        "target-postgres",
        lambda place: {"sqlalchemy_url": _url(place), "default_target_schema": "woo"},
        postgres,
    ),
    Loader(
        "meltanolabs-target-postgres 0.8.1, settings of this project",
        ("meltanolabs-target-postgres==0.8.1",),
        "target-postgres",
        lambda place: {
            "sqlalchemy_url": _url(place),
            "default_target_schema": "woo",
            "use_copy": True,
            "validate_records": False,
            "activate_version": False,
            "add_record_metadata": False,
        },
        postgres,
    ),
    Loader(
        "pipelinewise-target-postgres 2.1.2",
        ("pipelinewise-target-postgres==2.1.2",),
        "target-postgres",
        lambda place: {**_libpq(place), "password": "none", "default_target_schema": "woo"},
        postgres,
    ),
    Loader(
        "singer-target-postgres 0.2.4",
        ("singer-target-postgres==0.2.4", "setuptools<81"),
        "target-postgres",
        lambda place: {
            **_libpq(place, "postgres_", dbname="database", user="username"),
            "postgres_schema": "woo",
            "disable_collection": True,
        },
        postgres,
        python="3.8",
    ),
    Loader(
        "target-postgres 1.1.3",
        ("target-postgres==1.1.3", "setuptools<81"),
        "target-postgres",
        lambda place: {**_libpq(place), "password": "none", "schema": "woo", "disable_collection": True},
        postgres,
        python="3.7",
    ),
    Loader(
        "target-sqlite 0.2.0",
        ("target-sqlite==0.2.0",),
        "target-sqlite",
        lambda place: {"database": str(place.data / "woo")},
        sqlite_file,
        python="3.9",
    ),
    Loader(
        "target-duckdb 0.8.0, duckdb 1.1",
        ("target-duckdb==0.8.0", "duckdb<1.2"),
        "target-duckdb",
        lambda place: {"path": str(place.data / "stores.duckdb"), "default_target_schema": "woo"},
        duckdb_file,
    ),
)
