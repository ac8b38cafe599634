"""The SDK's stream maps and flattening work with the tap, though it shapes its rows by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from demo_store import Store
from tests.support.harness import Site, site

COMPONENTS = ["products", "tags"]


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    store = Store.recorded("9.9.5")
    store.keep_products(12)
    with site(store) as opened:
        yield opened


def test_a_map_renames_computes_removes_and_filters(served: Site) -> None:
    plain = served.sync(sync_components=COMPONENTS).tables["products"]
    mapped = served.sync(
        sync_components=COMPONENTS,
        stream_maps={
            "products": {
                "__alias__": "goods",
                "__filter__": "type == 'simple'",
                "name": "name.upper()",
                "price_number": "float(price) if price else None",
                "description": None,
            },
            "product_tags": None,
        },
    )

    goods = mapped.tables["goods"]
    simple = {key: row for key, row in plain.items() if row["type"] == "simple"}
    assert 0 < len(simple) < len(plain)
    assert goods.keys() == simple.keys()
    for key, row in goods.items():
        kept = {name: value for name, value in simple[key].items() if name not in {"name", "description", "synced_at"}}
        assert row["name"] == simple[key]["name"].upper()
        assert row["price_number"] == (Decimal(row["price"]) if row["price"] else None)
        assert {name: row.get(name) for name in kept} == kept
        assert "description" not in row
    schema = mapped.schemas["goods"]
    assert schema["key_properties"] == ["store_id", "id"]
    assert schema["schema"]["properties"]["price_number"]["type"] == ["number", "null"]
    assert "product_tags" not in mapped.schemas


def test_flattening_makes_json_text_of_what_is_nested(served: Site) -> None:
    plain = served.sync(sync_components=COMPONENTS)
    flat = served.sync(sync_components=COMPONENTS, flattening_enabled=True, flattening_max_depth=1)

    nested = {
        name
        for name, schema in plain.schemas["products"]["schema"]["properties"].items()
        if {"array", "object"} & set(schema["type"])
    }
    assert {"images", "dimensions", "meta_data", "extra_fields"} <= nested
    for name in nested:
        assert flat.schemas["products"]["schema"]["properties"][name]["type"] == ["string", "null"]
    assert flat.tables["products"].keys() == plain.tables["products"].keys()
    for key, row in plain.tables["products"].items():
        there = flat.tables["products"][key]
        for name, value in row.items():
            if name == "synced_at":
                continue
            here = json.loads(there[name]) if name in nested and there[name] is not None else there[name]
            assert here == value, name


def test_batch_messages_are_never_written(served: Site) -> None:
    """Few loaders take them, and the SDK would leave out the rows and the state that come between others."""
    plain = served.sync(sync_components=COMPONENTS)
    batches = {"encoding": {"format": "jsonl", "compression": "gzip"}, "storage": {"root": "file:///nowhere"}}
    asked = served.sync(sync_components=COMPONENTS, batch_config=batches)

    assert {message["type"] for message in asked.messages} == {"SCHEMA", "RECORD", "STATE"}
    for stream in ("products", "product_tags"):
        assert asked.live(stream) == plain.live(stream)
