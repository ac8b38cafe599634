"""Another dbt project on PostgreSQL takes the model in as a package, into schemas of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.landed_rows import insert, open_store, prepare, product
from tests.support.warehouse import CHECKOUT, NewWarehouse, Warehouse

PROJECT = """
name: theirs
version: 1.0.0
profile: theirs
model-paths: [models]
vars:
  pim:
    landed_schema: raw_woo
    model_schema: catalogue
    promoted_custom_fields:
      - {key: warranty, column: warranty_months, type: integer}
"""
PACKAGES = f"""
packages:
  - local: {CHECKOUT / "transform"}
"""
PROFILE = """
theirs:
  target: dev
  outputs:
    dev:
      type: postgres
      host: "{{ env_var('PGHOST') }}"
      port: "{{ env_var('PGPORT') | as_number }}"
      user: "{{ env_var('PGUSER') }}"
      password: "{{ env_var('PGPASSWORD') }}"
      dbname: "{{ env_var('PGDATABASE') }}"
      schema: theirs
      threads: 2
"""
MODEL = "select store_id, sku, warranty_months from {{ ref('pim', 'products') }}\n"
TESTS = """
models:
  - name: warranties
    columns:
      - name: store_id
        data_tests:
          - accepted_values:
              arguments:
                values: [a]
"""


@pytest.fixture(scope="module")
def theirs(new_warehouse: NewWarehouse) -> Warehouse:
    """A database whose landed tables are in another schema."""
    warehouse = new_warehouse("package")
    prepare(warehouse)
    open_store(warehouse, "a")
    insert(warehouse, "products", "a", product(1, "MUG", meta_data=[{"id": 1, "key": "warranty", "value": "24"}]))
    warehouse.write("alter schema woo rename to raw_woo")
    return warehouse


@pytest.mark.long
def test_empty_project_takes_the_model_in(theirs: Warehouse, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    for name, text in {
        "dbt_project.yml": PROJECT,
        "packages.yml": PACKAGES,
        "profiles.yml": PROFILE,
        "models/warranties.sql": MODEL,
        "models/warranties.yml": TESTS,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    def dbt(*arguments: str) -> str:
        done = subprocess.run(
            [theirs.programs.program("dbt", "dbt"), *arguments],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env={**theirs.environment(), **theirs.libpq_variables()},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    dbt("deps")
    assert "WARN=0 ERROR=0 SKIP=0" in dbt("build")
    assert theirs.tuples("select store_id, sku, warranty_months from theirs.warranties") == [("a", "MUG", 24)]
    assert theirs.tuples("select sku, stores from catalogue.master_products") == [("MUG", ["a"])]
    schemas = theirs.tuples(
        "select distinct table_schema from information_schema.tables"
        " where table_schema not like 'pg_%' and table_schema <> 'information_schema' order by 1"
    )
    assert schemas == [("catalogue",), ("catalogue_work",), ("raw_woo",), ("theirs",)]
    assert "WARN=0 ERROR=0 SKIP=0" in dbt("build")
