"""Prints a table of every fault of the sample store: how the run ended, rows lost, retries, seconds, what was told."""

from __future__ import annotations

import argparse
import logging
from typing import Any

from demo_store import Store
from tap_woo_pim.http.body import MAX_BODY_BYTES
from tap_woo_pim.pagination import paginator
from tests.support import fault_run
from tests.support.harness import Landing, Site, site

SETTINGS: dict[str, Any] = {"max_retries": 2, "request_timeout_seconds": 5}
COLUMNS = ("fault", "struck", "outcome", "named", "lost", "retries", "seconds", "told")


def missing(landing: Landing, store: Store) -> int:
    """Count the products that the store has and the landing has not."""
    live = {row["id"]: row["name"] for row in landing.live("products").values()}
    return sum(row["id"] not in live for row in store.rows("products"))


def row(served: Site, name: str, when: str) -> list[str]:
    """Let a fault strike and tell what came of it. A run that failed is followed by another one, as it would be."""
    landing = Landing()
    fault = fault_run.all_cases(served.store, MAX_BODY_BYTES + 10**6)[name]()
    served.store.faults.add(fault, fault_run.WHEN[when]())
    outcome = fault_run.run(served, landing, **SETTINGS)
    fault_run.heal(served)
    if outcome.failure:
        fault_run.run(served, landing, **SETTINGS)
    lost = max(0, missing(landing, served.store) - outcome.named)
    ended = "failed, made good by the next run" if outcome.failure else "named rows" if outcome.named else "complete"
    told = (outcome.failure or "").partition("): ")[2] or (outcome.failure or "").partition(", ")[2]
    return [
        name,
        when,
        ended,
        str(outcome.named),
        str(lost),
        str(outcome.retries),
        f"{outcome.seconds:.1f}",
        told,
    ]


def main() -> None:
    """Print the table, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults whose names hold this")
    only = parser.parse_args().only
    # A million rows take a quarter of an hour.
    paginator.MAX_ROWS = 2000
    logging.disable(logging.CRITICAL)
    store = fault_run.small_store()
    print("| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS))
    with site(store) as served:
        for name in fault_run.all_cases(store):
            for when in ("once", "always"):
                if only in name:
                    print("| " + " | ".join(row(served, name, when)) + " |", flush=True)


if __name__ == "__main__":
    main()
