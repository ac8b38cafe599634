"""One PostgreSQL server for all tests of the model, and the three recorded stores landed and built in it once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo_store import Store
from tests.support.warehouse import NewWarehouse, Warehouse, open_warehouses


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
