"""Measures builds of the PIM model over 100,000 products and 200,000 variations in two stores.

    .venv/bin/python -m benchmarks.model

Lands the recorded store of WooCommerce 11.0.1 by the real tap and loader and copies its rows in the database, half of
them to a second store with the same SKUs. Builds all (with dbt's tests), then after a change of 10 variable products
and 20 variations, then after no change, and after a full sync that brought all rows as they were. Prints the seconds
of each as one line of JSON, with the processor seconds that dbt and PostgreSQL used (these hardly depend on what else
the machine does), the load of the machine before, and the models that took longest.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from demo_store import Store
from tests.support.warehouse import Warehouse, open_warehouses

COPIES = 50
HALF = COPIES // 2
APART = 1_000_000
"""Ids of copies are this far apart."""
MORE_VARIATIONS = 29_400
"""The store has 3,412 variations, so 50 copies are this many short of 200,000."""
LONG = 4000
SLOWEST = 8

COPIED = f"(copy % {HALF}) * {APART}"
COMMON = {
    "store_id": f"case when copy < {HALF} then 'us' else 'eu' end",
    "id": f"id + {COPIED}",
    "sku": f"sku || '-' || (copy % {HALF})",
    "parent_id": f"nullif(parent_id, 0) + {COPIED}",
    "global_unique_id": f"case when global_unique_id is not null then pg_temp.gtin(id + {COPIED}) end",
}
LISTS = {
    name: f"pg_temp.shifted({name}, {COPIED})"
    for name in ("variations", "upsell_ids", "cross_sell_ids", "grouped_products")
}
MORE = {
    **COMMON,
    "store_id": "'us'",
    "id": f"id + {COPIED} + {APART // 2}",
    "sku": "sku || '-more-' || copy",
    "global_unique_id": "null",
}
GTIN = """
create function pg_temp.gtin(number bigint) returns text language sql as $$
    select code || (10 - sum((3 - 2 * (place % 2)) * digit::integer) % 10) % 10
    from lpad(number::text, 12, '0') as code, string_to_table(code, null) with ordinality as digits (digit, place)
    group by code
$$
"""
"""A GTIN-13 of its own for every product: all copies with one would be a store like no other."""

SHIFTED = """
create function pg_temp.shifted(list jsonb, distance bigint) returns jsonb language sql as $$
    select case when jsonb_typeof(list) = 'array' then
        (select coalesce(jsonb_agg(entry::bigint + distance), '[]') from jsonb_array_elements_text(list) as entry)
    else list end
$$
"""
OTHER_STORE = """
insert into woo.{table} select (jsonb_populate_record(own, '{{"store_id": "eu"}}')).* from woo.{table} as own
"""
LISTED_VARIATIONS = """
update woo.products set variations = listed.ids
from (
    select store_id, parent_id, jsonb_agg(id) as ids
    from woo.product_variations where status in ('publish', 'private') group by store_id, parent_id
) as listed
where products.store_id = listed.store_id and products.id = listed.parent_id
"""
RENAMED = """
update woo.products set name = name || ' II', synced_at = synced_at + interval '1 minute'
where store_id = 'us' and id in (
    select id from woo.products where store_id = 'us' and type = 'variable' order by id limit 10
)
"""
REPRICED = """
update woo.product_variations set price = '9.99', synced_at = synced_at + interval '1 minute'
where store_id = 'us' and id in (select id from woo.product_variations where store_id = 'us' order by id limit 20)
"""
READ_AGAIN = "update woo.{table} set synced_at = synced_at + interval '1 minute'"


def copying(columns: list[str], table: str, changed: dict[str, str], copies: int, limit: str = "all") -> str:
    """Return the statement that copies the kept rows of a table, with some columns changed."""
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f"insert into woo.{table} ({names}) select {values}"
        f" from pg_temp.{table}, generate_series(0, {copies - 1}) as copy order by copy limit {limit}"
    )


def fill(warehouse: Warehouse) -> None:
    """Land one store and multiply it."""
    warehouse.land(Store.recorded("11.0.1"), "us")
    columns = {table: warehouse.columns(table, "woo") for table in ("products", "product_variations")}
    # Some recorded descriptions have 300 kB; 50 copies of each would measure those alone.
    statements = [f"update woo.products set description = left(description, {LONG})", SHIFTED, GTIN]
    for table in columns:
        statements += [f"create temp table {table} as select * from woo.{table}", f"truncate woo.{table}"]
    variations = columns["product_variations"]
    statements += [
        copying(columns["products"], "products", COMMON | LISTS, COPIES),
        copying(variations, "product_variations", COMMON, COPIES),
        copying(variations, "product_variations", MORE, HALF, str(MORE_VARIATIONS)),
        *(OTHER_STORE.format(table=table) for table in warehouse.tables("woo") if table not in columns),
        LISTED_VARIATIONS,
    ]
    warehouse.write(*statements)
    warehouse.write("analyze")


def processor_seconds(warehouse: Warehouse) -> dict[str, float]:
    """Return what dbt, and the sessions of PostgreSQL that have ended, have used so far."""
    server = warehouse.scratch.parent / ".pim" / "data" / "postmaster.pid"
    sessions = psutil.Process(int(server.read_text(encoding="utf-8").split()[0])).cpu_times()
    programs = psutil.Process().cpu_times()
    return {
        "postgresql": sessions.children_user + sessions.children_system,
        "dbt": programs.children_user + programs.children_system,
    }


def timed(warehouse: Warehouse) -> dict[str, Any]:
    """Build and test the model once; return what it took."""
    load, used, began = os.getloadavg()[0], processor_seconds(warehouse), time.monotonic()
    warehouse.build()
    seconds = time.monotonic() - began
    took = re.findall(r"(?:model|PASS) (\S+) \.*\s*\[.*? in ([0-9.]+)s\]", warehouse.output)
    slowest = sorted(((float(one), name) for name, one in took), reverse=True)[:SLOWEST]
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": {name: round(now - used[name], 1) for name, now in processor_seconds(warehouse).items()},
        "load_before": round(load, 1),
        "slowest": {name: one for one, name in slowest},
    }


def main() -> None:
    """Measure, and print the figures."""
    counts = (
        "select (select count(*) from woo.products) as products,"
        " (select count(*) from woo.product_variations) as variations"
    )
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # PostgreSQL, run as root, runs as somebody else
        with open_warehouses(Path(folder)) as new_warehouse:
            warehouse = new_warehouse("bench")
            fill(warehouse)
            (counted,) = warehouse.rows(counts)
            builds = {"full": timed(warehouse)}
            warehouse.write(RENAMED, REPRICED)
            builds["small_change"] = timed(warehouse)
            builds["no_change"] = timed(warehouse)
            warehouse.write(*(READ_AGAIN.format(table=table) for table in ("products", "product_variations")))
            builds["read_again"] = timed(warehouse)
    print(json.dumps({**counted, "processors": os.cpu_count(), **builds}))


if __name__ == "__main__":
    main()
