"""How near the tap comes to the floor on a store whose answers take 0.4 seconds: (a) flat, (b) product by product.

Over the whole of (a) the tap takes 1.31 times as long as the floor, 1.14 from the first page to the last. The rest is
requests that wait for one another: at the start the index, then the routes and the key, then the settings; after
products, and after variations, the question for changes.

And on healthy stores whose answers take unevenly long: each page as long for the tap as for the floor.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import plain
from benchmarks.runs import run_tap
from benchmarks.stores import open_site
from demo_store import Store
from demo_store.answer import Answer
from demo_store.faults import Fault
from demo_store.faults.base import Exchange
from tap_woo_pim._compat import override
from tests.support.random_edits import without_flat_variations

SECONDS = 0.4
IN_FLIGHT = 4
GOAL = 1.15
UNEVEN_SECONDS = 0.1
UNEVEN_PAGE_ROWS = 20
BOTH: dict[str, Any] = {"sync_components": ["products", "variations"]}
UNEVEN: dict[str, Any] = {"sync_components": ["products"], "page_size": UNEVEN_PAGE_ROWS}


class Uneven(Fault):
    """Answers take times that vary from page to page, but not from one reading of a page to another.

    Args:
        varies: whether by half, evenly spread; else one of four takes four times as long.
    """

    def __init__(self, *, varies: bool) -> None:
        self._varies = varies

    @override
    async def before(self, exchange: Exchange) -> Answer | None:
        chance = random.Random(f"{exchange.request.path} {exchange.request.query.get('offset')}")
        times = chance.uniform(0.5, 1.5) if self._varies else chance.choice((1, 1, 1, 4))
        await asyncio.sleep(UNEVEN_SECONDS * times)
        return None


def site(*, flat: bool) -> Store:
    """Make a store of 2,000 products and 4,000 variations."""
    store = Store.synthetic("11.0.1" if flat else "9.9.5", products=2_000, variations=4_000)
    store.latency_seconds = SECONDS
    if not flat:
        without_flat_variations(store)
    return store


def uneven_store(*, varies: bool) -> Store:
    """Make a store of 1,200 products whose answers take unevenly long."""
    store = Store.synthetic("11.0.1", products=1_200, variations=0)
    store.faults.add(Uneven(varies=varies))
    return store


def measure(folder: Path) -> dict[str, Any]:
    """Measure all; seconds are from the first request to the end of the last answer."""
    return {
        "flat": _measure(folder, partial(site, flat=True), BOTH) | {"goal": GOAL},
        "per_product": _measure(folder, partial(site, flat=False), BOTH) | {"goal": GOAL},
        "varying_by_half": _measure(folder, partial(uneven_store, varies=True), UNEVEN),
        "one_in_four_slow": _measure(folder, partial(uneven_store, varies=False), UNEVEN),
    }


def _measure(folder: Path, make: Callable[[], Store], chosen: dict[str, Any]) -> dict[str, Any]:
    with open_site(make) as opened:
        settings = {**opened.config, **chosen, "max_concurrency": IN_FLIGHT}
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
    }
