"""One PostgreSQL server for all tests of the model, and two databases that are filled and built in it once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from demo_store import Store
from tests.support.landed_rows import prepare
from tests.support.warehouse import NewWarehouse, Warehouse, open_warehouses


@dataclass
class OddStores:
    """Stores with something odd about them, in one database.

    Attributes:
        warehouse: the database.
        ids: what each file of tests returned of its stores, by the name of its module.
        variables: those of dbt that the model was built with.
    """

    warehouse: Warehouse
    ids: dict[str, Any]
    variables: dict[str, Any]


@pytest.fixture(scope="session")
def new_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewWarehouse]:
    """Makes a database of a name, empty or a copy of another one."""
    with open_warehouses(tmp_path_factory.mktemp("model")) as make:
        yield make


@pytest.fixture(scope="session")
def recorded(new_warehouse: NewWarehouse) -> Warehouse:
    """The three recorded stores, in dollars, euros and pounds, and the model over them."""
    warehouse = new_warehouse("recorded")
    for version, store_id in (("11.0.1", "us"), ("9.9.5", "eu"), ("5.9.0", "old")):
        warehouse.land(Store.recorded(version), store_id)
    warehouse.build()
    return warehouse


@pytest.fixture(scope="session")
def odd_stores(request: pytest.FixtureRequest, new_warehouse: NewWarehouse) -> OddStores:
    """The stores that the test files of this session land by a function `land`, each under ids of its own.

    They are built once for all: a build takes much longer than all of their rows do in it. A file may say what it needs
    of dbt's variables, as lists in `VARIABLES`.
    """
    warehouse = new_warehouse("odd_stores")
    prepare(warehouse)
    ids: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for item in request.session.items:
        if isinstance(item, pytest.Function) and "odd_stores" in item.fixturenames:
            module = item.module
            if module.__name__ not in ids:
                ids[module.__name__] = module.land(warehouse)
                for name, values in getattr(module, "VARIABLES", {}).items():
                    known = variables.setdefault(name, [])
                    known += [value for value in values if value not in known]
    warehouse.build(**variables)
    return OddStores(warehouse, ids, variables)
