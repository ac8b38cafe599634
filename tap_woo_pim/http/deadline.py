"""Connections on which an answer has a deadline; a socket's own time-out starts anew with every byte that comes."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPResponse, parse_headers
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from tap_woo_pim._compat import override

SWITCHING = HTTPStatus.SWITCHING_PROTOCOLS


class Reader(io.RawIOBase):
    """Reads what a socket receives until a deadline.

    Attributes:
        deadline: when reading ends (`time.monotonic`).
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self.deadline = deadline
        self._socket = sock
        # It keeps the socket open when the server announces that it will close the connection.
        self._raw = sock.makefile("rb", buffering=0)

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any) -> int | None:
        """Read what has come, waiting for it as long as the deadline allows.

        Raises:
            TimeoutError: the deadline is over.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    @override
    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()

    def abort(self) -> None:
        """Wake the thread that waits for an answer: none will come."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


class Readers:
    """The readers in use."""

    def __init__(self) -> None:
        self._readers = WeakSet[Reader]()
        self._ended = False
        self._lock = threading.Lock()

    def add(self, reader: Reader) -> None:
        """Take a new one."""
        with self._lock:
            self._readers.add(reader)
            if self._ended:
                reader.abort()

    def end(self) -> None:
        """Wake all threads that wait for an answer, and those that will."""
        with self._lock:
            self._ended = True
            for reader in list(self._readers):
                reader.abort()


class _Source:
    """What `HTTPResponse` takes for a socket."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def makefile(self, _: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


class _Final(HTTPResponse):
    """The answer behind those that only announce it; `http.client` of 3.11 passes over status 100 alone.

    A front server may send 103 (Early Hints) first. Taken for the answer, it would leave the true one to be read as
    that of the connection's next request.
    """

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        while SWITCHING < status < HTTPStatus.OK:
            parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason

    @override
    def begin(self) -> None:
        """Read status and headers; nothing that comes behind a protocol that was switched is an answer."""
        super().begin()
        self.will_close = self.will_close or self.status == SWITCHING


class _Timed(HTTPConnection):
    """A connection whose answers must have come with status and headers in its time-out, and with the body in another.

    Attributes:
        readers: where the readers of answers are kept while they are in use.
    """

    readers: Readers

    @override
    def getresponse(self) -> Any:
        seconds = float(self.timeout or 0)
        readers: list[Reader] = []

        def response(sock: socket.socket, **options: Any) -> HTTPResponse:
            reader = Reader(sock, time.monotonic() + seconds)
            readers.append(reader)
            self.readers.add(reader)
            return _Final(_Source(reader), **options)  # type: ignore[arg-type]

        self.response_class = response  # type: ignore[assignment]
        answer = super().getresponse()
        for reader in readers:
            reader.deadline = time.monotonic() + seconds
        return answer


class TimedAdapter(HTTPAdapter):
    """Connections with deadlines, for a session of requests.

    Args:
        pool_maxsize: how many connections are kept.
    """

    def __init__(self, pool_maxsize: int) -> None:
        self.readers = Readers()
        super().__init__(pool_maxsize=pool_maxsize)

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._time(self.poolmanager)

    @override
    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        self._time(manager)
        return manager

    def _time(self, manager: Any) -> None:
        """Have a manager, also one of SOCKS proxies, make connections with deadlines."""
        pools: Mapping[str, Any] = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {scheme: self._timed_pool(pool) for scheme, pool in pools.items()}

    def _timed_pool(self, pool: Any) -> Any:
        if issubclass(pool.ConnectionCls, _Timed):  # a manager of a proxy that was asked for before
            return pool
        connection = type(pool.ConnectionCls.__name__, (_Timed, pool.ConnectionCls), {"readers": self.readers})
        return type(pool.__name__, (pool,), {"ConnectionCls": connection})
