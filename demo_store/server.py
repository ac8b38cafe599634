"""Serve a store over HTTP or HTTPS from a background thread."""

import asyncio
import itertools
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from weakref import WeakKeyDictionary

from aiohttp import web
from multidict import CIMultiDict

from demo_store import site
from demo_store.answer import Answer
from demo_store.auth import offered
from demo_store.faults.base import Exchange
from demo_store.php import Fields, parse_query
from demo_store.request_log import Request
from demo_store.store import Store
from demo_store.tls import CA_FILE, server_context

_SECRETS = ("consumer_key", "consumer_secret")
_LEAST_GZIP_BYTES = 256


class Server:
    """A store being served.

    Attributes:
        store: the store.
        url: its address, without a slash at its end; with the subfolder when the store has one.
        ca_bundle: the file of the certificate authority; None without TLS.
        requests: what was asked, in the order of arrival.
        listening: whether it takes connections.
    """

    def __init__(self, store: Store, *, tls: bool, ca_bundle: Path | None) -> None:
        self.store = store
        self.ca_bundle = ca_bundle
        self.requests: list[Request] = []
        self.port = 0
        self._scheme = "https" if tls else "http"
        self.listening = threading.Event()
        self._in_flight = 0
        self._transports: WeakKeyDictionary[asyncio.Transport, int] = WeakKeyDictionary()
        self._connections = itertools.count(1)
        self._gate: tuple[int | None, asyncio.Semaphore | None] = (None, None)

    @property
    def url(self) -> str:
        """The address of the store."""
        return f"{self._scheme}://localhost:{self.port}{self.store.subfolder}"

    async def start(self, port: int, context: ssl.SSLContext | None) -> web.ServerRunner:
        """Listen; OSError when the port is taken."""
        handler = web.Server(self._answer, access_log=None)
        runner = web.ServerRunner(handler, handle_signals=False, shutdown_timeout=0.2)
        await runner.setup()
        try:
            await self._listen(runner, port, context)
        except OSError:
            await runner.cleanup()
            raise
        self.port = runner.addresses[0][1]
        return runner

    async def vanish(self, seconds: float) -> None:
        """Cut all connections and refuse new ones for some seconds."""
        site, runner, context = self._site
        if site not in runner.sites:
            return  # it is gone already
        self.listening.clear()
        await site.stop()
        self.cut_all()
        await asyncio.sleep(seconds)
        await self._listen(runner, self.port, context)

    def cut_all(self) -> None:
        """Cut all connections."""
        _, runner, _ = self._site
        for connection in runner.server.connections if runner.server else ():
            # One over TLS that was closed twice has nothing left to cut, and fails in Python 3.11.2.
            with suppress(AttributeError):
                connection.transport.abort()  # type: ignore[union-attr]

    async def _listen(self, runner: web.ServerRunner, port: int, context: ssl.SSLContext | None) -> None:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, backlog=512)
        await site.start()
        self.listening.set()
        self._site = (site, runner, context)

    async def stop(self, runner: web.ServerRunner) -> None:
        """Stop listening and cut all connections: clients that keep theirs open would hold up the end of TLS."""
        self.cut_all()
        await runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for _ in range(3):  # what was cut closes in the next turns of the loop
            await asyncio.sleep(0)

    async def _answer(self, http: web.BaseRequest) -> web.StreamResponse:
        began = time.perf_counter()
        query = parse_query(http.rel_url.raw_query_string)
        authorization = http.headers.get("Authorization", "")
        log = Request(
            http.method,
            http.rel_url.path,
            _without_secrets(query),
            datetime.now(UTC),
            http.headers.get("User-Agent", ""),
            offered(query, authorization),
            len(self.requests) + 1,
        )
        self.requests.append(log)
        log.accept_encoding = http.headers.get("Accept-Encoding", "")
        if http.transport is not None:
            log.connection = self._transports.setdefault(http.transport, next(self._connections))
        self._in_flight += 1
        log.in_flight = self._in_flight
        asked = site.SiteRequest(
            http.method,
            self._scheme,
            f"localhost:{self.port}",
            http.rel_url.raw_path,
            query,
            authorization,
            http.headers.get("Accept", ""),
            log,
        )
        try:
            return await self._respond(http, asked)
        finally:
            self._in_flight -= 1
            log.seconds = time.perf_counter() - began

    async def _respond(self, http: web.BaseRequest, asked: site.SiteRequest) -> web.StreamResponse:
        store, log = self.store, asked.log
        gate = self._workers()
        if gate is not None:
            await gate.acquire()
        try:
            if store.before_request is not None:
                store.before_request(log)
            exchange = Exchange(store.keys, log, http, self, lambda fields: self._compute(asked, fields))
            faults = store.faults.striking(log)
            answer: Answer | None = None
            for fault in faults:
                answer = answer or await fault.before(exchange)
            answer = answer or exchange.compute(None)
            for fault in faults:
                answer = fault.spoil(exchange, answer)
            seconds = store.latency_seconds + store.latency_per_row_seconds * log.rows
            if seconds > 0:
                await asyncio.sleep(seconds)
        finally:
            if gate is not None:
                gate.release()
        answer.headers.setdefault("Date", store.clock.http_date())
        answer.headers.setdefault("Server", "nginx/1.22.1")
        if store.gzip and "gzip" in http.headers.get("Accept-Encoding", ""):
            _compress(answer)
        log.status = answer.status
        for fault in faults:
            sent = await fault.send(exchange, answer)
            if sent is not None:
                return sent
        return web.Response(status=answer.status, body=answer.body, headers=CIMultiDict(answer.headers))

    def _compute(self, asked: site.SiteRequest, fields: Fields | None) -> Answer:
        if fields:
            asked = site.with_query(asked, {**asked.query, **fields})
        with self.store.lock:
            return site.answer(self.store, asked)

    def _workers(self) -> asyncio.Semaphore | None:
        if self._gate[0] != self.store.workers:
            workers = self.store.workers
            self._gate = (workers, asyncio.Semaphore(workers) if workers else None)
        return self._gate[1]


def _without_secrets(query: Fields) -> Fields:
    return {name: value for name, value in query.items() if name not in _SECRETS and not name.startswith("oauth_")}


def _compress(answer: Answer) -> None:
    if len(answer.body) < _LEAST_GZIP_BYTES or "Content-Encoding" in answer.headers:
        return
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    answer.body = packer.compress(answer.body) + packer.flush()
    answer.headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


@contextmanager
def serve(store: Store, *, tls: bool = True, port: int = 0, ca_dir: str | Path | None = None) -> Iterator[Server]:
    """Serve a store on localhost while the context lasts.

    Args:
        store: the store; it may be edited meanwhile.
        tls: https or plain http.
        port: the port; 0 for any free one.
        ca_dir: where the certificate authority is kept and found again; by default it lasts as long as the server.

    Raises:
        OSError: when the port is taken.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(ca_dir or temporary)
        context = server_context(folder) if tls else None
        server = Server(store, tls=tls, ca_bundle=folder / CA_FILE if tls else None)
        with _running() as loop:
            runner = asyncio.run_coroutine_threadsafe(server.start(port, context), loop).result()
            try:
                yield server
            finally:
                asyncio.run_coroutine_threadsafe(server.stop(runner), loop).result()


@contextmanager
def _running() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="demo-store", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
