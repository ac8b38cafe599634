"""What the tap itself costs, on a store that answers at once: (c) rows a second, (d) memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.runs import Figures, run_tap
from benchmarks.stores import KeptAnswers, open_site
from demo_store import Store
from tests.support.random_edits import without_flat_variations

FEW, MANY, MOST = 1_000, 50_000, 100_000
VARIATIONS = 25_000


def site(products: int) -> Store:
    """Make a store that keeps its answers."""
    store = Store.synthetic("11.0.1", products=products, variations=0)
    store.faults.add(KeptAnswers())
    return store


def old_store(variations: int) -> Store:
    """Make a store of 1,000 products that lists variations product by product only, and keeps its answers."""
    store = Store.synthetic("9.9.5", products=FEW, variations=variations)
    without_flat_variations(store)
    store.faults.add(KeptAnswers())
    return store


def measure(folder: Path) -> dict[str, Any]:
    """Measure both; the cost of starting is that of the run over few rows, and is taken off."""
    few = _run(folder, partial(site, FEW))
    many = _run(folder, partial(site, MANY))
    most = _run(folder, partial(site, MOST))
    plain_few = _run(folder, partial(site, FEW), module="benchmarks.sdk_defaults")
    plain = _run(folder, partial(site, MANY), module="benchmarks.sdk_defaults")
    old_few = _run(folder, partial(old_store, FEW), "variations")
    old_many = _run(folder, partial(old_store, VARIATIONS), "variations")
    rate, plain_rate = _rate(many, few), _rate(plain, plain_few)
    return {
        "rows": many.records,
        "seconds": round(many.seconds, 2),
        "cpu_seconds": round(many.cpu_seconds, 2),
        "start_cpu_seconds": round(few.cpu_seconds, 2),
        "rows_per_second": round((many.records - few.records) / (many.seconds - few.seconds)),
        "rows_per_cpu_second": round(rate),
        "goal_rows_per_second": 8_000,
        "sdk_defaults_seconds": round(plain.seconds, 2),
        "sdk_defaults_cpu_seconds": round(plain.cpu_seconds, 2),
        "sdk_defaults_rows_per_cpu_second": round(plain_rate),
        "times_the_sdk_defaults": round(rate / plain_rate, 2),
        "peak_mb_at_1000": round(few.peak_mb, 1),
        "peak_mb_at_100000": round(most.peak_mb, 1),
        "peak_ratio": round(most.peak_mb / few.peak_mb, 3),
        "goal_peak_ratio": 1.1,
        "per_product_peak_mb_at_1000": round(old_few.peak_mb, 1),
        "per_product_peak_mb_at_25000": round(old_many.peak_mb, 1),
        "per_product_peak_ratio": round(old_many.peak_mb / old_few.peak_mb, 3),
    }


def _run(folder: Path, make: Callable[[], Store], component: str = "products", module: str = "tap_woo_pim") -> Figures:
    with open_site(make) as opened:
        settings = {**opened.config, "sync_components": [component]}
        run_tap(folder, settings, module=module)
        return run_tap(folder, settings, module=module)


def _rate(many: Figures, few: Figures) -> float:
    return (many.records - few.records) / (many.cpu_seconds - few.cpu_seconds)
