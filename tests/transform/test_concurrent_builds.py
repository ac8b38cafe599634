"""One build of the model runs at a time, and one that is asked to end leaves nothing running."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from demo_store import Store
from tests.support.warehouse import CHECKOUT, NewWarehouse, Warehouse, wait_for_waiter

pytestmark = pytest.mark.long

(LOCK,) = re.findall(r"^LOCK = ([0-9_]+)", (CHECKOUT / "transform" / "run.py").read_text("utf-8"), re.MULTILINE)
WAITING = "Another build of the PIM model is running: waiting for its end.\n"
BUILD_SECONDS = 300


@pytest.fixture(scope="module")
def shared(new_warehouse: NewWarehouse) -> Warehouse:
    warehouse: Warehouse = new_warehouse("shared")
    store = Store.empty()
    store.create_product(name="Mug", sku="MUG", regular_price="5")
    warehouse.land(store, "store")
    return warehouse


def begin(warehouse: Warehouse, name: str) -> subprocess.Popen[str]:
    folder = Path(warehouse.scratch / name)
    written = {"DBT_TARGET_PATH": str(folder / "target"), "DBT_LOG_PATH": str(folder / "logs")}
    return subprocess.Popen(
        [warehouse.programs.program("dbt", "python"), str(CHECKOUT / "transform" / "run.py"), "build"],
        cwd=warehouse.scratch,
        encoding="utf-8",
        env={**warehouse.environment(), **written},
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
    )


def test_builds_begun_at_the_same_time_take_turns(shared: Warehouse) -> None:
    with psycopg.connect(shared.url, autocommit=True) as other:
        other.execute(f"select pg_advisory_lock({LOCK})".encode())
        builds = [begin(shared, name) for name in ("first", "second")]
        for build in builds:
            assert build.stdout is not None
            assert build.stdout.readline() == WAITING
        assert shared.tables("pim") == []

    for build in builds:
        output, _ = build.communicate(timeout=BUILD_SECONDS)
        assert build.returncode == 0, output
        assert "WARN=0 ERROR=0 SKIP=0" in output
    assert shared.tuples("select sku, price from pim.live_products") == [("MUG", 5)]


def test_build_that_is_asked_to_end_takes_dbt_with_it(shared: Warehouse) -> None:
    shared.write("update woo.products set name = 'Cup'")
    with psycopg.connect(shared.url) as other:
        other.execute("lock table woo.products in access exclusive mode")
        build = begin(shared, "ended")
        assert build.stdout is not None
        for line in build.stdout:
            if "START" in line and "stg_woo__sent_fields" in line:  # the first that reads products
                break
        wait_for_waiter(other)
        build.send_signal(signal.SIGTERM)
        build.communicate(timeout=BUILD_SECONDS)

    assert build.returncode != 0
    assert shared.tuples(f"select pg_try_advisory_lock({LOCK})") == [(True,)], "nobody holds it any more"
    shared.build("run")
    assert shared.tuples("select name from pim.live_products") == [("Cup",)]


def test_full_sync_that_ends_during_a_build_makes_no_row_look_deleted(shared: Warehouse) -> None:
    """The build has looked at the rows before they came anew, and sees the snapshot that came after them."""
    shared.build()
    later = "+ interval '1 hour'"
    with psycopg.connect(shared.url) as other:
        other.execute("lock table pim_work.stg_woo__products in exclusive mode")
        build = begin(shared, "overtaken")
        wait_for_waiter(other)
        shared.write(
            f"update woo.products set synced_at = synced_at {later}",
            f"update woo.snapshots set started_at = started_at {later}",
        )
    output, _ = build.communicate(timeout=BUILD_SECONDS)
    assert build.returncode == 0, output
    assert shared.tuples("select sku, is_deleted from pim.products") == [("MUG", False)]

    shared.write(f"update woo.snapshots set started_at = started_at {later}")
    shared.build("run")
    assert shared.tuples("select sku, deletion_reason from pim.products") == [("MUG", "vanished")]
