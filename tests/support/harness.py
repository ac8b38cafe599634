"""Runs the tap against a sample store over real HTTP, and keeps what arrives as a loader's tables would."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from singer_sdk.contrib.msgspec import decoder, encoder
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.encoding.simple import Message

from demo_store import Server, Store, serve
from tap_woo_pim.config.settings import COMPONENTS
from tap_woo_pim.tap import TapWooPim
from tests.support import expected_rows, served_rows

Row = dict[str, Any]


class Killed(BaseException):
    """The tap's process is gone."""


class Pipe(GenericSingerWriter[bytes, Message]):
    """Takes messages as the target does: as bytes of JSON. Breaks after a number of them, when told to."""

    def __init__(self, landing: Landing, breaks_after: int | None = None) -> None:
        self.landing = landing
        self.left = breaks_after

    def serialize_message(self, message: Message) -> bytes:
        return encoder.encode(message.to_dict())

    def write_message(self, message: Message) -> None:
        if self.left is not None:
            if self.left == 0:
                raise Killed
            self.left -= 1
        self.landing.take(decoder.decode(self.serialize_message(message)))


@dataclass
class Landing:
    """The tables of a PIM database, and the state that Meltano keeps."""

    state: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, dict[tuple[Any, ...], Row]] = field(default_factory=dict)
    schemas: dict[str, Row] = field(default_factory=dict)
    messages: list[Row] = field(default_factory=list)

    def take(self, message: Row) -> None:
        self.messages.append(message)
        if message["type"] == "SCHEMA":
            self.schemas[message["stream"]] = message
        elif message["type"] == "RECORD":
            keys = self.schemas[message["stream"]]["key_properties"]
            row = message["record"]
            self.tables.setdefault(message["stream"], {})[tuple(row[key] for key in keys)] = row
        elif message["type"] == "STATE":
            self.state = message["value"]

    def sync_runs(self) -> list[Row]:
        """The rows of the history, in the order in which the syncs began."""
        return [row for _, row in sorted(self.tables.get("sync_runs", {}).items())]

    def have_full_sync_taken(self, seconds: float) -> None:
        """Have the last full sync of products and variations taken so long together."""
        for stream in ("products", "product_variations"):
            self.state["bookmarks"][stream]["full_sync_milliseconds"] = round(500 * seconds)

    def columns(self, stream: str) -> set[str]:
        return set(self.schemas[stream]["schema"]["properties"])

    def live(self, stream: str, store_id: str = "store") -> dict[Any, Row]:
        """The rows of a stream that are not gone, by the second part of their key, without what the tap adds."""
        snapshot = self.tables.get("snapshots", {}).get((store_id, stream))
        return {
            key[1]: {name: item for name, item in row.items() if name not in {"store_id", "synced_at"}}
            for key, row in self.tables.get(stream, {}).items()
            if key[0] == store_id and (snapshot is None or row["synced_at"] >= snapshot["started_at"])
        }

    def live_by_query(self, stream: str, store_id: str = "store") -> set[Any]:
        """Ids of the products or variations that are live by the queries of docs/tables.md."""
        products = {key[1]: row for key, row in self.tables["products"].items() if key[0] == store_id}
        snapshot = self.tables["snapshots"].get((store_id, stream))
        return {
            key[1]
            for key, row in self.tables[stream].items()
            if key[0] == store_id
            and row["status"] != "trash"
            and (snapshot is None or row["synced_at"] >= snapshot["started_at"])
            and not (stream == "product_variations" and _is_unlisted(row, products.get(row["parent_id"])))
        }

    def differences(self, store: Store) -> dict[str, Any]:
        """Where the live rows differ from what the store says, by stream; empty when nowhere."""
        found = {}
        for stream in served_rows.STREAM_KINDS:
            if stream in self.schemas:
                here, there = self.live(stream), expected_rows.table(store, stream, self.columns(stream))
                off = sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))
                if off:
                    found[stream] = [(key, here.get(key), there.get(key)) for key in off[:3]]
        return found


def _is_unlisted(variation: Row, parent: Row | None) -> bool:
    """Whether a newer row of its product does not list a variation any more."""
    shown = {"publish", "private"}
    return (
        parent is not None
        and variation["status"] in shown
        and parent["type"] not in {"simple", "grouped", "external"}
        and parent["status"] in shown
        and parent["synced_at"] > variation["synced_at"]
        and parent["variations"] is not None
        and variation["id"] not in parent["variations"]
    )


@contextmanager
def site(store: Store) -> Iterator[Site]:
    """Serve a store over https for the time of a test."""
    with serve(store, tls=True) as server:
        yield Site(store, server)


@dataclass
class Site:
    """A sample store that is being served."""

    store: Store
    server: Server

    def config(self, **settings: Any) -> dict[str, Any]:
        key = self.store.key()
        return {
            "site_url": self.server.url,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "ca_bundle": str(self.server.ca_bundle),
            "store_id": "store",
            "sync_components": list(COMPONENTS),
            "full_read_interval_hours": 24,
            **settings,
        }

    def tap(self, landing: Landing | None = None, breaks_after: int | None = None, **settings: Any) -> TapWooPim:
        landing = landing or Landing()
        state = json.loads(json.dumps(landing.state))
        writer = Pipe(landing, breaks_after)
        return TapWooPim(config=self.config(**settings), state=state, message_writer=writer)

    def sync(self, landing: Landing | None = None, breaks_after: int | None = None, **settings: Any) -> Landing:
        """Run the tap once. `breaks_after` messages its process is gone, when given."""
        landing = landing or Landing()
        tap = self.tap(landing, breaks_after, **settings)
        try:
            tap.sync_all()
        except Killed:
            pass
        finally:
            tap.run.client.close()
        return landing


def command(served: Site, folder: Path, **settings: Any) -> list[str]:
    """The command line of the tap over a store."""
    config = folder / "config.json"
    config.write_text(json.dumps(served.config(**settings)))
    return [sys.executable, "-m", "tap_woo_pim", "--config", str(config)]


def sync_selected(served: Site, landing: Landing, selects: Callable[[str, str | None], bool], **settings: Any) -> None:
    """Sync with a catalogue in which only some streams and columns are selected."""
    tap = served.tap(Landing(), **settings)
    catalog = json.loads(tap.catalog_json_text)
    tap.run.client.close()
    for entry in catalog["streams"]:
        for metadata in entry["metadata"]:
            name = metadata["breadcrumb"][-1] if metadata["breadcrumb"] else None
            metadata["metadata"]["selected"] = selects(entry["tap_stream_id"], name)
    state = json.loads(json.dumps(landing.state))
    tap = TapWooPim(config=served.config(**settings), catalog=catalog, state=state, message_writer=Pipe(landing))
    try:
        tap.sync_all()
    finally:
        tap.run.client.close()
