"""Databases in which much is missing build, a build without a change changes nothing, and the docs can be made."""

from __future__ import annotations

import json

import pytest

from demo_store import Store
from tests.support.warehouse import NewWarehouse, Warehouse


@pytest.fixture(scope="module")
def bare(new_warehouse: NewWarehouse) -> Warehouse:
    return new_warehouse("bare")


@pytest.mark.long
def test_nothing_landed_builds_empty_tables(bare: Warehouse) -> None:
    bare.build()
    assert "products" in bare.tables("pim")
    assert {table: count for table, (count, _) in bare.digests().items() if count} == {"checks": 25}


@pytest.mark.long
def test_one_component_at_a_time_builds(bare: Warehouse) -> None:
    """After the build of nothing, so that tables that come later are found, too."""
    bare.land(Store.recorded("5.9.0"), "terms", ["categories"])
    bare.build()
    assert bare.tuples("select count(*) from pim.categories") == [(121,)]
    assert bare.tuples("select count(*) from pim.products") == [(0,)]

    bare.land(Store.recorded("5.9.0"), "goods", ["products"])
    bare.land(Store.recorded("9.9.5"), "variants", ["variations"])
    bare.build("run")
    assert bare.tuples("select store_id, count(*) from pim.products group by 1 order by 1") == [
        ("goods", 200),
        ("variants", 515),
    ]
    assert bare.tuples("select count(*) from pim.health_checks where check_name = 'orphan_variation'") == [(0,)]
    assert bare.tuples("select attribute_code from pim.attributes where is_global and store_id = 'goods'")
    assert bare.tuples(
        "select count(*) from pim.health_checks where check_name = 'duplicate_sku' and store_id = 'variants'"
    ) == [(0,)]
    axes = "select distinct is_variation_axis from pim.product_attribute_values where store_id = 'variants'"
    assert bare.tuples(axes) == [(True,)]
    told = bare.tuples(
        "select count(*) from pim.products where store_id = 'variants' and own_sku = parent_sku and sku is null"
    )
    assert told == [(43,)]


def test_second_build_changes_nothing(recorded: Warehouse) -> None:
    before = recorded.digests()
    recorded.build("run")
    assert recorded.digests() == before
    assert recorded.tuples("select count(*) from pim_work.stg_woo__landed_rows where is_changed") == [(0,)]


@pytest.mark.long
def test_change_of_one_product_reaches_every_table_as_a_full_build_would(
    recorded: Warehouse, new_warehouse: NewWarehouse
) -> None:
    changed = new_warehouse("changed", recorded.name)
    changed.write("update woo.products set name = 'New', sku = 'NEW', price = '1', weight = '77' where id = 196")
    changed.write("update woo.product_attribute_terms set name = 'Rouge' where name = 'Red' and store_id = 'eu'")
    changed.write("update woo.product_variations set status = 'trash' where id = 353 and store_id = 'us'")
    changed.build("run")
    partly = changed.digests()
    done = changed.dbt("run", "--full-refresh")
    assert done.returncode == 0, done.stdout
    assert changed.digests() == partly
    assert changed.tuples("select name, weight from pim.products where store_id = 'old' and product_id = 196")[0] == (
        "New",
        77,
    )


@pytest.mark.long
def test_documentation_builds(recorded: Warehouse) -> None:
    done = recorded.dbt("docs", "generate")
    assert done.returncode == 0, done.stdout
    catalogue = json.loads((recorded.scratch / "target" / "catalog.json").read_text("utf-8"))
    assert {"model.pim.products", "model.pim.master_products", "source.pim.woo.products"} <= {
        *catalogue["nodes"],
        *catalogue["sources"],
    }
    assert catalogue["errors"] is None


def test_unreachable_database_is_reported_in_one_line(recorded: Warehouse) -> None:
    nowhere = Warehouse("postgresql://pim:secret@localhost:1/pim", recorded.programs, recorded.scratch)
    done = nowhere.dbt("build")
    assert done.returncode == 1
    assert done.stderr.startswith("No connection to the PIM database: ")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
