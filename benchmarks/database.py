"""(e) The whole way: from the store through the real Meltano and target-postgres into PostgreSQL."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from benchmarks.stores import KeptAnswers, open_site
from demo_store import Store
from pimctl.setup.package_index import uv_variables
from tests.support.meltano_project import MeltanoProject, copy_project

PRODUCTS, VARIATIONS = 10_000, 20_000


def site() -> Store:
    """Make a store of 10,000 products and 20,000 variations that keeps its answers."""
    store = Store.synthetic("11.0.1", products=PRODUCTS, variations=VARIATIONS)
    store.faults.add(KeptAnswers())
    return store


def measure(folder: Path) -> dict[str, Any]:
    """Measure a first run; what Meltano takes to start is that of a run over one short list, and is taken off."""
    installed = MeltanoProject(folder / "project")
    copy_project(installed.root)
    with open_site(site) as opened:
        installed.variables = {
            f"TAP_WOO_PIM__US_{name.upper()}": str(value) for name, value in opened.config.items() if name != "store_id"
        }
        installed.meltano("install", **uv_variables())
        try:
            start = _run(installed, '["tax_classes"]')
            seconds = _run(installed, '["products", "variations"]')
            with installed.database() as connection:
                rows = sum(
                    len(connection.execute(f"select id from woo.{name}").fetchall())
                    for name in ("products", "product_variations")
                )
        finally:
            installed.meltano("invoke", "pim-db:stop")
    return {
        "rows": rows,
        "seconds": round(seconds, 2),
        "start_seconds": round(start, 2),
        "rows_per_second": round(rows / seconds),
        "rows_per_second_of_loading": round(rows / (seconds - start)),
        "goal_rows_per_second": 2_000,
    }


def _run(installed: MeltanoProject, components: str) -> float:
    began = time.perf_counter()
    installed.meltano(
        "run", "pim-db:start", "tap-woo-pim--us", "target-postgres", TAP_WOO_PIM__US_SYNC_COMPONENTS=components
    )
    return time.perf_counter() - began
