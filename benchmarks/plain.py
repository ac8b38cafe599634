"""The floor: plain threaded `requests` that fetch the same pages and do nothing with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from demo_store import Request


def is_page(request: Request) -> bool:
    """Tell whether a request asked for a page of a list."""
    return "offset" in request.query


def fetch(config: dict[str, Any], asked: Sequence[Request], in_flight: int) -> float:
    """Fetch again what was asked, so many at a time.

    A request that is told to wait does so and tries again.

    Returns:
        The seconds that it took.
    """
    local = threading.local()

    def get(request: Request) -> None:
        if not hasattr(local, "session"):
            local.session = requests.Session()
            local.session.auth = (config["consumer_key"], config["consumer_secret"])
            local.session.trust_env = False  # its certificates would beat the store's own
            local.session.verify = config["ca_bundle"]
        while True:
            answer = local.session.get(config["site_url"] + request.path, params=request.query, timeout=60)
            if answer.status_code != requests.codes.too_many_requests:
                answer.json()
                return
            time.sleep(float(answer.headers["Retry-After"]))

    began = time.perf_counter()
    with ThreadPoolExecutor(in_flight) as threads:
        list(threads.map(get, asked))
    return time.perf_counter() - began


def span(asked: Sequence[Request]) -> float:
    """The seconds from the first request to the end of the last one, as the store saw them."""
    begins = [request.started_at.timestamp() for request in asked]
    ends = [begin + request.seconds for begin, request in zip(begins, asked, strict=True)]
    return max(ends) - min(begins)
