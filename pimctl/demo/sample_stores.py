"""Starts the two sample stores of the demonstration, and closes them."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pimctl import stop
from pimctl.errors import PimctlError

START_SECONDS = 30.0
HOST = "127.0.0.1"  # where the sample stores listen


@dataclass(frozen=True)
class SampleStore:
    """A sample store.

    Attributes:
        store_id: Its name in the PIM database, and the end of its tap's name.
        version: The WooCommerce it plays.
        port: Where it listens.
        folder: Where its certificate authority and its log are.
        consumer_key: Made up for one run.
        consumer_secret: Made up for one run.
    """

    store_id: str
    version: str
    port: int
    folder: Path
    consumer_key: str = field(default_factory=lambda: "ck_" + secrets.token_hex(20), repr=False)
    consumer_secret: str = field(default_factory=lambda: "cs_" + secrets.token_hex(20), repr=False)

    @property
    def url(self) -> str:
        """Its address. By number: another program may have the same port of localhost's other address, ::1."""
        return f"https://{HOST}:{self.port}"

    @property
    def authority(self) -> Path:
        """The certificate authority to trust."""
        return self.folder / "demo-store-ca.pem"


@contextmanager
def open_sample_stores(stores: Iterable[SampleStore]) -> Iterator[None]:
    """Keep the stores open for the length of a ``with`` block.

    Raises:
        PimctlError: One of them does not open.
    """
    with ExitStack() as stack:
        for store in stores:
            log_path = store.folder / f"{store.store_id}.log"
            with stop.postponed():
                process = _begin(store, log_path)
                stack.callback(_close, process)
            _await(process, store, log_path)
        yield


def _begin(store: SampleStore, log_path: Path) -> subprocess.Popen[bytes]:
    command = ["--profile", store.version, "--port", str(store.port), "--ca-dir", str(store.folder)]
    secret = {"DEMO_STORE_CONSUMER_SECRET": store.consumer_secret}
    with log_path.open("wb") as log:
        return subprocess.Popen(  # noqa: S603  a list, no shell
            [sys.executable, "-m", "demo_store", *command],
            env={**os.environ, "DEMO_STORE_CONSUMER_KEY": store.consumer_key, **secret},
            stderr=log,
            stdin=subprocess.DEVNULL,
            stdout=log,
        )


def _await(process: subprocess.Popen[bytes], store: SampleStore, log_path: Path) -> None:
    """Wait until a store answers."""
    deadline = time.monotonic() + START_SECONDS
    while not answers(store.port):
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            reason = lines[-1] if lines else "no message"
            raise PimctlError(f"The sample store {store.store_id} does not open: {reason}\nThe full log: {log_path}")
        time.sleep(0.05)


def _close(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether something listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
