"""(f) What a run costs in which nothing has changed, incremental and full, by the size of the store."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import plain
from benchmarks.runs import Figures, run_tap
from benchmarks.stores import OpenSite, open_site
from demo_store import Store

SIZES = (1_000, 20_000, 200_000)
SECONDS = 0.1
BOTH = ["products", "variations"]


def site(products: int) -> Store:
    """Make a store of so many products and as many variations, whose answers take 0.1 s."""
    store = Store.synthetic("11.0.1", products=products, variations=products)
    store.latency_seconds = SECONDS
    return store


def measure(folder: Path) -> dict[str, Any]:
    """Measure runs of products and variations at each size, and one of all components."""
    sizes = {f"{products}_products": _measure(folder, products, BOTH) for products in SIZES}
    return {**sizes, "all_components_of_20000": _measure(folder, 20_000, None)}


def _measure(folder: Path, products: int, components: list[str] | None) -> dict[str, Any]:
    with open_site(partial(site, products)) as opened:
        settings = opened.config | ({"sync_components": components} if components else {})
        first = run_tap(folder, settings)  # rows are made when they are asked for first
        opened.requests()
        incremental = _cost(run_tap(folder, settings, first.state), opened)
        return {"incremental": incremental, "full": _cost(run_tap(folder, settings), opened)}


def _cost(run: Figures, opened: OpenSite) -> dict[str, Any]:
    asked = opened.requests()
    return {
        "rows": run.records,
        "requests": len(asked),
        "process_seconds": round(run.seconds, 2),
        "seconds": round(plain.span(asked), 2),
    }
