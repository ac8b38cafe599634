"""(g) What share of its time a store spends on a day of runs, while a product is edited between any two of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import nothing_new, plain
from benchmarks.runs import run_tap
from benchmarks.stores import open_site

PRODUCTS = 1_000
DAY_SECONDS = 86_400
RUNS_A_DAY = {"every_5_minutes": 288, "hourly": 24, "nightly": 1}


def measure(folder: Path) -> dict[str, Any]:
    """Measure a day of each schedule with the default settings, after a first sync.

    Returns:
        By schedule: how many of the runs read the store in full, the requests, and the percent of the day during which
        the store was being read, and during which one of its processes was busy for it (two at once count twice).
    """
    return {name: _day(folder, runs) for name, runs in RUNS_A_DAY.items()}


def _day(folder: Path, runs: int) -> dict[str, Any]:
    with open_site(partial(nothing_new.site, PRODUCTS)) as opened:
        state = run_tap(folder, opened.config).state
        full, requests, read_seconds, busy_seconds = 0, 0, 0.0, 0.0
        opened.requests()
        for _ in range(runs):
            opened.advance(DAY_SECONDS / runs)
            run = run_tap(folder, opened.config, state)
            state, asked = run.state, opened.requests()
            full += run.records > PRODUCTS
            requests += len(asked)
            read_seconds += plain.span(asked)
            busy_seconds += sum(request.seconds for request in asked)
        return {
            "runs": runs,
            "full_syncs": full,
            "requests": requests,
            "read_percent": round(100 * read_seconds / DAY_SECONDS, 2),
            "busy_percent": round(100 * busy_seconds / DAY_SECONDS, 2),
        }
