"""What the command line shows, plain and coloured, to the letter."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Self

import pytest
from rich.console import Console

from pimctl import cli
from pimctl.commands import sync, words
from pimctl.project import Project
from pimctl.stores import history
from pimctl.stores.history import StoreStatus, StreamRun, SyncRun
from pimctl.stores.progress import Progress, RunningSync, StreamProgress
from pimctl.stores.store import Store
from pimctl.stores.sync import StoreSync, SyncBatch
from tests.support.console import environment

pytestmark = pytest.mark.unit

NOW = datetime.now(UTC)
EU = Store("eu", "tap-woo-pim--eu", "eu", "https://store.example", ("products",), cron="0 * * * *")
RUN = SyncRun(
    store="eu",
    started_at=NOW - timedelta(minutes=12, seconds=5),
    ended_at=NOW - timedelta(minutes=11, seconds=5),
    status="complete",
    kind="full",
    kind_reason="no full sync was completed before",
    next_full_sync_at=None,
    message="eu, full sync complete: 6,314 rows",
    rows=6314,
    changed=5412,
    unread=0,
    retries=1,
    requests=48,
    run_id="01a21eea-e19c-74de-a8e1-817a0d1162eb",
    streams=(StreamRun("products", "full", 2000, 1900, 0, 1, 1.25),),
)
WELL = StoreStatus(
    EU, "healthy", None, RUN, RUN, 1903, 3412, Decimal("96.3"), NOW + timedelta(minutes=48, seconds=9), None,
    is_stale=False, alert_error=None,
)  # fmt: skip
PROGRESS = StreamProgress("products", 800, 2000, 40.0, 150.0, 8.0)
UNKNOWN_KEY = "eu (https://store.example), all components: the store does not know this key [x]"
STATUSES = [
    WELL,
    replace(WELL, store=replace(EU, id="us"), state="syncing",
            running=RunningSync("us", NOW, 1, None, "reading", (PROGRESS,), None)),
    replace(WELL, store=replace(EU, id="my-store"), state="failed", error=history.without_place(UNKNOWN_KEY, "eu"),
            is_stale=True, alert_error="team did not deliver"),
    replace(WELL, store=replace(EU, id="late"), state="stale", is_stale=True),
    replace(WELL, store=replace(EU, id="idle"), state="paused", next_sync_at=None, last_good=None, products=None,
            variations=None, score=None),
]  # fmt: skip

STATUS = """\
store      state            last good sync   products   variations   changed   health   next sync
─────────────────────────────────────────────────────────────────────────────────────────────────
eu         healthy          12 min ago          1,903        3,412     5,412     96.3   in 48 min
us         syncing 40 %     12 min ago          1,903        3,412     5,412     96.3   in 48 min
my-store   failed (stale)   12 min ago          1,903        3,412     5,412     96.3   in 48 min
late       stale            12 min ago          1,903        3,412     5,412     96.3   in 48 min
idle       paused           never                   -            -         -        -   -        \n\
my-store: all components: the store does not know this key [x]
my-store: two scheduled times have passed since its last good sync (schedule 0 * * * *).
my-store: an alert could not be sent: team did not deliver
late: two scheduled times have passed since its last good sync (schedule 0 * * * *).
late: nothing has started a sync since then: is cron or pimctl scheduler running?
"""

HISTORY = """\
run        store   began                 result        kind    rows   changed   unread        took   message
01a21eea   eu      {began}   complete      full   6,314     5,412        0   1 min 0 s
2          eu      {began}   interrupted   -      6,314     5,412        0           -   {message}...
"""
LONG = f"{UNKNOWN_KEY} {'x' * 80}"
HISTORY_SHOW = """\
eu: complete, full sync
  took            1 min 0 s
  requests        48, 1 of them retried
  why this kind   no full sync was completed before
  Meltano's run   01a21eea-e19c-74de-a8e1-817a0d1162eb
  message         eu, full sync complete: 6,314 rows
