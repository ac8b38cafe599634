"""Four runs of the tap over the three recorded stores, as the messages that a loader gets."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from singer_sdk.contrib.msgspec import encoder

from demo_store import PROFILES, Store
from demo_store.faults.pages import RowsChanged
from demo_store.faults.when import path
from tap_woo_pim.tap import TapWooPim
from tests.support.harness import Landing, Pipe, Row, Site, site

EMAIL = "reviewer_email"


@dataclass
class Runs:
    """What the tap wrote, and what a table of each stream must hold after it.

    Attributes:
        messages: the lines of each run: of each store one after the other, as a run of its own.
        expected: after each run the newest row of each stream by its key.
        schemas: the last schema of each stream.
        deleted: the key of the product that the third run no longer found.
    """

    messages: list[list[bytes]] = field(default_factory=list)
    expected: list[dict[str, dict[tuple[Any, ...], Row]]] = field(default_factory=list)
    schemas: dict[str, Row] = field(default_factory=dict)
    deleted: tuple[str, int] = ("", 0)


def record(products: int | None = None) -> Runs:
    """Run the tap four times over each store: first, again, after changes, and with one more column.

    The third run is a full sync, after one product was edited, one trashed and one deleted in the first store. The
    fourth selects the reviewers' email addresses, a column that was not there before. One tag of the first store
    cannot be read, so that no stream stays without a row.

    Args:
        products: how many products each store keeps; all when not given.
    """
    runs = Runs()
    whole = Landing()
    with ExitStack() as stack:
        sites = {}
        for version in PROFILES:
            store = Store.recorded(version)
            if products is not None:
                store.keep_products(products)
            sites[version] = stack.enter_context(site(store))
        first = sites[PROFILES[0]].store
        slug = first.rows("tags")[0]["slug"]
        first.faults.add(RowsChanged(lambda row: {} if row["slug"] == slug else row), path("/products/tags$"))
        states: dict[str, Any] = {version: {} for version in sites}
        for number in range(4):
            if number == 2:
                runs.deleted = (store_id(PROFILES[0]), _change(first))
            lines = []
            for version, served in sites.items():
                served.store.clock.advance(3600)
                landing = _run(served, version, states[version], number)
                states[version] = landing.state
                lines.append(b"".join(encoder.encode(message) + b"\n" for message in landing.messages))
                for message in landing.messages:
                    whole.take(message)
            runs.messages.append(lines)
            runs.expected.append({stream: dict(rows) for stream, rows in whole.tables.items()})
    runs.schemas = whole.schemas
    return runs


def store_id(version: str) -> str:
    """The id of the store of a version."""
    return f"store-{version.replace('.', '-')}"


def _change(store: Store) -> int:
    edited, trashed, deleted = [row["id"] for row in store.rows("products") if row["type"] == "simple"][:3]
    store.edit_product(edited, name="A new name", sku="")
    store.trash_product(trashed)
    store.delete_product(deleted)
    return int(deleted)


def _run(served: Site, version: str, state: Row, number: int) -> Landing:
    landing = Landing()
    config = served.config(store_id=store_id(version), **({"full_read_interval_hours": 0} if number == 2 else {}))
    catalog = None
    if number == 3:
        tap = TapWooPim(config=config)
        catalog = json.loads(json.dumps(tap.catalog_dict))
        tap.run.client.close()
        for stream in catalog["streams"]:
            for entry in stream["metadata"]:
                if entry["breadcrumb"] == ["properties", EMAIL]:
                    entry["metadata"]["selected"] = True
    tap = TapWooPim(config=config, state=json.loads(json.dumps(state)), catalog=catalog, message_writer=Pipe(landing))
    try:
        tap.sync_all()
    finally:
        tap.run.client.close()
    return landing
