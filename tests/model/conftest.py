"""One PostgreSQL server for all tests of the model, and the three recorded shops landed and built in it once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest

from demo_store import Store
from tests.model.warehouse import CHECKOUT, Programs, Warehouse

NewWarehouse = Callable[..., Warehouse]


@pytest.fixture(scope="session")
def new_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewWarehouse]:
    """Makes a database of a name, empty or a copy of another one."""
    root = tmp_path_factory.mktemp("model")
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
    url = pimctl("db", "url")
    yield make
    pimctl("db", "stop")


@pytest.fixture(scope="session")
def recorded(new_warehouse: NewWarehouse) -> Warehouse:
    """The three recorded shops, in dollars, euros and pounds, and the model over them."""
    warehouse = new_warehouse("recorded")
    for version, store_id in (("11.0.1", "us"), ("9.9.5", "eu"), ("5.9.0", "old")):
        warehouse.land(Store.recorded(version), store_id)
    warehouse.build()
    return warehouse
