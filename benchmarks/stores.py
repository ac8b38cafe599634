"""Opens sample stores in processes of their own, so that what they cost is not the tap's."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any
from zlib import DEFLATED, compressobj

from demo_store import Request, Store, serve
from demo_store.answer import Answer
from demo_store.faults import Fault
from demo_store.faults.base import Exchange
from tap_woo_pim._compat import override

GZIP = 31


class KeptAnswers(Fault):
    """Answers the same question at once when it is asked again, so that a store is as fast as a file."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}

    @override
    async def before(self, exchange: Exchange) -> Answer | None:
        kept = self._answers.get(exchange.http.path_qs)
        return None if kept is None else replace(kept, headers=dict(kept.headers))

    @override
    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        if "per_page" in exchange.request.query and exchange.http.path_qs not in self._answers:
            packer = compressobj(1, DEFLATED, GZIP)
            answer.body = packer.compress(answer.body) + packer.flush()
            answer.headers["Content-Encoding"] = "gzip"
            self._answers[exchange.http.path_qs] = replace(answer, headers=dict(answer.headers))
        return answer


@dataclass
class OpenSite:
    """A store that is being served.

    Attributes:
        config: the tap's settings for it.
    """

    config: dict[str, Any]
    _control: multiprocessing.connection.Connection

    def requests(self) -> list[Request]:
        """The requests since the last call."""
        self._control.send("requests")
        answered: list[Request] = self._control.recv()
        return answered

    def advance(self, seconds: float) -> None:
        """Let time pass in the store, in which one of its products is edited."""
        self._control.send(seconds)


@contextmanager
def open_site(make: Callable[[], Store]) -> Iterator[OpenSite]:
    """Serve a store while the context lasts.

    Args:
        make: makes the store, in the store's process.
    """
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    process = processes.Process(target=_serve, args=(make, there))
    process.start()
    try:
        yield OpenSite(here.recv(), here)
    finally:
        here.send("end")
        process.join()


def _products(store: Store) -> Iterator[int]:
    """Give ids of products, again and again."""
    yield from cycle([row["id"] for row in store.rows("products")])


def _serve(make: Callable[[], Store], control: multiprocessing.connection.Connection) -> None:
    store = make()
    key = store.key()
    with serve(store) as server:
        control.send(
            {
                "site_url": server.url,
                "consumer_key": key.consumer_key,
                "consumer_secret": key.consumer_secret,
                "ca_bundle": str(server.ca_bundle),
                "store_id": "bench",
            }
        )
        products = _products(store)
        while (command := control.recv()) != "end":
            if command == "requests":
                control.send(list(server.requests))
                server.requests.clear()
            else:
                store.clock.advance(command)
                store.edit_product(next(products), name=f"Edited {store.clock.offset:.0f} seconds later")
