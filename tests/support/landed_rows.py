"""Writes rows into the landed tables as the tap and its loader do: known fields in columns, others in extra_fields."""

from __future__ import annotations

import json
from typing import Any

from demo_store import Store
from demo_store.profiles import read_json
from tests.support.warehouse import Warehouse

READ_AT = "2026-11-27T20:00:00"
NEVER_LANDED = {"_links", "related_ids", "price_html"}


def prepare(warehouse: Warehouse) -> None:
    """Let the real tap and loader make all tables, without a row."""
    store = Store.empty()
    parent = store.create_product(name="Any", type="variable")
    store.create_variation(parent, regular_price="1")
    for kind in ("categories", "tags", "brands"):
        store.create_term(kind, name="Any")
    colour = store.create_attribute(name="Any", slug="pa_any")
    store.create_attribute_term(colour, name="Any", slug="any")
    warehouse.land(store, "any")
    warehouse.write(*(f"delete from woo.{table}" for table in warehouse.tables("woo")))
    warehouse.write("alter table woo.stores add column if not exists requested_currency text")


def insert(warehouse: Warehouse, table: str, store_id: str, *rows: dict[str, Any]) -> None:
    """Insert rows as WooCommerce sends them."""
    columns = set(warehouse.columns(table, "woo"))
    statements = []
    for row in rows:
        sent = {name: None if value == "" else value for name, value in row.items() if name not in NEVER_LANDED}
        known = {name: value for name, value in sent.items() if name in columns}
        extra = {name: value for name, value in row.items() if name in sent.keys() - columns}
        fields = {"synced_at": READ_AT, **known, "store_id": store_id}
        if "extra_fields" in columns:
            fields["extra_fields"] = extra or None
        text = json.dumps(fields).replace("'", "''")
        statements.append(f"insert into woo.{table} select (jsonb_populate_record(null::woo.{table}, '{text}')).*")
    warehouse.write(*statements)


def open_store(warehouse: Warehouse, store_id: str, **fields: Any) -> None:
    """Insert a store all of whose lists were read in full."""
    own = {"currency": "EUR", "price_decimals": 2, "home": "https://store.example", "manage_stock": "yes"}
    insert(warehouse, "stores", store_id, own | fields)
    for stream in ("products", "product_variations"):
        insert(warehouse, "snapshots", store_id, {"stream": stream, "started_at": READ_AT, "completed_at": READ_AT})


def insert_plugin_rows(warehouse: Warehouse, store_id: str, plugin: str) -> None:
    """Insert the rows that a real plugin made."""
    for entry in read_json("plugins", plugin):
        insert(warehouse, entry["route"], store_id, entry["row"])


def product(product_id: int, sku: str | None = None, **fields: Any) -> dict[str, Any]:
    """Return a published product with nothing amiss."""
    whole: dict[str, Any] = {
        "id": product_id,
        "sku": sku,
        "name": f"Product {product_id}",
        "type": "simple",
        "status": "publish",
        "description": "<p>Good.</p>",
        "price": "10",
        "regular_price": "10",
        "categories": [{"id": 9, "name": "Mugs", "slug": "mugs"}],
        "images": [{"id": 1, "src": "https://store.example/1.jpg", "name": "One", "alt": "A mug"}],
        "attributes": [],
        "meta_data": [],
        "variations": [],
    }
    return whole | fields


def variation(product_id: int, parent_id: int, option: Any = None, name: str = "Size", **fields: Any) -> dict[str, Any]:
    """Return a published variation of one local attribute."""
    whole: dict[str, Any] = {
        "id": product_id,
        "parent_id": parent_id,
        "sku": f"V-{product_id}",
        "status": "publish",
        "price": "10",
        "regular_price": "10",
        "attributes": [{"id": 0, "name": name, "option": option}],
        "meta_data": [],
    }
    return whole | fields


def axis(name: str, options: Any) -> dict[str, Any]:
    """Return a local attribute by which variations differ."""
    return {"id": 0, "name": name, "variation": True, "visible": True, "options": options}


def meta(**values: Any) -> list[dict[str, Any]]:
    """Return custom fields."""
    return [{"id": number, "key": key, "value": value} for number, (key, value) in enumerate(values.items(), 1)]
