"""(g) A store that slows down beyond three requests in flight: what a shopper feels beside the tap, and beside eight.

The tap backs off from failures, not from slow responses, so `max_concurrency` bounds what such a store is asked for.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from benchmarks import plain
from benchmarks.runs import run_tap
from benchmarks.stores import OpenSite, open_site
from demo_store import Request, Store
from demo_store.faults import When, path
from demo_store.faults.statuses import Status

PRODUCTS = 6_000
BEARS = 3
IN_FLIGHT = 8
ROW_SECONDS = 0.004
SHOPPER_SECONDS = 0.25


def slow() -> Store:
    """Make a store with three workers: what comes beyond waits."""
    store = Store.synthetic("11.0.1", products=PRODUCTS, variations=0)
    store.latency_per_row_seconds = ROW_SECONDS
    store.workers = BEARS
    return store


def refusing() -> Store:
    """Make a store that answers 429 beyond three in flight, the shopper not counted."""
    store = Store.synthetic("11.0.1", products=PRODUCTS, variations=0)
    store.latency_per_row_seconds = ROW_SECONDS
    crowded = When(lambda request: request.in_flight > BEARS + 1)
    store.faults.add(Status(429, 1), path("/wc/v3/products$") & When(plain.is_page) & crowded)
    return store


def measure(folder: Path) -> dict[str, Any]:
    """Measure both stores, each read by the tap and by plain threads."""
    return {"slow": _measure(folder, slow), "refusing": _measure(folder, refusing)}


def _measure(folder: Path, make: Callable[[], Store]) -> dict[str, Any]:
    with open_site(make) as opened:
        settings = {**opened.config, "sync_components": ["products"], "max_concurrency": IN_FLIGHT}
        run_tap(folder, settings)  # rows are made when they are asked for first
        opened.requests()
        with shopper(opened) as alone:
            time.sleep(4)
        opened.requests()
        with shopper(opened) as beside_tap:
            run_tap(folder, settings)
        asked = opened.requests()
        pages = [request for request in asked if plain.is_page(request) and request.status == requests.codes.ok]
        with shopper(opened) as beside_plain:
            plain.fetch(opened.config, pages, IN_FLIGHT)
        again = opened.requests()
    return {
        "shopper_alone_ms": _milliseconds(alone),
        "tap": _treatment([request for request in asked if "shopper" not in request.query], beside_tap),
        "fixed_eight": _treatment([request for request in again if "shopper" not in request.query], beside_plain),
    }


def _treatment(asked: list[Request], waits: list[float]) -> dict[str, Any]:
    return {
        "seconds": round(plain.span([request for request in asked if plain.is_page(request)]), 2),
        "requests": len(asked),
        "errors": sum(request.status != requests.codes.ok for request in asked),
        "shopper_median_ms": _milliseconds(waits),
        "shopper_p95_ms": round(1000 * statistics.quantiles(waits, n=20)[-1]),
    }


def _milliseconds(waits: list[float]) -> int:
    return round(1000 * statistics.median(waits))


@contextmanager
def shopper(opened: OpenSite) -> Iterator[list[float]]:
    """Look at one product four times a second; yields the list of the seconds that each look took."""
    waits: list[float] = []
    gone = threading.Event()

    def look() -> None:
        with requests.Session() as session:
            session.auth = (opened.config["consumer_key"], opened.config["consumer_secret"])
            session.trust_env = False
            session.verify = opened.config["ca_bundle"]
            while not gone.wait(SHOPPER_SECONDS):
                began = time.perf_counter()
                url = f"{opened.config['site_url']}/wp-json/wc/v3/products"
                session.get(url, params={"per_page": "1", "shopper": "1"}, timeout=60).raise_for_status()
                waits.append(time.perf_counter() - began)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield waits
    finally:
        gone.set()
        thread.join()
