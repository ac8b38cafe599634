"""A copy of the project with its plugins installed, two open sample stores, and the real Meltano over them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from demo_store import Server, Store, serve
from pimctl.postgres import address, postmaster
from pimctl.project import Project
from pimctl.setup.package_index import uv_variables
from pimctl.stores import operations, registry
from tests.support import served_rows

CHECKOUT = Path(__file__).parents[2]
PARTS = ("LICENSE", "README.md", "meltano.yml", "pimctl", "pyproject.toml", "requirements", "tap_woo_pim", "transform")
RUN_SECONDS = 300
EXTRACTORS = """\
  - name: tap-woo-pim--us
    inherit_from: tap-woo-pim
    config:
      store_id: us
      sync_components:
      - categories
      - tags
      - brands
      - attributes
      - shipping_classes
      - tax_classes
      - products
      - variations
      - custom_fields
      - reviews
  - name: tap-woo-pim--eu
    inherit_from: tap-woo-pim
    config:
      store_id: eu
      sync_components:
      - categories
      - tags
      - brands
      - attributes
      - shipping_classes
      - tax_classes
      - products
      - variations

"""
JOBS = """
jobs:
- name: sync-us
  tasks:
  - pim-db:start tap-woo-pim--us target-postgres dbt-postgres:build
- name: sync-eu
  tasks:
  - pim-db:start tap-woo-pim--eu target-postgres dbt-postgres:build
- name: sync-all
  tasks:
  - pim-db:start tap-woo-pim--us target-postgres
  - tap-woo-pim--eu target-postgres dbt-postgres:build

schedules:
- name: nightly-us
  interval: 0 2 * * *
  job: sync-us
- name: nightly-eu
  interval: 30 2 * * *
  job: sync-eu
"""
"""Two stores, whose addresses and credentials come from the environment, with jobs of their own and a shared one."""


@dataclass
class MeltanoProject:
    """The copy of the project.

    Attributes:
        root: Its folder.
        stores: The open stores by store id.
        variables: What is added to Meltano's environment.
    """

    root: Path
    sites: dict[str, Server] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def begin(self, *arguments: str, program: str = "meltano", **variables: str) -> subprocess.Popen[str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELTANO_", "PG", "PIM_", "TAP_", "TARGET_", "PYTHON"))
        }
        return subprocess.Popen(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=self.root,
            encoding="utf-8",
            env={**kept, "NO_COLOR": "1", **self.variables, **variables},
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )

    def end(self, process: subprocess.Popen[str]) -> str:
        """Wait for a command that must succeed, and return its output, in which no secret may stand."""
        told, _ = process.communicate(timeout=RUN_SECONDS)
        assert process.returncode == 0, told
        for site in self.sites.values():
            assert site.store.key().consumer_key not in told
            assert site.store.key().consumer_secret not in told
        return told

    def meltano(self, *arguments: str, **variables: str) -> str:
        return self.end(self.begin(*arguments, **variables))

    @property
    def url(self) -> str:
        """The embedded database, which the first run starts."""
        server = postmaster.find(self.root / ".pim" / "data")
        assert server is not None
        return address.url(server.socket_folder)

    @contextmanager
    def database(self, url: str | None = None) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        with psycopg.connect(url or self.url, row_factory=dict_row) as connection:
            connection.execute("set timezone to 'UTC'")
            set_json_loads(served_rows.exact, connection)
            yield connection

    def types(self, stream: str, schema: str = "woo") -> dict[str, str]:
        """Return the columns of a landed table with their types, none when there is no such table."""
        with self.database() as connection:
            found = connection.execute(
                "select column_name, data_type from information_schema.columns "
                "where table_schema = %s and table_name = %s order by ordinal_position",
                [schema, stream],
            )
            return {row["column_name"]: row["data_type"] for row in found}

    def tables(self) -> list[str]:
        with self.database() as connection:
            found = connection.execute("select tablename from pg_tables where schemaname = 'woo' order by 1")
            return [row["tablename"] for row in found]

    def rows(self, stream: str, store_id: str, url: str | None = None) -> list[dict[str, Any]]:
        """Return all landed rows of a store."""
        with self.database(url) as connection:
            wanted = sql.SQL("select * from {} where store_id = %s").format(sql.Identifier("woo", stream))
            return connection.execute(wanted, [store_id]).fetchall()

    def all_rows(self, store_id: str) -> dict[str, list[str]]:
        """Return everything that landed of a store, in an order of its own that is the same each time."""
        return {stream: sorted(map(repr, self.rows(stream, store_id))) for stream in self.tables()}


def forget_stores(root: Path) -> None:
    """Take out of a copy of meltano.yml the stores of whoever works in the checkout, as those of `make demo`."""
    project = Project(root)
    for store in registry.list_stores(project):
        operations.forget(project, store)


def copy_project(root: Path) -> None:
    """Copy what a sync needs of the checkout, without what was made in it, and put two stores into it."""
    root.mkdir()
    for part in PARTS:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, root / part)
    forget_stores(root)
    path = root / "meltano.yml"
    before, loaders, after = path.read_text(encoding="utf-8").partition("  loaders:\n")
    path.write_text(before + EXTRACTORS + loaders + after + JOBS, encoding="utf-8")


def link_plugins(installed: Path, root: Path) -> None:
    """Let a copy of the project run the plugins that were installed in another one."""
    for environment in (installed / ".meltano").glob("*/*/venv"):
        link = root / environment.relative_to(installed)
        link.parent.mkdir(parents=True)
        link.symlink_to(environment)


@contextmanager
def install_project(folder: Path, beside: MeltanoProject | None = None) -> Iterator[MeltanoProject]:
    """Copy the project, install its plugins, open both stores; at the end close them and stop the database.

    Args:
        folder: where it comes into.
        beside: an installed one, whose plugins it uses too, since their installation takes a minute.
    """
    installed = MeltanoProject(folder / "project")
    copy_project(installed.root)
    with (
        serve(Store.recorded("11.0.1"), ca_dir=folder) as us,
        serve(Store.recorded("9.9.5"), ca_dir=folder) as eu,
    ):
        installed.sites = {"us": us, "eu": eu}
        for store_id, site in installed.sites.items():
            prefix = f"TAP_WOO_PIM__{store_id.upper()}_"
            installed.variables |= {
                f"{prefix}SITE_URL": site.url,
                f"{prefix}CONSUMER_KEY": site.store.key().consumer_key,
                f"{prefix}CONSUMER_SECRET": site.store.key().consumer_secret,
                f"{prefix}CA_BUNDLE": str(site.ca_bundle),
            }
        if beside is None:
            installed.meltano("install", **uv_variables())
        else:
            link_plugins(beside.root, installed.root)
        try:
            yield installed
        finally:
            installed.meltano("invoke", "pim-db:stop")
