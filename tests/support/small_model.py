"""A small PIM model: its tables have the columns that docs/pim-model.md lists, to which the model's own tests hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

DOCS = Path(__file__).parents[2] / "docs" / "pim-model.md"
SECTION = re.compile(r"^### (?P<table>\w+)\n(?P<text>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
COLUMN = re.compile(r"^\| `(\w+)` \| ([\w\[\]]+) \|", re.MULTILINE)


def columns(table: str) -> list[tuple[str, str]]:
    """Return the columns of a table with their types, as the docs list them."""
    sections = {found["table"]: found["text"] for found in SECTION.finditer(DOCS.read_text(encoding="utf-8"))}
    return COLUMN.findall(sections[table])


TABLES = (
    "stores", "categories", "brands", "tags", "attributes", "products", "product_categories", "product_brands", "product_tags",
    "product_attribute_values", "product_media", "product_custom_values", "master_products", "checks", "health_checks",
    "health_summary",
)  # fmt: skip


def make(connection: psycopg.Connection) -> None:
    """Make the tables, empty."""
    connection.execute("create schema pim")
    for table in TABLES:
        listed = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns(table)
        )
        connection.execute(sql.SQL("create table pim.{} ({})").format(sql.Identifier(table), listed))


def put(connection: psycopg.Connection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows; columns that they leave out are null."""
    for row in rows:
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        values = [Jsonb(value) if isinstance(value, dict) else value for value in row.values()]
        places = sql.SQL(", ").join(sql.Placeholder() * len(row))
        connection.execute(
            sql.SQL("insert into pim.{} ({}) values ({})").format(sql.Identifier(table), names, places), values
        )


HOSTILE = '<script>document.title="owned"</script><img src=x onerror=alert(1)>'
FORMULA = '=HYPERLINK("http://evil.example","x")'


def product(store: str, number: int, sku: str | None, **more: Any) -> dict[str, Any]:
    """Return a row of ``pim.products``."""
    return {
        "store_id": store, "product_id": number, "kind": "simple", "sku": sku, "name": f"Mug {number}", "status": "publish",
        "is_deleted": False, "currency": "EUR", "regular_price": 10, "price": 10, "stock_status": "instock",
        "permalink": f"https://{store}.example/?p={number}", **more,
    }  # fmt: skip


def fill(connection: psycopg.Connection) -> None:
    """Fill the tables with two stores whose texts are as bad as a store's can be."""
    make(connection)
    put(connection, "stores", [
        {"store_id": "eu", "name": "EU store", "url": "https://eu.example"},
        {"store_id": "us", "name": HOSTILE, "url": "javascript:alert(1)"},
    ])  # fmt: skip
    put(connection, "products", [
        product("eu", 1, "MUG-1", name="Blue mug", gtin="4006381333931", description="<p onclick=alert(1)>Fine <b>mug</b></p>"
                '<script>alert(2)</script><a href="javascript:alert(3)">x</a><iframe src="https://evil.example"></iframe>'),
        product("us", 7, "MUG-1", name="Blue cup", currency="USD", regular_price=12),
        product("eu", 2, None, name=HOSTILE),
        product("eu", 3, "SHIRT", kind="variable", name="Shirt"),
        product("eu", 4, "SHIRT-L", kind="variation", parent_id=3, parent_sku="SHIRT", name="Shirt - L"),
        product("us", 9, "GONE", name="Old mug", is_deleted=True),
        product("us", 8, "A/B ../?&#%", name=FORMULA),
        *(product("us", 100 + n, f"BULK-{n:03}", name=f"Bulk {n:03}") for n in range(120)),
    ])  # fmt: skip
    put(connection, "master_products", [
        master("MUG-1", "Blue mug", {"eu": 1, "us": 7}, {"name": {"eu": "Blue mug", "us": "Blue cup"}}, gtin="4006381333931"),
        master("SHIRT", "Shirt", {"eu": 3}, kind="variable"),
        master("SHIRT-L", "Shirt - L", {"eu": 4}, kind="variation"),
        master("A/B ../?&#%", FORMULA, {"us": 8}),
        *(master(f"BULK-{n:03}", f"Bulk {n:03}", {"us": 100 + n}) for n in range(120)),
    ])  # fmt: skip
    put(connection, "product_attribute_values", [
        {"store_id": "eu", "product_id": 4, "attribute_code": "size", "attribute_position": 1, "position": 1, "value": "L",
         "is_variation_axis": True, "is_any": False},
    ])  # fmt: skip
    put(connection, "product_media", [
        {"store_id": "eu", "product_id": 1, "position": 1, "url": "https://pictures.example/mug.png", "role": "main"},
        {"store_id": "eu", "product_id": 1, "position": 2, "url": "javascript:alert(4)", "role": "gallery"},
    ])  # fmt: skip
    put(connection, "product_custom_values", [
        {"store_id": "eu", "product_id": 1, "key": HOSTILE, "position": 1, "value_text": HOSTILE},
    ])  # fmt: skip
    put(connection, "checks", [
        {"check_name": "no_price", "severity": "error", "description": "There is no price to buy it at."},
        {"check_name": "no_image", "severity": "warning", "description": "There is no picture."},
    ])  # fmt: skip
    put(connection, "health_checks", [
        finding("eu", 1, "MUG-1", "Blue mug", "no_price", "error", "There is no price, so nobody can buy it."),
        finding("eu", 2, None, HOSTILE, "no_image", "warning", HOSTILE),
        *(finding("us", 100 + n, f"BULK-{n:03}", f"Bulk {n:03}", "no_image", "warning", "No picture.") for n in range(120)),
    ])  # fmt: skip
    put(connection, "health_summary", [
        summary("eu", "no_price", 95.5, errors=1), summary("eu", "no_image", 95.5, warnings=1),
        summary("us", "no_price", 90.1), summary("us", "no_image", 90.1, warnings=120),
    ])  # fmt: skip


def master(
    sku: str, name: str, ids: dict[str, int], differences: dict[str, dict[str, str]] | None = None, **more: Any
) -> dict[str, Any]:
    """Return a row of ``pim.master_products``."""
    return {
        "sku": sku, "name": name, "kind": "simple", "stores": sorted(ids), "store_count": len(ids), "product_ids": ids,
        "missing_stores": sorted({"eu", "us"} - ids.keys()), "deleted_in": [], "duplicate_in": [],
        "differing_attributes": sorted(differences or {}), "differences": differences or {}, **more,
    }  # fmt: skip


def finding(store: str, number: int, sku: str | None, name: str, *said: str) -> dict[str, Any]:
    """Return a row of ``pim.health_checks``; ``said`` are check, severity and message."""
    check, severity, text = said
    return {
        "store_id": store, "product_id": number, "sku": sku, "product_name": name, "check_name": check, "subject": "",
        "severity": severity, "message": text,
    }  # fmt: skip


def summary(store: str, check: str, score: float, *, errors: int = 0, warnings: int = 0) -> dict[str, Any]:
    """Return a row of ``pim.health_summary``."""
    texts = {"no_price": "There is no price to buy it at.", "no_image": "There is no picture."}
    return {
        "store_id": store, "check_name": check, "description": texts[check], "findings": errors + warnings, "errors": errors,
        "warnings": warnings, "infos": 0, "store_score": score,
    }  # fmt: skip
