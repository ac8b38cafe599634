"""The tap as a process: how it ends when it is told to, or cannot go on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from singer_sdk.contrib.msgspec import decoder

from demo_store import Request, Store
from demo_store.faults import When, path
from tests.support.harness import Landing, command, site
from tests.support.random_edits import new_store


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_takes_no_time_and_does_not_look_like_success(how: signal.Signals, tmp_path: Path) -> None:
    reached = threading.Event()

    def is_page(request: Request) -> bool:
        if "offset" not in request.query or request.query.get("status") != "trash":
            return False
        reached.set()
        return True

    with site(Store.recorded("5.9.0")) as served:
        served.store.faults.add("never_answers", path("/wc/v3/products$") & When(is_page))
        arguments = command(served, tmp_path, sync_components=["tags", "products"])
        with (
            (tmp_path / "out").open("wb") as out,
            subprocess.Popen(arguments, stderr=subprocess.DEVNULL, stdout=out) as process,
        ):
            assert reached.wait(60)
            process.send_signal(how)
            process.wait(timeout=30)  # the request in flight would take 60 s
    assert process.returncode == 128 + how
    messages = [json.loads(line) for line in (tmp_path / "out").read_bytes().splitlines()]
    assert sum(message["type"] == "RECORD" and message["stream"] == "product_tags" for message in messages) == 200
    assert [message["type"] for message in messages].count("STATE") >= 2


def test_a_full_disk_ends_the_run_with_its_name(tmp_path: Path) -> None:
    with site(Store.recorded("5.9.0")) as served, Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(served, tmp_path, sync_components=["tags"]),
            check=False,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "The tap's output could not be written (No space left on device). See what the target says."
    )


def test_a_target_that_is_gone_ends_the_run_with_one_plain_line(tmp_path: Path) -> None:
    with (
        site(Store.recorded("5.9.0")) as served,
        subprocess.Popen(
            command(served, tmp_path), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
    assert process.returncode == 1
    assert told.splitlines()[-1] == "The tap's output could not be written (Broken pipe). See what the target says."


def test_a_host_that_no_name_server_knows_ends_the_run_with_its_name(tmp_path: Path) -> None:
    with site(Store.recorded("5.9.0")) as served:
        done = subprocess.run(
            command(served, tmp_path, site_url="https://store.invalid", max_retries=0),
            check=False,
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    streams = {message.get("stream") for message in map(json.loads, done.stdout.splitlines())}
    assert streams == {"sync_runs", None}, "the history alone, and the state"
    assert "store.invalid" in done.stderr.splitlines()[-1]


def test_a_disk_that_fills_up_while_a_file_is_written_leaves_a_state_to_go_on_from(tmp_path: Path) -> None:
    """The output goes to a file that may not grow beyond a limit, as `tap > file` on a disk with a quota."""
    store = new_store(products=3000)
    store.clock.advance(3600)
    with site(store) as served:
        arguments = command(served, tmp_path, sync_components=["products"])
        limit = "import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        limit += (
            "resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000)); os.execv(sys.argv[1], sys.argv[1:])"
        )
        with (tmp_path / "out").open("wb") as out:
            done = subprocess.run(
                [sys.executable, "-c", limit, *arguments], check=False, stdout=out, stderr=subprocess.PIPE, text=True
            )
        assert done.returncode == 1
        assert "could not be written (File too large)" in done.stderr.splitlines()[-1]
        landing = Landing()
        for line in (tmp_path / "out").read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                landing.take(decoder.decode(line))
        assert landing.state["bookmarks"]["products"]["read"]["offset"] > 900
        served.server.requests.clear()
        served.sync(landing, sync_components=["products"])
        # 21 or 22 pages, two looks at the end, one at the beginning, and what changed meanwhile. All pages are 31.
        assert sum("offset" in request.query for request in served.server.requests) <= 26
        assert landing.differences(store) == {}


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_is_written_in_large_pieces_also_where_python_is_told_not_to_buffer(unbuffered: str) -> None:
    script = (
        "import sys; from tap_woo_pim.records.writer import widened;"
        " out = widened(sys.stdout); print(type(out.buffer).__name__, out is not sys.stdout, file=out, flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    assert done.stdout == "BufferedWriter True\n"
