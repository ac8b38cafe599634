"""What is told of syncs that were killed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pimctl.stores import history
from pimctl.stores.history import SyncRun
from pimctl.stores.progress import RunningSync

pytestmark = pytest.mark.unit

NOW = datetime.now(UTC)


def run(store: str, status: str) -> SyncRun:
    return SyncRun(store, NOW, None, status, "full", None, None, None, 0, 0, 0, 0, 0, None, ())


def test_sync_that_never_ended_and_is_not_at_work_was_interrupted() -> None:
    at_work = {"eu": RunningSync("eu", NOW, 1, None, "reading", (), None)}
    runs = [run("eu", "running"), run("us", "running"), run("eu", "running"), run("eu", "complete")]

    found = history._without_killed(runs, at_work)

    assert [entry.status for entry in found] == ["running", "interrupted", "interrupted", "complete"]
