"""What the demonstration says: before it begins, when it fails, and of what arrived."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import namedtuple
from decimal import Decimal
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from pimctl.demo import report, run, sample_stores
from pimctl.demo.model_figures import ModelFigures, StoreFigures
from pimctl.demo.sample_stores import SampleStore
from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores.meltano import cause
from tests.pimctl.conftest import Console

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024  as shutil's own


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_taken_port_is_told_with_the_remedy(console: Console) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = console.fails("demo", "--us-port", str(free_port()), "--eu-port", str(port))

    assert told == (
        f"pimctl: Port {port} is taken by another program, and the sample store eu needs it. "
        f"Choose another port: make demo EU_PORT={port + 100}"
    )


@pytest.mark.parametrize("port", [0, pytest.param(65536, marks=pytest.mark.long)])
def test_number_that_is_no_port_is_told(console: Console, port: int) -> None:
    told = console.fails("demo", "--us-port", str(free_port()), "--eu-port", str(port))

    assert told == f"pimctl: EU_PORT={port} is not a port number: choose one from 1 to 65535."


STOPPED = """
import pathlib, sys
from pimctl import cli
from pimctl.demo import run as demo
from pimctl.stores.meltano import Meltano
def run(project, ports):
    meltano = Meltano(project, {}, project.root / "demo.log")
    meltano.program = project.root / "meltano"
    meltano.run("run")
