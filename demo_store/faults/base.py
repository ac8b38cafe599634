"""What a fault is, and what it gets to see of a request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from aiohttp import web

from demo_store.answer import Answer
from demo_store.keys import Keys
from demo_store.php import Fields
from demo_store.request_log import Request


class Listener(Protocol):
    """What faults ask of the web server."""

    async def vanish(self, seconds: float) -> None:
        """Cut all connections and refuse new ones for some seconds."""

    def cut_all(self) -> None:
        """Cut all connections."""


@dataclass
class Exchange:
    """One request on its way through the faults.

    Attributes:
        keys: the store's API keys.
        request: the log's entry.
        http: the request as the web server has it.
        server: the web server.
        compute: computes the answer; with fields, as if the query had these in it.
    """

    keys: Keys
    request: Request
    http: web.BaseRequest
    server: Listener
    compute: Callable[[Fields | None], Answer]


class Fault:
    """Something that goes wrong. Subclasses override one method."""

    name: ClassVar[str] = ""

    async def before(self, exchange: Exchange) -> Answer | None:  # noqa: ARG002 - for subclasses
        """Answer in the store's place, which then computes nothing; None to let it."""
        return None

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - for subclasses
        """Change an answer."""
        return answer

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse | None:  # noqa: ARG002
        """Send an answer in the fault's own way; None to have it sent as usual."""
        return None
