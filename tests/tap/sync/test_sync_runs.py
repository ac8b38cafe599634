"""The history of a store's syncs is a stream: one row a sync, however it ended."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from demo_store import Request, Store
from demo_store.faults import When, path
from demo_store.faults.statuses import PoisonousRow
from tests.support.harness import Landing, Site, site

SETTINGS: dict[str, Any] = {"sync_components": ["tags", "products"], "max_retries": 0}
NOTHING = {"unread": 0, "held_back": 0, "retries": 0}


def process(
    served: Site, folder: Path, landing: Landing, *, stderr: int = subprocess.PIPE, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the tap as a process that takes the state of the landing."""
    config, state = folder / "config.json", folder / "state.json"
    config.write_text(json.dumps(served.config(**SETTINGS)))
    state.write_text(json.dumps(landing.state))
    arguments = [sys.executable, "-m", "tap_woo_pim", "--config", str(config), "--state", str(state)]
    return subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, stderr=stderr)


def take(landing: Landing, output: bytes) -> None:
    for line in output.splitlines():
        landing.take(json.loads(line))


@pytest.fixture
def store() -> Store:
    store = Store.recorded("9.9.5")
    store.keep_products(30)
    return store


def test_a_sync_is_written_when_it_begins_and_when_it_ends(store: Store) -> None:
    with site(store) as served:
        landing = served.sync(**SETTINGS)
    written = [one["record"] for one in landing.messages if one["type"] == "RECORD" and one["stream"] == "sync_runs"]
    assert [row["status"] for row in written] == ["running", "complete"]
    assert written[0]["started_at"] == written[1]["started_at"]
    first = next(one for one in landing.messages if one["type"] == "RECORD")
    assert first["stream"] == "sync_runs", "it begins before any row of the store"
    (row,) = landing.sync_runs()
    products, tags = len(landing.tables["products"]), len(landing.tables["product_tags"])
    assert row["rows"] == products + tags + 1
    assert (row["kind"], row["kind_reason"]) == ("full", "no full sync was completed before")
    assert (row["changed"], row["unread"], row["retries"]) == (products, 0, 0)
    assert row["requests"] == len(served.server.requests)
    assert row["ended_at"] >= row["started_at"]
    assert row["message"].startswith(f"store ({served.server.url}), full sync complete: {row['rows']:,} rows, ")
    assert row["run_id"] is None
    parts = [{name: part[name] for name in part.keys() - {"seconds"}} for part in row["streams"]]
    assert parts == [
        {"stream": "stores", "kind": "full", "rows": 1, "changed": None, **NOTHING},
        {"stream": "product_tags", "kind": "full", "rows": tags, "changed": None, **NOTHING},
        {"stream": "products", "kind": "full", "rows": products, "changed": products, **NOTHING},
    ]


def test_a_second_sync_has_a_row_of_its_own(store: Store) -> None:
    with site(store) as served:
        landing = served.sync(full_read_interval_hours=24, **SETTINGS)
        store.clock.advance(600)
        store.edit_product(store.rows("products")[0]["id"], name="New name")
        served.sync(landing, full_read_interval_hours=24, **SETTINGS)
    first, second = landing.sync_runs()
    assert (second["status"], second["kind"], second["changed"]) == ("complete", "incremental", 1)
    assert first["next_full_sync_at"] == second["next_full_sync_at"] > second["synced_at"]
    assert "open" not in landing.state["bookmarks"]["sync_runs"]


def test_a_sync_with_unread_rows_is_incomplete(store: Store) -> None:
    store.faults.add(PoisonousRow(store.rows("products")[0]["id"]), path("/wc/v3/products$"))
    with site(store) as served:
        landing = served.sync(**SETTINGS)
    (row,) = landing.sync_runs()
    assert (row["status"], row["unread"]) == ("incomplete", 1)
    assert "1 could not be read" in row["message"]


