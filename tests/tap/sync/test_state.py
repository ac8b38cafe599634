"""The state is typed and has a version; that of an earlier version is read once and rewritten."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tap_woo_pim.sync.state import (
    BookmarkState,
    Held,
    HistoryState,
    IncrementalState,
    ListState,
    OpenRun,
    ReadState,
    RowNumbers,
    StoreCounts,
    StoreRowState,
    SyncState,
    dump,
    load,
)
from tests.support.harness import site
from tests.support.random_edits import RandomEdits, new_store

FULL = IncrementalState(
    store="us https://store.example",
    page_size=25,
    row_count=40,
    max_id=99,
    shortfall=2,
    bookmark=BookmarkState("2026-10-01T10:00:00Z", "2026-10-01T11:00:00Z", True, Held("2026-10-01T09:54:59Z", 1)),
    parents=BookmarkState("2026-10-01T10:30:00Z", "2026-10-01T11:00:00Z"),
    full_sync_at="2026-10-01T08:00:00Z",
    full_sync_milliseconds=8000,
    selection_hash="0123456789ab",
    needed="a category was renamed",
    store_counts=StoreCounts(41, 99),
    read=SyncState(
        selection_hash="0123456789ab",
        started_at="2026-10-01T11:00:00Z",
        clock="2026-10-01T11:00:00Z",
        list_number=1,
        offset=30,
        counts=RowNumbers(30, 30, 88, 30, None),
        below=ReadState(list_number=1, offset=5),
    ),
)

VERSION_1 = {
    "shop": "us https://store.example",
    "replication_key": "date_modified_gmt",
    "replication_key_value": "2026-10-01T10:00:00Z",
    "bookmark_at": "2026-10-01T11:00:00Z",
    "is_settled": True,
    "ahead_seconds": -3,
    "held": {"since": "2026-10-01T09:54:59Z", "missing": 1},
    "page_size": 25,
    "row_count": 40,
    "max_id": 99,
    "shortfall": 2,
    "whole_read_at": "2026-10-01T08:00:00Z",
    "shape": "0123456789ab",
    "fields": ["badge"],
    "parents": {"replication_key_value": "2026-10-01T10:30:00Z", "bookmark_at": "2026-10-01T11:00:00Z"},
    "reading": {
        "since": None,
        "shape": "0123456789ab",
        "started_at": "2026-10-01T11:00:00Z",
        "clock": "2026-10-01T11:00:00Z",
        "ahead_seconds": 0,
        "list": 1,
        "offset": 30,
        "seen": None,
        "newest": None,
        "unread": False,
        "named": 0,
        "missing": 0,
        "counted": {"rows": 30, "survivors": 30, "max_id": 88, "walked": 30, "listed": None},
        "parents": {"list": 1, "offset": 5, "seen": None, "newest": None, "walked": 0, "missing": 0},
    },
}


@pytest.mark.parametrize(
    "state",
    [
        FULL,
        IncrementalState(),
        ListState(store="us https://store.example", digest="0f", digest_max_id=7),
        StoreRowState("2026-10-01T08:00:00Z", "us https://store.example", ["system_status"]),
        HistoryState(OpenRun("2026-10-01T08:00:00Z", "2026-10-01T08:00:00.123Z", None, "full", "it is due")),
        HistoryState(),
    ],
)
def test_what_is_dumped_is_loaded_alike(state: Any) -> None:
    stored = json.loads(json.dumps(dump(state)))
    assert stored["version"] == 2
    assert load(type(state), stored) == state


def test_what_is_as_it_begins_takes_no_room() -> None:
    assert dump(IncrementalState()) == {"version": 2}


def test_singer_tools_find_the_replication_key_where_they_look_for_it() -> None:
    stored = dump(FULL)
    assert (stored["replication_key"], stored["replication_key_value"]) == ("date_modified_gmt", "2026-10-01T10:00:00Z")


def test_a_state_of_an_earlier_version_is_read() -> None:
    found = load(IncrementalState, VERSION_1)
    assert found.full_sync_milliseconds is None
    found.full_sync_milliseconds, found.needed, found.store_counts = 8000, FULL.needed, FULL.store_counts
    assert found.read is not None
    assert found.read.below is None  # it is read from its beginning
    found.read.below = ReadState(list_number=1, offset=5)
    assert found == FULL
    assert load(StoreRowState, {"synced_at": "2026-10-01T08:00:00Z", "shop": "us x", "untold": ["a"]}) == StoreRowState(
        "2026-10-01T08:00:00Z", "us x", ["a"]
    )


@pytest.mark.parametrize("stored", [{"version": 2, "bookmark": 5}, {"version": 2, "read": {"offset": "x"}}])
def test_a_state_that_is_none_leads_to_a_full_sync(stored: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert load(IncrementalState, stored) == IncrementalState()
    [said] = caplog.messages
    assert said.startswith("A stored state cannot be read (Expected ")
    assert said.endswith("), so everything is read again.")


def test_a_state_whose_numbers_another_program_wrote_is_read() -> None:
    assert load(IncrementalState, {"version": 2, "row_count": 40.0, "max_id": "99"}) == IncrementalState(
        row_count=40, max_id=99
    )


def test_a_sync_goes_on_from_the_state_of_an_earlier_version() -> None:
    store = new_store()
    RandomEdits(store, 0).populate(10)
    store.clock.advance(3600)
    with site(store) as served:
        landing = served.sync()
        for stream, state in landing.state["bookmarks"].items():
            landing.state["bookmarks"][stream] = earlier(state)
        store.clock.advance(600)
        store.edit_product(store.rows("products")[0]["id"], name="Edited")
        served.sync(landing)
        assert landing.sync_runs()[-1]["kind"] == "incremental"
        assert landing.differences(store) == {}
        assert {state.get("version") for state in landing.state["bookmarks"].values() if state} == {2}


def earlier(state: dict[str, Any]) -> dict[str, Any]:
    """The same state under the names of version 1, as far as it had them."""
    names = {"store": "shop", "full_sync_at": "whole_read_at", "selection_hash": "shape"}
    found = {names.get(name, name): item for name, item in state.items() if name not in {"version", "bookmark"}}
    bookmark = state.get("bookmark", {})
    found |= {name: bookmark[name] for name in ("is_settled",) if name in bookmark}
    return found | ({"bookmark_at": bookmark["read_at"]} if bookmark else {})
