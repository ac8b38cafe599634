"""A proxy on this machine that knows where every host name leads, and keeps what passes it in plain."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

_CHUNK = 2**16


class Gateway(socketserver.ThreadingTCPServer):
    """A proxy for http and https.

    Attributes:
        ways: the local port behind each host and port, for instance {"store.example:443": 40123}.
        plain: what clients sent over plain http, in the order of arrival.
        asked: the hosts and ports that were asked for.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, ways: Mapping[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.ways = dict(ways)
        self.plain: list[bytes] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        return {"HTTP_PROXY": self.url, "HTTPS_PROXY": self.url, "NO_PROXY": ""}


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        gateway = self.server
        assert isinstance(gateway, Gateway)
        head = b""
        while b"\r\n\r\n" not in head:
            received = self.request.recv(_CHUNK)
            if not received:
                return
            head += received
        method, target, _ = head.split(b" ", 2)
        if method == b"CONNECT":
            place = target.decode()
            gateway.asked.append(place)
            self._connect(gateway.ways.get(place), b"", b"HTTP/1.1 200 Connection established\r\n\r\n")
            return
        # One request a connection, so that each is seen.
        found = re.fullmatch(rb"http://([^/]+)(/.*)?", target)
        assert found is not None
        host = found[1].decode()
        place = host if ":" in host else f"{host}:80"
        gateway.asked.append(place)
        gateway.plain.append(head)
        head = head.replace(target, found[2] or b"/", 1).replace(b"\r\nConnection: keep-alive", b"")
        self._connect(gateway.ways.get(place), head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1), b"")

    def _connect(self, port: int | None, forward: bytes, reply: bytes) -> None:
        if port is None:
            self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", port)) as behind:
            self.request.sendall(reply)
            behind.sendall(forward)
            back = threading.Thread(target=_copy, args=(behind, self.request), daemon=True)
            back.start()
            _copy(self.request, behind)
            back.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while received := source.recv(_CHUNK):
            sink.sendall(received)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one side is gone, and with it the need to copy


@contextmanager
def open_gateway(ways: Mapping[str, int]) -> Iterator[Gateway]:
    """Run a gateway for the time of a test."""
    with Gateway(ways) as gateway:
        thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield gateway
        finally:
            gateway.shutdown()
            thread.join()