def test_rows_that_the_deletion_guard_holds_back_make_a_sync_incomplete(store: Store) -> None:
    with site(store) as served:
        landing = served.sync(full_read_interval_hours=0, **SETTINGS)
        for row in store.rows("products")[:20]:
            store.delete_product(row["id"])
        served.sync(landing, full_read_interval_hours=0, **SETTINGS)
    assert [row["status"] for row in landing.sync_runs()] == ["complete", "incomplete"]
    assert "Rows are missing from products" in landing.sync_runs()[1]["message"]
    held_back = [{part["stream"]: part["held_back"] for part in row["streams"]} for row in landing.sync_runs()]
    assert held_back == [
        {"stores": 0, "product_tags": 0, "products": 0},
        {"stores": 0, "product_tags": 0, "products": 20},
    ]


def test_a_sync_whose_store_refuses_the_key_is_in_the_history_and_ends_as_it_ended_before(
    store: Store, tmp_path: Path
) -> None:
    with site(store) as served:
        landing = served.sync(**SETTINGS)
        key = served.store.key()
        with process(served, tmp_path, landing) as tap:
            store.revoke_key(key)
            output, told = tap.communicate(timeout=60)
    assert tap.returncode == 1
    take(landing, output)
    row = landing.sync_runs()[-1]
    assert row["status"] == "failed"
    assert row["message"] == told.decode().splitlines()[-1]
    assert row["kind"] is None
    assert row["ended_at"] is not None
    assert key.consumer_secret not in json.dumps(row)


def test_a_store_that_cannot_be_reached_at_all_is_in_the_history(store: Store, tmp_path: Path) -> None:
    with site(store) as served:
        store.faults.add("connection_reset")
        with process(served, tmp_path, Landing()) as tap:
            output, told = tap.communicate(timeout=60)
    landing = Landing()
    take(landing, output)
    (row,) = landing.sync_runs()
    assert (tap.returncode, row["status"]) == (1, "failed")
    assert row["message"] == told.decode().splitlines()[-1]


def test_a_sync_that_fails_midway_says_how_far_it_came(store: Store, tmp_path: Path) -> None:
    store.faults.add("connection_reset", path("/wc/v3/products$") & When(lambda request: "offset" in request.query))
    with site(store) as served, process(served, tmp_path, Landing()) as tap:
        output, told = tap.communicate(timeout=60)
    landing = Landing()
    take(landing, output)
    (row,) = landing.sync_runs()
    assert (tap.returncode, row["status"], row["kind"]) == (1, "failed", "full")
    assert row["message"] == told.decode().splitlines()[-1]
    assert row["rows"] == len(landing.tables["product_tags"]) + 1
    assert "open" not in landing.state["bookmarks"]["sync_runs"]


def test_a_killed_sync_is_ended_by_the_next_one(store: Store, tmp_path: Path) -> None:
    reached = threading.Event()

    def is_second_page(request: Request) -> bool:
        if request.query.get("offset") not in {None, "0"}:
            reached.set()
        return reached.is_set()

    landing = Landing()
    with site(store) as served:
        rule = store.faults.add("never_answers", path("/wc/v3/products/tags$") & When(is_second_page))
        with process(served, tmp_path, landing, env={"MELTANO_RUN_ID": "7f"}) as tap:
            assert reached.wait(60)
            tap.send_signal(signal.SIGKILL)
            output, _ = tap.communicate(timeout=60)
        take(landing, output)
        (killed,) = landing.sync_runs()
        assert (killed["status"], killed["run_id"]) == ("running", "7f")
        store.faults.remove(rule)
        served.sync(landing, **SETTINGS)
    first, second = landing.sync_runs()
    assert (first["status"], second["status"]) == ("interrupted", "complete")
    assert (first["started_at"], first["run_id"], first["kind"]) == (killed["started_at"], "7f", "full")
    assert first["ended_at"] is None


def test_a_connection_test_that_fails_sees_no_record(store: Store, tmp_path: Path) -> None:
    """Meltano's test reads both outputs as one, and takes the first record for a good connection."""
    with site(store) as served, process(served, tmp_path, Landing(), stderr=subprocess.STDOUT) as tap:
        store.revoke_key(store.key())
        output, _ = tap.communicate(timeout=60)
    assert tap.returncode == 1
    assert b'"RECORD"' not in output