stream     kind    rows   changed   unread   retried    took
────────────────────────────────────────────────────────────
products   full   2,000     1,900        0         1   1.2 s
"""

RESULT = """\
store      result      rows   changed   deleted   unread   took        health
─────────────────────────────────────────────────────────────────────────────
eu         complete   6,314     5,412         2        0   10 s   96.3 (+0.5)
my-store   failed         0         -         -        -      -             -
"""


COLOURS = {"31": "red", "32": "green", "33": "yellow", "36": "cyan", "90": "grey"}
STATUS_IN_COLOUR = """\
store      state            last good sync   products   variations   changed   health   next sync
─────────────────────────────────────────────────────────────────────────────────────────────────
eu         <green>healthy<>          12 min ago          1,903        3,412     5,412     96.3   in 48 min
us         <cyan>syncing 40 %<>     12 min ago          1,903        3,412     5,412     96.3   in 48 min
my-store   <red>failed<> <yellow>(stale)<>   12 min ago          1,903        3,412     5,412     96.3   in 48 min
late       <yellow>stale<>            12 min ago          1,903        3,412     5,412     96.3   in 48 min
idle       <grey>paused<>           never                   -            -         -        -   -
my-store: all components: the store does not know this key [x]
my-store: two scheduled times have passed since its last good sync (schedule 0 * * * *).
my-store: an alert could not be sent: team did not deliver
late: two scheduled times have passed since its last good sync (schedule 0 * * * *).
late: nothing has started a sync since then: is cron or pimctl scheduler running?
"""
SYNC_IN_COLOUR = """\
store      result      rows   changed   deleted   unread   took        health
─────────────────────────────────────────────────────────────────────────────
eu         <green>complete<>   6,314     5,412         2        0   10 s   96.3 (+0.5)
my-store   <red>failed<>         0         -         -        -      -             -
store   now          rows                               %    left
─────────────────────────────────────────────────────────────────
eu      products      800   <cyan>━━━━━━━━━<><cyan>╸<><grey>━━━━━━━━━━━━━━<>   40   8.0 s
us      <grey>skipped<>         -
old     <yellow>incomplete<>      7
syncing ... 3 s
"""


class ClockThatStands(datetime):
    """The moment at which the tests were collected, however long they wait for their turn."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        del tz
        return cls.fromisoformat(NOW.isoformat())


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Project, "find", classmethod(lambda cls: cls(tmp_path)))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "datetime", ClockThatStands)


@pytest.mark.usefixtures("clock")
def test_status_shows_a_line_a_store_and_below_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(history, "status", lambda _: STATUSES)

    assert cli.main(["status"]) == 0

    assert capsys.readouterr().out == STATUS


