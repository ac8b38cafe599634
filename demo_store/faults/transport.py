"""Faults of the way an answer is sent: cut, slow, or not at all."""

import asyncio
import socket
from typing import Any, Final

from aiohttp import web
from multidict import CIMultiDict

from demo_store.answer import Answer
from demo_store.faults.base import Exchange, Fault

_FAR_AWAY_SECONDS: Final = 3600.0


class ConnectionReset(Fault):
    """The connection is cut before anything is answered."""

    name = "connection_reset"

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:  # noqa: ARG002
        """Cut the connection."""
        exchange.request.status = 0
        _cut(exchange)
        return web.Response()


class ClosedHalfway(Fault):
    """The connection is cut in the middle of the body, whose full length was announced."""

    name = "closed_halfway"

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:
        """Send the first half and cut the connection."""
        response = await _begin(exchange, answer)
        await response.write(answer.body[: len(answer.body) // 2])
        _cut(exchange)
        return response


class SlowDrip(Fault):
    """The body comes in small pieces with pauses between them.

    Args:
        seconds: the pause before each piece.
        pieces: how many pieces there are.
    """

    name = "slow_drip"

    def __init__(self, seconds: float = 0.05, pieces: int = 10) -> None:
        self._seconds = seconds
        self._pieces = pieces

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:
        """Send the body piece by piece."""
        response = await _begin(exchange, answer)
        size = max(1, -(-len(answer.body) // self._pieces))
        for start in range(0, len(answer.body), size):
            await asyncio.sleep(self._seconds)
            await response.write(answer.body[start : start + size])
        await response.write_eof()
        return response


class EarlyHints(Fault):
    """A front server announces the answer with status 103, and sends it later.

    Args:
        seconds: how much later.
    """

    name = "early_hints"

    def __init__(self, seconds: float = 0.05) -> None:
        self._seconds = seconds

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse | None:  # noqa: ARG002
        """Announce the answer, and leave it as it is."""
        transport = exchange.http.transport
        assert transport is not None
        transport.write(b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n")
        await asyncio.sleep(self._seconds)
        return None


class NeverAnswers(Fault):
    """Nothing is answered; the connection stays open until the client gives up or the server stops."""

    name = "never_answers"

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:  # noqa: ARG002
        """Wait."""
        exchange.request.status = 0
        await asyncio.sleep(_FAR_AWAY_SECONDS)
        return web.Response()


class ConnectionRefused(Fault):
    """The web server is gone: all connections are cut, and new ones refused, for a while.

    Args:
        seconds: how long.
    """

    name = "connection_refused"

    def __init__(self, seconds: float = 0.3) -> None:
        self._seconds = seconds

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:  # noqa: ARG002
        """Stop listening."""
        exchange.request.status = 0
        await exchange.server.vanish(self._seconds)
        return web.Response()


class HostNotFound(Fault):
    """All connections are cut, and the name service fails: for clients in this process alone.

    Args:
        lookups: how many look-ups fail.
    """

    name = "host_not_found"

    def __init__(self, lookups: int = 2) -> None:
        self._lookups = lookups

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:  # noqa: ARG002
        """Let look-ups fail, and make them needed."""
        exchange.request.status = 0
        _fail_lookups(self._lookups)
        exchange.server.cut_all()
        return web.Response()


class NoContentType(Fault):
    """The answer does not say what it is."""

    name = "no_content_type"

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:
        """Send all headers but the one."""
        answer.headers.pop("Content-Type", None)
        response = await _begin(exchange, answer)
        await response.write(answer.body)
        await response.write_eof()
        return response


class _BareResponse(web.StreamResponse):
    """A response that adds no Content-Type of its own."""

    async def _prepare_headers(self) -> None:
        given = "Content-Type" in self.headers
        await super()._prepare_headers()
        if not given:
            del self.headers["Content-Type"]


async def _begin(exchange: Exchange, answer: Answer) -> web.StreamResponse:
    response = _BareResponse(status=answer.status, headers=CIMultiDict(answer.headers))
    response.content_length = len(answer.body)
    await response.prepare(exchange.http)
    return response


def _cut(exchange: Exchange) -> None:
    if exchange.http.transport is not None:
        exchange.http.transport.abort()


def _fail_lookups(number: int) -> None:
    """Let the next look-ups of this process fail, then work as before."""
    look_up = socket.getaddrinfo
    left = iter(range(number - 1))

    def fail(*_: Any, **__: Any) -> Any:
        if next(left, None) is None:
            socket.getaddrinfo = look_up
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    if look_up.__module__ == socket.__name__:  # else they are failing already
        socket.getaddrinfo = fail
