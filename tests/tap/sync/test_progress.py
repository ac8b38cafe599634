"""What a person sees of a run: a line now and then, and a table at its end."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo_store import Store
from demo_store.faults import nth, path
from demo_store.faults.statuses import PoisonousRow, Status
from tap_woo_pim.http.traffic import Traffic
from tap_woo_pim.sync.progress import COLUMNS, Progress
from tests.support.harness import site


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def progress(clock: Clock, caplog: pytest.LogCaptureFixture) -> Progress:
    caplog.set_level(logging.INFO)
    return Progress(Traffic(), lambda: 3, clock)


def sentences(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is said to people."""
    return [line for line in caplog.messages if not line.startswith("METRIC: ")]


def bring(progress: Progress, clock: Clock, pages: int, seconds: float, total: int | None) -> None:
    account = progress.begin("products")
    for page in range(pages):
        clock.seconds += seconds
        account.rows += 100
        progress.page("products", 100 * (page + 1), total, "rows")


def test_a_line_says_how_far_the_reading_is_and_how_long_it_will_take(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bring(progress, clock, 11, 0.5, 20_000)
    assert sentences(caplog) == [
        "products: 1,000 of 20,000 rows (5 %), 200 rows/s, 3 in flight, 1 min 35 s left",
    ]


def test_there_is_at_most_one_line_in_five_seconds(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bring(progress, clock, 800, 0.125, 100_000)
    assert len(sentences(caplog)) == 20
    caplog.clear()
    bring(progress, clock, 3, 20, 300)
    assert len(sentences(caplog)) == 3


def test_programs_read_the_same_as_one_json_object_a_line(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bring(progress, clock, 2, 3, 400)
    progress.end()
    lines = [line.removeprefix("METRIC: ") for line in caplog.messages if line.startswith("METRIC: ")]
    metrics = [json.loads(line) for line in lines]
    assert {(one["type"], one["metric"]) for one in metrics} == {("gauge", "sync_progress")}
    assert [one["value"] for one in metrics] == [0, 200, 200]
    assert [one["tags"] for one in metrics] == [
        {"stream": "products", "total": None, "percent": None, "rows_per_second": 0.0, "seconds_left": None},
        {"stream": "products", "total": 400, "percent": 50, "rows_per_second": 33.3, "seconds_left": 6},
        {"stream": "products", "total": 400, "percent": 100, "rows_per_second": 33.3, "seconds_left": None},
    ]


def test_a_short_run_needs_no_line(progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    bring(progress, clock, 9, 0.5, 900)
    assert sentences(caplog) == []


def test_a_list_that_the_store_does_not_count_has_no_time_left(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bring(progress, clock, 2, 5, None)
    assert sentences(caplog) == [
        "products: 100 rows, 20 rows/s, 3 in flight",
        "products: 200 rows, 20 rows/s, 3 in flight",
    ]


def test_a_resumed_reading_reckons_from_where_it_began(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    account = progress.begin("products")
    progress.page("products", 9_000, 10_000, "rows")
    clock.seconds += 10
    account.rows += 500
    progress.page("products", 9_500, 10_000, "rows")
    assert sentences(caplog) == ["products: 9,500 of 10,000 rows (95 %), 50 rows/s, 3 in flight, 10 s left"]


def test_no_time_left_is_told_while_a_page_is_waited_for_longer_than_pages_take(
    progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bring(progress, clock, 3, 5, 400)
    caplog.clear()
    for _ in range(12):
        clock.seconds += 1
        progress.page("products", 300, 400, "rows", is_waiting=True)
    assert sentences(caplog) == [
        "products: 300 of 400 rows (75 %), 15 rows/s, 3 in flight, waiting for the next page for 5 s",
        "products: 300 of 400 rows (75 %), 12 rows/s, 3 in flight, waiting for the next page for 10 s",
    ]
    metrics = [json.loads(line.removeprefix("METRIC: ")) for line in caplog.messages if line.startswith("METRIC: ")]
    assert [(one["tags"]["percent"], one["tags"]["seconds_left"]) for one in metrics] == [(75, None)] * 2
    clock.seconds += 5
    progress.page("products", 400, 400, "rows")
    assert sentences(caplog)[-1].endswith("3 in flight, 0 s left")


def test_a_bad_row_is_searched_for_without_a_time_left(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_woo_pim.sync.progress.SECONDS_BETWEEN_LINES", 0.2)
    monkeypatch.setattr("tap_woo_pim.http.prefetch.LONGEST_DEAFNESS_SECONDS", 0.05)
    store = Store.synthetic("11.0.1", products=457, variations=0)
    ids = [row["id"] for row in store.rows("products")]
    store.faults.add(PoisonousRow(ids[450]), path("/wc/v3/products$"))
    with site(store) as served, caplog.at_level(logging.INFO):
        store.latency_seconds = 0.05
        landing = served.sync(sync_components=["products"])
    assert len(landing.tables["products"]) == 456
    waiting = [line for line in sentences(caplog) if "waiting for the next page" in line]
    assert len(waiting) > 2
    assert all(re.match(r"products: \d+ of 457 rows \((\d|[1-8]\d) %\)", line) for line in waiting)
    assert not any(" left" in line for line in waiting)


def test_long_waits_are_told_in_hours(progress: Progress, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    bring(progress, clock, 2, 600, 3_000)
    assert sentences(caplog)[-1].endswith(", 4 h 40 min left")


def test_terms_are_counted_by_attributes(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.sync.progress.SECONDS_BETWEEN_LINES", 0.0)
    store = Store.recorded("5.9.0")
    with site(store) as served, caplog.at_level(logging.INFO):
        served.sync(sync_components=["attributes"])
    said = [re.sub(r", .*", "", line) for line in caplog.messages if line.startswith("product_attribute_terms: ")]
    count = len(store.rows("attributes"))
    assert said == [
        f"product_attribute_terms: {read} of {count} attributes ({100 * read // count} %)" for read in range(count + 1)
    ]
    metrics = [json.loads(line.removeprefix("METRIC: ")) for line in caplog.messages if line.startswith("METRIC: ")]
    totals = {
        metric["tags"]["total"]
        for metric in metrics
        if metric["metric"] == "sync_progress" and metric["tags"]["stream"] == "product_attribute_terms"
    }
    assert totals == {None}  # its value is a number of rows, and nobody counts those of all attributes


def test_the_start_is_a_part_of_all_seconds(clock: Clock) -> None:
    progress = Progress(Traffic(), lambda: 0, clock, began=90.0)
    progress.begin("products")
    clock.seconds += 5
    *_, products, check, everything = progress.table()
    assert [line.split()[-1] for line in (products, check, everything)] == ["5.0", "10.0", "15.0"]


def test_the_table_accounts_for_every_stream_and_request(tmp_path: Path) -> None:
    store = Store.recorded("5.9.0")
    ids = [row["id"] for row in store.rows("products")]
    store.faults.add(PoisonousRow(ids[3]), path("/wc/v3/products$"))
    store.faults.add(Status(503, 0), path("/wc/v3/products/tags") & nth(2))
    config, state = tmp_path / "config.json", tmp_path / "state.json"
    with site(store) as served:
        settings = served.config(sync_components=["tags", "products"], max_retries=1, request_timeout_seconds=5)
        config.write_text(json.dumps(settings))
        first, state_after = run(config, None)
        state.write_text(json.dumps(state_after))
        assert first["all"][3] == str(len(served.server.requests))
        sent = len(served.server.requests)
        store.faults.clear()
        store.clock.advance(3600)
        store.edit_product(ids[5], name="New name")
        second, _ = run(config, state)
        sent_in_second = len(served.server.requests) - sent
    assert first["product_tags"][:3] == ["200", "-", "0"]
    assert first["product_tags"][4] == "1"
    assert first["products"][:3] == [str(len(ids) - 1), str(len(ids) - 1), "1"]
    assert first["all"][:3] == [str(len(ids) + 200), str(len(ids) - 1), "1"]
    assert second["products"][:3] == ["2", "1", "0"]  # the one of the look-back had not changed
    assert second["all"][3:5] == [str(sent_in_second), "0"]


def run(config: Path, state: Path | None) -> tuple[dict[str, list[str]], dict[str, object]]:
    """Run the tap, and return the table that it printed, by the first column, and its last state."""
    arguments = [
        sys.executable,
        "-m",
        "tap_woo_pim",
        "--config",
        str(config),
        *(["--state", str(state)] if state else []),
    ]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=120)
    lines = [line.rpartition(" | ")[2] for line in done.stderr.splitlines()]
    begin = next(number for number, line in enumerate(lines) if re.match(r"stream +rows +changed", line))
    width = len(lines[begin]) - 10 * len(COLUMNS)
    table = {line[:width].strip(): line[width:].replace(",", "").split() for line in lines[begin + 1 :]}
    states = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"type":"STATE"')]
    return table, states[-1]["value"]