def in_colour(text: str) -> str:
    """Return what a terminal was sent, bold heads plain, a colour as its name in brackets and its end as <>."""
    text = re.sub(r"\x1b\[1m(.*?)\x1b\[0m", r"\1", text)
    text = re.sub(r"\x1b\[(\d+)m", lambda found: f"<{COLOURS[found[1]]}>" if found[1] != "0" else "<>", text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Console(force_terminal=True, color_system="standard", width=130, highlight=False)
    monkeypatch.setattr(words, "terminal", lambda: terminal)


@pytest.mark.usefixtures("clock", "coloured")
def test_status_is_coloured_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(history, "status", lambda _: STATUSES)

    cli.main(["status"])

    assert in_colour(capsys.readouterr().out) == STATUS_IN_COLOUR


@pytest.mark.usefixtures("coloured")
def test_result_and_live_view_are_coloured_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    going = [
        StoreSync(EU, "reading", Progress({"products": PROGRESS}, "reading")),
        StoreSync(replace(EU, id="us"), outcome="skipped", message="paused"),
        StoreSync(replace(EU, id="old"), outcome="incomplete", rows=7),
    ]
    words.terminal().print(sync.result_table(batch()))
    words.terminal().print(sync.live_view(SyncBatch(going, step="syncing"), 3.0))

    assert in_colour(capsys.readouterr().out) == SYNC_IN_COLOUR


def test_status_as_json_has_times_in_utc_and_plain_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(history, "status", lambda _: STATUSES[:1])

    cli.main(["status", "--json"])

    (found,) = json.loads(capsys.readouterr().out)
    assert (found["store"]["id"], found["state"], found["score"]) == ("eu", "healthy", 96.3)
    assert datetime.fromisoformat(found["last"]["started_at"]) == RUN.started_at


def test_one_run_is_shown_by_stream(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(history, "find_run", lambda _, name: {"01a2": RUN}[name])

    cli.main(["history", "show", "01a2"])

    lines = capsys.readouterr().out.splitlines(keepends=True)
    assert lines.pop(1).startswith("  began           20")
    assert "".join(lines) == HISTORY_SHOW


def test_history_shows_a_line_a_sync_and_why_it_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = replace(RUN, status="interrupted", ended_at=None, kind=None, run_id=None, message=LONG, number=2)
    asked = []

    def runs(_: Project, *asked_for: object) -> list[SyncRun]:
        asked.append(asked_for)
        return [RUN, killed]

    monkeypatch.setattr(history, "history", runs)

    assert cli.main(["history", "--limit", "7"]) == 0

    assert asked == [(None, 7)]
    began = words.local(RUN.started_at)
    lines = capsys.readouterr().out.splitlines()
    assert "".join(f"{line.rstrip()}\n" for line in (lines[0], *lines[2:])) == HISTORY.format(
        began=began, message=LONG.partition(", ")[2][:79]
    )


def batch() -> SyncBatch:
    good = StoreSync(EU, "reading", outcome="complete", seconds=10.2, rows=6314, changed=5412, unread=0, deleted=2)
    good.score, good.score_change = Decimal("96.3"), Decimal("0.5")
    return SyncBatch([good, StoreSync(replace(EU, id="my-store"), outcome="failed", message="no")], step="")


def test_result_of_a_sync_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    words.terminal().print(sync.result_table(batch()))

    assert capsys.readouterr().out == RESULT


def test_live_view_shows_component_rows_percent_and_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    going = SyncBatch([StoreSync(EU, "reading", Progress({"products": PROGRESS}, "reading"))], step="syncing")

    words.terminal().print(sync.live_view(going, 3.0))

    out = capsys.readouterr().out
    row = out.splitlines()[2].split()
    assert (row[:3], row[-3:]) == (["eu", "products", "800"], ["40", "8.0", "s"])
    assert out.endswith("syncing ... 3 s\n")


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(), "waiting"),
        (Progress({"products": PROGRESS}), "products 800 of 2,000 (40 %), 8.0 s left"),
        (Progress({"products": StreamProgress("products", 7)}), "products 7"),
        (Progress({"products": StreamProgress("products", 7, 7, 100.0)}), "loading 7 rows"),
    ],
)
def test_line_on_a_pipe_tells_how_far_a_store_is(progress: Progress, line: str) -> None:
    assert sync.line(StoreSync(EU, progress=progress)) == line


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0.04, "0.0 s"), (9.96, "10.0 s"), (59.9, "60 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_length_of_time_is_told_in_its_two_largest_units(seconds: float | None, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["stor"], 2, "No such command 'stor'. Did you mean"),
        (["stores", "add"], 2, "Missing argument 'ID'. See: pimctl --help"),
        (["stores", "add", "eu"], 2, "Missing option '--url'. See: pimctl --help"),
        (["history", "--limit", "0"], 2, "Invalid value for '--limit'"),
        (["stores", "add", "EU", "--url", "x"], 1, '"EU" cannot name a store.'),
        (["stores", "add", "eu", "--url", "x", "--every", "7m"], 1, '"7m" is not an interval'),
        (["stores", "add", "eu", "--url", "x", "--every", "1h", "--at", "3:00"], 1, "Give one of --every, --at and"),
        (["stores", "add", "eu", "--url", "x", "--set", "page_size"], 1, '"page_size" is not a setting'),
        (
            ["stores", "add", "eu", "--url", "x", "--set", "http_password=x"],
            1,
            "Others can read a secret on the command line",
        ),
        (["sync", "nope"], 1, 'There is no store "nope". Add one with: pimctl stores add'),
        (["alerts", "test", "nope"], 1, 'There is no alert "nope". Known alerts: none yet.'),
    ],
)
def test_wrong_command_gets_one_line(
    arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "meltano.yml").write_text("plugins: {extractors: [{name: tap-woo-pim}]}\n", encoding="utf-8")

    assert cli.main(arguments) == code

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"pimctl: {told}")


def test_terminal_that_is_not_utf8_gets_what_it_can_show(tmp_path: Path) -> None:
    (tmp_path / "meltano.yml").write_text("plugins: {extractors: [{name: tap-woo-pim}]}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pimctl.cli", "alerts", "list"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**environment(tmp_path), "PIM_ALERT_\N{CHECK MARK}": "json://x", "PYTHONIOENCODING": "latin-1"},
    )

    assert (done.stdout, done.stderr) == (b"?\tjson\n", b"")


def test_full_disk_is_told_with_place_and_remedy(tmp_path: Path) -> None:
    assert cli.reason(OSError(28, "No space left on device", "/pim/.env")) == (
        "No space left on device at /pim/.env: free some space there, then try again."
    )
    assert cli.reason(OSError(28, "No space left on device")) == (
        f"No space left on device at {tmp_path}: free some space there, then try again."
    )
