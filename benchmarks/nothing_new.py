"""(f) What a run costs in which nothing has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.runs import run_tap
from benchmarks.stores import open_site
from demo_store import Store

PRODUCTS, VARIATIONS = 20_000, 20_000


def site() -> Store:
    """Make a store of 20,000 products and as many variations."""
    return Store.synthetic("11.0.1", products=PRODUCTS, variations=VARIATIONS)


def measure(folder: Path) -> dict[str, Any]:
    """Measure a run of products alone, and one of all components."""
    return {"products": _measure(folder, ["products"]), "all_components": _measure(folder, None)}


def _measure(folder: Path, components: list[str] | None) -> dict[str, Any]:
    with open_site(site) as opened:
        settings = opened.config | ({"sync_components": components} if components else {})
        first = run_tap(folder, settings)
        first_requests = opened.requests()
        second = run_tap(folder, settings, first.state)
        return {
            "rows_of_first_run": first.records,
            "requests_of_first_run": len(first_requests),
            "rows": second.records,
            "requests": len(opened.requests()),
            "seconds": round(second.seconds, 2),
        }
