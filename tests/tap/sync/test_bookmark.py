"""The bookmark never passes a change that was not read, and the plan of a run follows from it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tap_woo_pim.sync.bookmark import Bookmark, newest, parse
from tap_woo_pim.sync.context import Run
from tap_woo_pim.sync.plan import SyncPlan
from tap_woo_pim.sync.state import BookmarkState, Held, IncrementalState, SyncState

pytestmark = pytest.mark.unit

NOON = "2026-10-01T12:00:00Z"


def run(started_at: str = NOON, lookback: int = 300, interval: float | str = "auto") -> Run:
    settings = SimpleNamespace(lookback_seconds=lookback, full_read_interval_hours=interval)
    return cast("Run", SimpleNamespace(started_at=started_at, settings=settings))


def read(clock: str = NOON, **fields: Any) -> SyncState:
    return SyncState(selection_hash="hash", started_at=clock, clock=clock, **fields)


def test_changes_are_asked_for_from_the_lookback_until_all_before_the_bookmark_was_read() -> None:
    assert Bookmark(BookmarkState("2026-10-01T11:00:00Z"), run()).since == "2026-10-01T10:54:59Z"
    assert Bookmark(BookmarkState("2026-10-01T11:00:00Z", is_settled=True), run()).since == "2026-10-01T11:00:00Z"
    assert Bookmark(BookmarkState("2026-10-01T11:00:00Z"), run(lookback=0)).since == "2026-10-01T10:59:59Z"
    assert Bookmark.before("2026-10-01T11:00:00Z") == "2026-10-01T10:59:59Z"


def test_a_bookmark_of_the_year_1_counts_as_1970() -> None:
    old = BookmarkState("0001-01-01T00:00:00Z")
    assert Bookmark(old, run()).since == "1969-12-31T23:54:59Z"
    assert Bookmark(replace(old, is_settled=True), run()).since == "1970-01-01T00:00:00Z"
    assert Bookmark(old, run()).back_from("0001-01-01T00:00:00Z") == "1969-12-31T23:54:59Z"


@pytest.mark.parametrize(
    ("known", "met", "expected"),
    [
        (None, None, NOON),
        (None, "2026-10-01T11:00:00Z", "2026-10-01T11:00:00Z"),
        ("2026-10-01T10:00:00Z", None, "2026-10-01T10:00:00Z"),
        ("2026-10-01T10:00:00Z", "2026-10-01T09:00:00Z", "2026-10-01T10:00:00Z"),
        ("2026-10-01T10:00:00Z", "2026-10-01T11:00:00Z", "2026-10-01T11:00:00Z"),
        ("2026-10-01T10:00:00Z", "2027-01-01T00:00:00Z", NOON),  # a date in the future is not passed
    ],
)
def test_the_bookmark_moves_to_the_latest_change_and_never_past_the_clock(
    known: str | None, met: str | None, expected: str
) -> None:
    state = BookmarkState(known, None if known is None else "2026-10-01T10:00:00Z")
    Bookmark(state, run()).move(met, NOON)
    assert state.value == expected
    assert state.read_at == (NOON if expected != known else "2026-10-01T10:00:00Z")


@pytest.mark.parametrize(("seconds", "is_settled"), [(0, False), (300, False), (301, True)])
def test_a_bookmark_is_settled_by_a_read_that_began_after_the_lookback(seconds: int, is_settled: bool) -> None:
    state = BookmarkState("2026-10-01T11:00:00Z", "2026-10-01T11:00:00Z")
    Bookmark(state, run()).move(None, f"2026-10-01T11:{seconds // 60:02}:{seconds % 60:02}Z")
    assert state.is_settled is is_settled


def test_a_bookmark_waits_once_for_changed_rows_that_did_not_come() -> None:
    state = BookmarkState(NOON)
    bookmark = Bookmark(state, run())
    assert not bookmark.holds("2026-10-01T11:00:00Z", 0)
    assert state.held is None
    assert bookmark.holds("2026-10-01T11:00:00Z", 2)
    assert state.held == Held("2026-10-01T11:00:00Z", 2)
    assert not bookmark.holds("2026-10-01T11:00:00Z", 2)
    assert not bookmark.holds("2026-10-01T11:00:00Z", 1)
    assert bookmark.holds("2026-10-01T11:00:00Z", 3)
    assert bookmark.holds("2026-10-01T11:30:00Z", 1)


def test_the_newest_date_is_found_among_rows_as_they_come() -> None:
    rows = [{"date_modified_gmt": date} for date in ("2026-10-01T10:00:00", "", None, False, "2026-10-01T11:00:00")]
    assert newest(rows, None) == "2026-10-01T11:00:00Z"
    assert newest([*rows, {}], NOON) == NOON
    assert newest([{}], None) is None


@pytest.fixture
def machine_in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("machine_in_tokyo")
def test_times_are_utc_unless_they_say_otherwise() -> None:
    assert parse("2026-10-01T12:00:00").isoformat() == "2026-10-01T12:00:00+00:00"
    assert parse("2026-10-01T12:00:00+02:00").isoformat() == "2026-10-01T10:00:00+00:00"


SYNCED = IncrementalState(
    bookmark=BookmarkState("2026-10-01T11:55:00Z", is_settled=True),
    full_sync_at="2026-10-01T11:50:00Z",
    selection_hash="hash",
)


def plan(state: IncrementalState, **changes: Any) -> SyncPlan:
    named = {"takes_dates": True, "is_full_table": False, "full_sync_seconds": 60.0, "run": run(), **changes}
    return SyncPlan(state, selection_hash="hash", **named)


@pytest.mark.parametrize(
    ("state", "changes", "reason"),
    [
        (SYNCED, {}, None),
        (IncrementalState(), {}, "no full sync was completed before"),
        (replace(SYNCED, bookmark=BookmarkState()), {}, "no full sync was completed before"),
        (replace(SYNCED, selection_hash="other"), {}, "other columns, or other rows by the settings"),
        (SYNCED, {"takes_dates": False}, "what changed since a date is not asked for"),
        (SYNCED, {"is_full_table": True}, "what changed since a date is not asked for"),
        (SYNCED, {"run": run("2026-10-01T11:54:59Z")}, "the store's clock was set back"),
        (SYNCED, {"full_sync_seconds": 12.0}, "one is due 50 times as long after the last one as that took (12.0 s)"),
        (SYNCED, {"full_sync_seconds": 12.1}, None),
        (SYNCED, {"run": run("2026-10-02T11:50:00Z"), "full_sync_seconds": 1728.0}, "one is due every 24 hours"),
        (SYNCED, {"run": run("2026-10-02T11:50:00Z"), "full_sync_seconds": None}, "one is due every 24 hours"),
        (SYNCED, {"run": run("2026-10-02T11:50:00Z"), "full_sync_seconds": 4000.0}, "one is due every 24 hours"),
        (SYNCED, {"run": run("2026-10-01T19:50:00Z", interval=8.0)}, "one is due every 8 hours"),
        (replace(SYNCED, needed="a row is gone"), {}, "a row is gone"),
        (replace(SYNCED, needed="a row is gone"), {"full_sync_seconds": 61.0}, None),
        (replace(SYNCED, needed="a row is gone"), {"run": run(interval=8.0)}, None),
    ],
)
def test_the_plan_says_why_a_sync_is_full(state: IncrementalState, changes: Any, reason: str | None) -> None:
    planned = plan(state, **changes).full_sync_reason
    assert (planned is None) if reason is None else (planned or "").startswith(reason)
    assert plan(state, **changes).why_full == planned


@pytest.mark.parametrize(
    ("begun", "changes", "resumes", "why_full"),
    [
        (read(since=None), {}, True, "it goes on with one that was interrupted"),
        (read(since="2026-10-01T11:00:00Z"), {}, True, None),
        (read("2026-10-01T12:00:01Z"), {}, False, "the last one was interrupted"),  # the clock was set back
        (read("2026-10-01T12:00:01Z", since="2026-10-01T11:00:00Z"), {}, False, None),
        (replace(read(), selection_hash="other"), {}, False, "the last one was interrupted"),
        (read(), {"takes_dates": False}, False, "what changed since a date is not asked for"),
    ],
)
def test_an_interrupted_sync_is_resumed_if_it_asked_for_the_same(
    begun: SyncState, changes: Any, resumes: bool, why_full: str | None
) -> None:
    planned = plan(replace(SYNCED, read=begun), **changes)
    assert planned.resumes is resumes
    assert (planned.why_full or "").startswith(why_full or "")
    assert (planned.why_full is None) is (why_full is None)


def test_the_plan_says_when_the_next_full_sync_is_due() -> None:
    assert plan(SYNCED).next_full_sync_at == "2026-10-01T12:40:00Z"
    assert plan(replace(SYNCED, needed="a row is gone")).next_full_sync_at == "2026-10-01T12:00:00Z"
    assert plan(SYNCED, takes_dates=False).next_full_sync_at is None
    assert plan(IncrementalState()).next_full_sync_at is None
