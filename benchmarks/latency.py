"""How near the tap comes to the floor on a shop whose answers take 0.4 seconds: (a) flat, (b) product by product."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import plain
from benchmarks.runs import run_tap
from benchmarks.shops import open_shop
from demo_store import Store
from tests.tap.life import without_flat_variations

SECONDS = 0.4
IN_FLIGHT = 4
GOAL = 1.15


def shop(*, flat: bool) -> Store:
    """Make a shop of 2,000 products and 4,000 variations."""
    store = Store.synthetic("11.0.1" if flat else "9.9.5", products=2_000, variations=4_000)
    store.latency_seconds = SECONDS
    if not flat:
        without_flat_variations(store)
    return store


def measure(folder: Path) -> dict[str, Any]:
    """Measure both; seconds are from the first request to the end of the last answer."""
    return {"flat": _measure(folder, flat=True), "per_product": _measure(folder, flat=False)}


def _measure(folder: Path, *, flat: bool) -> dict[str, Any]:
    with open_shop(partial(shop, flat=flat)) as opened:
        settings = {**opened.config, "sync_components": ["products", "variations"], "max_concurrency": IN_FLIGHT}
        run_tap(folder, settings)  # rows are made when they are asked for first
        opened.requests()
        tap = run_tap(folder, settings)
        asked = opened.requests()
        pages = [request for request in asked if plain.is_page(request)]
        floor = plain.fetch(opened.config, pages, IN_FLIGHT)
        opened.requests()
    first, last = (min(pages, key=lambda page: page.started_at), max(pages, key=lambda page: page.started_at))
    reading = (last.started_at - first.started_at).total_seconds() + last.seconds
    return {
        "rows": tap.records,
        "requests": len(asked),
        "pages": len(pages),
        "process_seconds": round(tap.seconds, 2),
        "seconds": round(plain.span(asked), 2),
        "seconds_of_reading": round(reading, 2),
        "floor_seconds": round(floor, 2),
        "ratio": round(plain.span(asked) / floor, 3),
        "ratio_of_reading": round(reading / floor, 3),
        "goal": GOAL,
    }
