"""What syncs brought and how healthy stores were at each build is kept, whatever is built anew."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.support.landed_rows import insert, open_store, prepare, product
from tests.support.warehouse import NewWarehouse, Warehouse

pytestmark = pytest.mark.long

SYNC_RUNS = """
create table if not exists woo.sync_runs (
    store_id text, started_at timestamp, ended_at timestamp, status text, kind text, kind_reason text,
    next_full_sync_at timestamp, message text, rows bigint, changed bigint, unread bigint, retries bigint,
    requests bigint, run_id text, streams jsonb, synced_at timestamp, primary key (store_id, started_at)
)
"""
HEALTH = (
    "select store_id, score, findings, errors, new_findings, gone_findings, by_check, new_list, gone_list"
    " from pim.health_history order by store_id, built_at"
)
STREAMS = [{"stream": "products", "kind": "full", "rows": 3, "changed": 3, "unread": 0, "retries": 0, "seconds": 1.5}]


def land(warehouse: Warehouse, *rows: dict[str, Any]) -> None:
    insert(warehouse, "products", "a", *rows)


@pytest.fixture(scope="module")
def begun(new_warehouse: NewWarehouse) -> Warehouse:
    """A store with a finding, synced by a tap that keeps no record of its runs."""
    warehouse = new_warehouse("history")
    prepare(warehouse)
    warehouse.write("drop table if exists woo.sync_runs")
    open_store(warehouse, "a")
    land(warehouse, product(1, "ONE", price="", regular_price=""), product(2, "TWO"), product(3, "THREE"))
    warehouse.build()
    return warehouse


def test_histories_grow_and_survive_a_full_refresh(begun: Warehouse) -> None:
    first = [("a", Decimal("83.3"), 1, 1, None, None, {"no_price": 1}, None, None)]
    assert begun.tuples(HEALTH) == first
    assert begun.tuples("select count(*) from pim.sync_history") == [(0,)]

    begun.write(
        SYNC_RUNS,
        "insert into woo.sync_runs (store_id, started_at, ended_at, status, kind, kind_reason, message, rows, changed,"
        " unread, retries, requests, run_id, streams, synced_at) values"
        " ('a', '2026-11-27 20:00:01', '2026-11-27 20:00:31', 'complete', 'full', 'first sync', 'Done.', 3, 3, 0, 1, 9,"
        f" 'one', '{json.dumps(STREAMS)}', '2026-11-27 20:00'),"
        " ('a', '2026-11-28 20:00:01', null, 'running', 'full', 'due', null, null, null, null, null, null, 'two', null,"
        " '2026-11-28 20:00')",
        # The second full sync meets two products: one is mended, the other has lost its picture.
        "update woo.products set synced_at = '2026-11-28 20:00', price = '5', regular_price = '5' where id = 1",
        "update woo.products set synced_at = '2026-11-28 20:00', images = '[]' where id = 2",
        "update woo.snapshots set started_at = '2026-11-28 20:00' where stream = 'products'",
    )
    begun.build("run")
    no_image = {"check_name": "no_image", "product_id": 2, "subject": ""}
    no_price = {"check_name": "no_price", "product_id": 1, "subject": ""}
    second = [*first, ("a", Decimal("95.0"), 1, 0, 1, 1, {"no_image": 1}, [no_image], [no_price])]
    assert begun.tuples(HEALTH) == second
    syncs = begun.tuples(
        "select started_at::text, seconds, status, kind, kind_reason, message, rows, changed, vanished, unread,"
        " retries, requests, run_id, streams from pim.sync_history order by started_at"
    )
    assert syncs == [
        ("2026-11-27 20:00:01", Decimal("30.0"), "complete", "full", "first sync", "Done.", 3, 3, 0, 0,
         1, 9, "one", STREAMS),
        ("2026-11-28 20:00:01", None, "running", "full", "due", None, None, None, 1, None,
         None, None, "two", None),
    ]  # fmt: skip

    built = begun.tuples("select built_at from pim.health_history order by 1")
    done = begun.dbt("run", "--full-refresh")
    assert done.returncode == 0, done.stdout
    assert begun.tuples(HEALTH) == [*second, ("a", Decimal("95.0"), 1, 0, 0, 0, {"no_image": 1}, [], [])]
    assert begun.tuples("select built_at from pim.health_history order by 1")[:2] == built
