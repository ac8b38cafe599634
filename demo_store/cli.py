"""Serve a sample store from the command line until it is told to stop."""

import argparse
import errno
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from demo_store.profiles import PROFILES
from demo_store.server import Server, serve
from demo_store.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM; returns 0, or 1 with one line on stderr when that is not possible."""
    options = _parser().parse_args(arguments)
    store = _store(options)
    key = store.add_key(options.consumer_key, options.consumer_secret)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serve(store, tls=not options.http, port=options.port, ca_dir=options.ca_dir) as server:
            if options.key_file:
                _write_key(options.key_file, key.consumer_key, key.consumer_secret)
            _tell(server, options, key.consumer_key, key.consumer_secret)
            stop.wait()
    except OSError as error:
        return _fail(error, options.port)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo_store", description="Serve a sample WooCommerce store.")
    add = parser.add_argument
    add("--profile", choices=PROFILES, default=PROFILES[0], help="whose recorded rows, and by default which version")
    add("--version", choices=PROFILES, help="the version of WooCommerce that serves them")
    add("--port", type=int, default=8411, help="the port, 0 for any free one (default: 8411)")
    add("--ca-dir", type=Path, help="where the certificate authority is kept (default: gone with the server)")
    add("--http", action="store_true", help="plain http instead of https")
    add("--products", type=int, help="serve so many made-up products instead of recorded ones")
    add("--variations", type=int, default=0, help="with so many variations")
    add("--products-limit", type=int, help="leave out all but the first so many products of the recorded store")
    add("--latency", type=float, default=0.0, metavar="SECONDS", help="how long every answer takes")
    add("--row-latency", type=float, default=0.0, metavar="SECONDS", help="how much longer for every row in it")
    add("--workers", type=int, help="how many requests are answered at once (default: any number)")
    add("--consumer-key", default=os.environ.get("DEMO_STORE_CONSUMER_KEY"), help="or DEMO_STORE_CONSUMER_KEY")
    add("--consumer-secret", default=os.environ.get("DEMO_STORE_CONSUMER_SECRET"), help="or DEMO_STORE_CONSUMER_SECRET")
    add("--key-file", type=Path, help="write the key and the secret to this file, a line each")
    return parser


def _store(options: argparse.Namespace) -> Store:
    version = options.version or options.profile
    if options.products is None:
        store = Store.recorded(options.profile, version)
        if options.products_limit is not None:
            store.keep_products(options.products_limit)
    else:
        store = Store.synthetic(version, products=options.products, variations=options.variations)
    store.latency_seconds = options.latency
    store.latency_per_row_seconds = options.row_latency
    store.workers = options.workers
    return store


def _tell(server: Server, options: argparse.Namespace, consumer_key: str, consumer_secret: str) -> None:
    lines = [f"url: {server.url}"]
    if server.ca_bundle:
        lines.append(f"ca_bundle: {server.ca_bundle}")
    if not options.consumer_key:
        lines += [f"consumer_key: {consumer_key}", f"consumer_secret: {consumer_secret}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _write_key(path: Path, consumer_key: str, consumer_secret: str) -> None:
    path.touch(0o600)
    path.write_text(f"{consumer_key}\n{consumer_secret}\n", encoding="utf-8")


def _fail(error: OSError, port: int) -> int:
    if error.errno == errno.EADDRINUSE:
        reason = f"port {port} is taken by another program; choose another one with --port"
    else:
        reason = str(error)
    sys.stderr.write(f"demo_store: {reason}\n")
    return 1