demo.run = run
sys.exit(cli.main(["demo"]))
"""
LONG_RUN = """#!/bin/sh
sleep 600 &
echo begun > told
wait
"""


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_demonstration_ends_all_that_it_began_and_says_so_in_a_line(
    console: Console, how: signal.Signals
) -> None:
    os.mkfifo(console.root / "told")
    program = console.root / "meltano"
    program.write_text(LONG_RUN, encoding="utf-8")
    program.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPED],
        cwd=console.root,
        encoding="utf-8",
        env=console.environment(),
        stderr=subprocess.PIPE,
    )
    (console.root / "told").read_text(encoding="utf-8")  # waits until both have begun
    begun = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(how)
    _, told = process.communicate(timeout=60)

    assert (process.returncode, told) == (130, "pimctl: stopped before it was done.\n")
    assert len(begun) >= 2
    _, alive = psutil.wait_procs(begun, timeout=10)  # what was ended stays in the list until init has noticed
    assert alive == []


def test_store_that_is_stopped_while_it_opens_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = psutil.Process().children()

    def interrupt(_: int) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(sample_stores, "answers", interrupt)

    with (
        pytest.raises(KeyboardInterrupt),
        sample_stores.open_sample_stores([SampleStore("us", "11.0.1", free_port(), tmp_path)]),
    ):
        pass

    assert psutil.Process().children() == before


@pytest.mark.usefixtures("stop_at_begin")
def test_store_that_is_stopped_the_moment_it_begins_is_closed(tmp_path: Path) -> None:
    before = psutil.Process().children()

    with (
        pytest.raises(KeyboardInterrupt),
        sample_stores.open_sample_stores([SampleStore("us", "11.0.1", free_port(), tmp_path)]),
    ):
        pass

    assert psutil.Process().children() == before


@pytest.mark.long
def test_second_demonstration_at_the_same_time_is_told_to_wait(console: Console) -> None:
    (console.root / ".demo").mkdir()
    with exclusive(console.root / ".demo" / "lock"):
        told = console.fails("demo")

    assert told == "pimctl: Another demonstration is running in this folder: wait until it has ended."


def test_full_disk_is_told_before_anything_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1_000_000_000, 900_000_000, 100_000_000))

    with pytest.raises(PimctlError) as caught:
        run.run(Project(tmp_path), {"us": free_port(), "eu": free_port()})

    assert str(caught.value) == f"Not enough disk space: 100 MB free at {tmp_path}, 800 MB needed."


def test_table_shows_what_each_store_has_beside_what_landed() -> None:
    served = {"us": {"products": 2000, "tax_classes": 5}, "eu": {"products": 300}}
    arrived = {"products": {"us": 2000, "eu": 300}, "stores": {"us": 1, "eu": 1}, "tax_classes": {"us": 5}}

    assert report.table(served, arrived).splitlines() == [
        "table              us store    us landed    eu store    eu landed",
        "-----------------------------------------------------------------",
        "woo.products          2,000        2,000         300          300",
        "woo.stores                -            1           -            1",
        "woo.tax_classes           5            5           -            -",
    ]
    assert report.differences(served, arrived) == []


def test_rows_that_did_not_arrive_are_named() -> None:
    served = {"us": {"products": 2000, "product_tags": 3}}

    assert report.differences(served, {"products": {"us": 1999}}) == [
        "us: 1999 rows of products landed, the store has 2000",
        "us: 0 rows of product_tags landed, the store has 3",
    ]


def test_what_the_model_holds_is_told_by_store_and_over_all_stores() -> None:
    stores = {"us": StoreFigures(1903, 3412, 89, 1516, Decimal("96.3")), "eu": StoreFigures(0, 0, 0, 0, None)}

    assert report.model(ModelFigures(stores, 4394, 670, 611), ["us", "eu"]).splitlines() == [
        "PIM model                 us    eu",
        "----------------------------------",
        "live products          1,903     0",
        "live variations        3,412     0",
        "health: errors            89     0",
        "health: warnings       1,516     0",
        "health score of 100     96.3     -",
        "",
        "4,394 SKUs are master products: 670 in several stores, which disagree about 611 of them.",
    ]


def test_store_of_the_users_own_with_the_name_of_a_sample_store_is_left_alone(console: Console) -> None:
    (console.root / "meltano.yml").write_text(
        "plugins:\n  extractors:\n  - name: tap-woo-pim\n  - name: tap-woo-pim--eu\n    inherit_from: tap-woo-pim\n"
        "    config:\n      site_url: https://store.example\n",
        encoding="utf-8",
    )

    told = console.fails("demo", "--us-port", str(free_port()), "--eu-port", str(free_port()))

    assert told == (
        "pimctl: The store eu (https://store.example) is yours, and the demonstration has one of that name: "
        "run it in a checkout of its own."
    )


LOG = "2026-11-23T21:36:24.561613Z [{level:9}] {name} {text}\n"


def log(*lines: tuple[str, str, str]) -> str:
    return "".join(LOG.format(level=level, name=name, text=text) for level, name, text in lines)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            log(
                ("info", "tap-woo-pim--us", "Beginning sync of 'stores'"),
                ("info", "tap-woo-pim--us", "us, products: the key was not recognised"),
                ("info", "target-postgres", "target-postgres v0.8.1"),
                ("error", "meltano", "Extractor failed"),
                ("error", "meltano", "Block run completed"),
            ),
            "tap-woo-pim--us: us, products: the key was not recognised",
        ),
        (
            log(
                ("info", "target-postgres", "psycopg.OperationalError: connection is bad: no such file"),
                ("info", "target-postgres", "(Background on this error at: https://sqlalche.me/e/21/e3q8)"),
                ("error", "meltano", "Loader failed"),
            )
            + "BrokenPipeError\n",
            "target-postgres: psycopg.OperationalError: connection is bad: no such file",
        ),
        (
            log(("info", "pim-db", "pimctl: No permission"), ("error", "meltano", "Block run completed")),
            "pim-db: pimctl: No permission",
        ),
        (
            log(("error", "meltano", "Plugin 'x' is not known"), ("info", "meltano", "Run completed")),
            "Plugin 'x' is not known",
        ),
        (
            log(("error", "meltano", "Loader failed"), ("info", "meltano", "Run completed")),
            "the loader ended without a message, as when it is killed",
        ),
        (
            log(("error", "meltano", "Discovery failed: command ['x', '--config'] returned -9 with stderr:")),
            "Discovery failed: it was killed by signal 9",
        ),
        (
            "╭────── Installation error ──────╮\n"
            "│ Using Python 3.11.7            │\n"
            "│ error: Failed to fetch:        │\n"
            "│ https://index.example/simple/  │\n"
            "│   cause: tcp connect error     │\n"
            "│                                │\n"
            "╰──────── Command failed ────────╯\n" + log(("error", "meltano", "Installation failed. Command failed.")),
            "Failed to fetch: https://index.example/simple/ cause: tcp connect error",
        ),
        ("Traceback\nKilled\n", "Killed"),
        ("", "no message"),
    ],
)
def test_cause_of_a_failed_run_is_one_line(written: str, told: str) -> None:
    assert cause(written) == told
