"""Runs the tap against a store in trouble and says how that ended, for the tests and the table of faults."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from singer_sdk.exceptions import SingerSDKError

from demo_store import Store
from demo_store.faults import Fault, When, always, nth, param, path
from demo_store.faults.cases import cases
from tests.support.harness import Landing, Site

ROWS = path("/wc/v3/products$") & param(offset=None)
PLAIN = re.compile(r"[^(]+ \(https://localhost:\d+\), [\w ]+(, [\w ]+)*: \S.*\.")
"""What a failure says: the store, its lists, what happened and what to do."""

SETTINGS: dict[str, Any] = {
    "sync_components": ["products", "shipping_classes"],
    "max_retries": 2,
    "page_size": 4,
    "request_timeout_seconds": 20,
    "full_read_interval_hours": 0,
}
HANGS = ("slow drip, a byte a second", "no answer at all")
"""Faults that take the time-out, which may be short for them; for others a busy machine needs a long one."""

LARGE_BYTES = 14_000_000
"""More than a tap takes that takes less than it does; the real limit costs seconds a trial."""

_look_up = socket.getaddrinfo


@dataclass
class Outcome:
    """How a run ended.

    Attributes:
        failure: what the user was told, None where it ended well.
        named: how many rows it named as unread.
        incomplete: the streams that it called incomplete.
        retries: how many requests were repeated.
        seconds: how long it took.
    """

    failure: str | None
    named: int
    incomplete: set[str]
    retries: int
    seconds: float

    @property
    def is_complete(self) -> bool:
        return self.failure is None and not self.named and not self.incomplete


def small_store() -> Store:
    """A store of few products, so that each of very many runs is short."""
    store = Store.recorded("5.9.0")
    store.keep_products(24)
    return store


def all_cases(store: Store, large_bytes: int = LARGE_BYTES) -> dict[str, Callable[[], Fault]]:
    """Every kind of fault, for this store."""
    ids = [row["id"] for row in store.rows("products") if row["status"] != "trash"]
    return dict(cases(*ids, large_bytes=large_bytes))


WHEN: dict[str, Callable[[], When]] = {
    "once": lambda: ROWS & nth(4, 9),
    "always": lambda: ROWS & always,
}
"""When a fault strikes, by the name of that."""


def timeout(*names: str) -> dict[str, Any]:
    """The time-out of a run that meets some faults."""
    return {"request_timeout_seconds": 1} if set(HANGS) & set(names) else {}


def run(served: Site, landing: Landing, **settings: Any) -> Outcome:
    """Run the tap once."""
    before = len(landing.messages)
    began, failure, retries, incomplete = time.perf_counter(), None, 0, set[str]()
    try:
        tap = served.tap(landing, **{**SETTINGS, **settings})
        try:
            tap.sync_all()
        finally:
            tap.run.client.close()
            retries = tap.run.client.traffic.retries.total()
            accounts = tap.run.progress.accounts
            incomplete = {name for name, account in accounts.items() if account.is_incomplete}
    except SingerSDKError as error:
        failure = str(error)
    named = sum(
        message["type"] == "RECORD" and message["stream"] == "unread_rows" for message in landing.messages[before:]
    )
    return Outcome(failure, named, incomplete, retries, time.perf_counter() - began)


def heal(served: Site) -> None:
    """End all trouble."""
    served.store.faults.clear()
    socket.getaddrinfo = _look_up
    served.server.listening.wait(10)
    if not list(served.store.keys):
        served.store.add_key()


def quick(monkeypatch: Any) -> None:
    """Let waits and limits be small."""
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr("tap_woo_pim.http.body.MAX_BODY_BYTES", LARGE_BYTES - 1_000_000)
    monkeypatch.setattr("tap_woo_pim.pagination.paginator.MAX_ROWS", 300)
