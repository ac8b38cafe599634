"""A build that broke off, wherever it did, is made good by the next one; rows that come as they were cost nothing."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from demo_store import Store
from tests.support.warehouse import CHECKOUT, NewWarehouse, Warehouse, wait_for_waiter

pytestmark = pytest.mark.long

MODELS = CHECKOUT / "transform" / "models"
KEEPING_UP = r"drop_(?:changed|affected_products|affected_skus)\(\)|kept_checks"
PASSED_OVER = "steady_view|ephemeral|_live|not_del"
TABLES = sorted(path.stem for path in MODELS.rglob("*.sql") if not re.search(PASSED_OVER, path.read_text()))
FEW = ("int_built_rows", "int_sku_carriers")
BREAKS = [pytest.param(name, marks=[] if name in FEW else [pytest.mark.soak]) for name in TABLES]
BUILD_SECONDS = 300


def picture(media_id: int) -> list[dict[str, Any]]:
    return [{"id": media_id, "src": f"https://store.example/{media_id}.jpg", "name": "Photo", "alt": "A mug"}]


@pytest.fixture(scope="module")
def built(new_warehouse: NewWarehouse) -> Warehouse:
    """Two stores with the same SKUs, and variations of a parent that did not come."""
    warehouse = new_warehouse("whole")
    for store_id in ("a", "b"):
        store = Store.empty()
        for name in ("Mug", "Jar", "Pan", "Cup"):
            store.create_product(name=name, sku=name.upper(), regular_price="5", images=picture(1))
        parent = store.create_product(name="Hat", sku="HAT", type="variable")
        for sku in ("HAT-S", "HAT-M", "LONE", "LONE"):
            made = store.create_variation(parent, regular_price="5")
            store.sql_update("variations", made, sku=sku)
        warehouse.land(store, store_id)
    warehouse.write("update woo.product_variations set parent_id = 4711 where sku = 'LONE'")
    warehouse.build()
    return warehouse


def change(warehouse: Warehouse) -> None:
    """Change in store a an SKU, a picture and a parent, delete one of two variations, and let a product vanish."""
    later = "synced_at + interval '1 hour'"
    warehouse.write(
        "update woo.products set sku = 'NEW-MUG' where store_id = 'a' and sku = 'MUG'",
        f"update woo.products set images = '{json.dumps(picture(77))}' where store_id = 'a' and sku = 'PAN'",
        "update woo.products set sku = 'NEW-HAT' where store_id = 'a' and sku = 'HAT'",
        "update woo.snapshots set started_at = started_at + interval '1 hour'"
        " where store_id = 'a' and stream = 'products'",
        f"update woo.products set synced_at = {later} where store_id = 'a' and sku <> 'JAR'",
        "delete from woo.product_variations where store_id = 'a'"
        " and id = (select min(id) from woo.product_variations where store_id = 'a' and sku = 'LONE')",
    )


def break_off(warehouse: Warehouse, model: str) -> None:
    """Begin a build and stop it while one model waits for a lock, when what comes before that is done."""
    schema = "pim_work" if model.startswith(("stg_", "int_")) else "pim"
    with psycopg.connect(warehouse.url) as other:
        other.execute(f"lock table {schema}.{model} in exclusive mode".encode())
        build = subprocess.Popen(
            [warehouse.programs.program("dbt", "python"), str(CHECKOUT / "transform" / "run.py"), "run"],
            cwd=warehouse.scratch,
            encoding="utf-8",
            env=warehouse.environment(),
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
        )
        assert build.stdout is not None
        for line in build.stdout:
            if re.search(rf"START .*\.{model} ", line):
                break
        wait_for_waiter(other)
        build.send_signal(signal.SIGTERM)
        output, _ = build.communicate(timeout=BUILD_SECONDS)
    assert build.returncode != 0, output


def in_full(warehouse: Warehouse) -> dict[str, tuple[int, str]]:
    done = warehouse.dbt("run", "--full-refresh")
    assert done.returncode == 0, done.stdout
    return warehouse.digests()


@pytest.mark.parametrize("model", BREAKS)
def test_build_that_broke_off_is_made_good_by_the_next(
    built: Warehouse, new_warehouse: NewWarehouse, model: str
) -> None:
    broken = new_warehouse(f"broken_{model}", built.name)
    change(broken)
    break_off(broken, model)
    # What the broken build had found is over.
    broken.write("update woo.products set sku = 'NEWER-MUG' where sku = 'NEW-MUG'")
    broken.build("run")
    made_good = broken.digests()

    assert made_good == in_full(broken)
    assert broken.tuples("select sku, stores from pim.master_products where sku like '%%MUG' order by 1") == [
        ("MUG", ["b"]),
        ("NEWER-MUG", ["a"]),
    ]


def test_every_table_that_keeps_up_with_changes_is_built_before_they_count_as_done(built: Warehouse) -> None:
    manifest = json.loads((built.scratch / "target" / "manifest.json").read_text("utf-8"))
    parents: dict[str, list[str]] = manifest["parent_map"]
    reached, waiting = set(), ["model.pim.int_built_rows"]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += parents.get(one, [])
    kept = {f"model.pim.{path.stem}" for path in Path(MODELS).rglob("*.sql") if re.search(KEEPING_UP, path.read_text())}

    assert len(kept) > 10
    assert kept - reached == set()


def test_no_test_of_a_table_keeps_another_from_being_built(built: Warehouse) -> None:
    """dbt builds nothing on a table whose test fails, unless the test also depends on a table that comes later."""
    manifest = json.loads((built.scratch / "target" / "manifest.json").read_text("utf-8"))
    last = "model.pim.health_history"
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]

    assert len(tests) > 50
    assert all(last in node["depends_on"]["nodes"] for node in tests)
    assert all(child.startswith("test.") for child in manifest["child_map"][last])


def test_rows_that_come_again_as_they_were_are_seen_and_not_built_again(
    built: Warehouse, new_warehouse: NewWarehouse
) -> None:
    """Their time is that of the new run, and what it did not bring is gone."""
    again = new_warehouse("again", built.name)
    later = "synced_at + interval '1 hour'"
    again.write(
        "update woo.snapshots set started_at = started_at + interval '1 hour' where stream like '%products'",
        f"update woo.products set synced_at = {later} where sku <> 'JAR'",
        f"update woo.product_variations set synced_at = {later}",
    )
    again.build("run")
    partly = again.digests()

    (counted,) = again.rows(
        "select count(*) filter (where is_landed_anew) as anew, count(*) filter (where is_changed) as changed"
        " from pim_work.stg_woo__landed_rows"
    )
    assert counted == {"anew": 16, "changed": 0}
    assert again.tuples("select distinct sku, deletion_reason from pim.products where is_deleted") == [
        ("JAR", "vanished")
    ]
    assert partly == in_full(again)


def test_tables_of_an_earlier_version_are_taken_over(built: Warehouse, new_warehouse: NewWarehouse) -> None:
    """What was deleted when stands nowhere else."""
    former = new_warehouse("former", built.name)
    former.write(
        "update woo.products set status = 'trash' where store_id = 'a' and sku = 'MUG'",
        "insert into pim_work.int_deletions (store_id, stream, id, reason, deleted_at)"
        " select 'a', 'products', id, 'trashed', '2020-01-01' from woo.products where store_id = 'a' and sku = 'MUG'",
        "alter table pim_work.int_deletions rename to deletions",
        "alter table pim_work.stg_woo__products rename to shop_products",
        "alter table pim_work.int_findings_of_links rename to findings_of_links",
    )
    former.build("run")

    assert former.tuples("select sku, deleted_at::text from pim.products where is_deleted") == [
        ("MUG", "2020-01-01 00:00:00")
    ]
    assert not {"deletions", "shop_products", "findings_of_links"} & set(former.tables("pim_work"))
