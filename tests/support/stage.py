"""Sets the scene of a test: stores in every state, ways to them, and the tap as a user starts it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from demo_store import Server, Store
from tests.support import preloaded
from tests.support.certificates import Authority
from tests.support.gateway import Gateway, open_gateway

CHECKOUT = Path(__file__).parents[2]
TAGS = {"sync_components": ["tags"]}
"""The settings of a sync that is short: `tags` and `all_tags` are what it brought and what the store has."""
_FOREIGN = re.compile(r"^(TAP_|MELTANO_|REQUESTS_|CURL_|SSL_|LOGLEVEL|PYTHON|.*_proxy$)", re.IGNORECASE)


@dataclass
class Ended:
    """What a run of the tap left: its exit code, its messages, and all that it wrote."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.err.rstrip("\n").rpartition("\n")[2]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    def rows(self, stream: str) -> list[dict[str, Any]]:
        return [
            message["record"]
            for message in self.messages
            if message["type"] == "RECORD" and message["stream"] == stream
        ]

    @property
    def state(self) -> dict[str, Any]:
        states = [message["value"] for message in self.messages if message["type"] == "STATE"]
        return states[-1] if states else {}


@dataclass
class Stage:
    """A scene.

    Attributes:
        folder: where it keeps its files.
        stack: what to take down at the end.
        environment: variables for the tap.
        servers: the stores that are open.
        paths: where the tap's process finds modules.
    """

    folder: Path
    stack: ExitStack
    environment: dict[str, str] = field(default_factory=dict)
    servers: list[Server] = field(default_factory=list)
    paths: list[Path] = field(default_factory=lambda: [CHECKOUT])

    def __post_init__(self) -> None:
        self.authority = Authority(self.folder)

    def serve(self, store: Store | None = None, *, context: ssl.SSLContext | None = None, tls: bool = True) -> Server:
        """Serve a store, by default an empty one with a good certificate."""
        context = context or (self.authority.context("localhost") if tls else None)
        server = self.stack.enter_context(_serving(store or Store.empty(), context))
        self.servers.append(server)
        return server

    def gateway(self, **ways: Server) -> Gateway:
        """Let the tap reach hosts by a proxy: `store_example=server` is https://store.example."""
        ports = {f"{name.replace('__', '-').replace('_', '.')}:443": server.port for name, server in ways.items()}
        gateway = self.stack.enter_context(open_gateway(ports))
        self.environment |= gateway.environment
        return gateway

    def config(self, server: Server, **settings: Any) -> dict[str, Any]:
        key = server.store.key()
        return {
            "site_url": server.url,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "ca_bundle": str(self.authority.file),
            "store_id": "store",
            "max_retries": 0,
            **settings,
        }

    def run(self, config: dict[str, Any], *arguments: str, state: dict[str, Any] | None = None) -> Ended:
        """Run the tap as a process of its own, at debug level, and look for the key in all that it writes."""
        file = self.folder / "config.json"
        file.write_text(json.dumps(config))
        more = []
        if state is not None:
            (self.folder / "state.json").write_text(json.dumps(state))
            more = ["--state", str(self.folder / "state.json")]
        kept = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
        environment = {
            **kept,
            "LOGLEVEL": "DEBUG",
            "PYTHONPATH": os.pathsep.join(map(str, self.paths)),
            **self.environment,
        }
        command = ["--config", str(file), *arguments, *more]
        if self.paths == [CHECKOUT]:
            ended = Ended(*preloaded.run(command, self.folder, environment))
        else:
            ended = self._start(command, environment)
        for secret in secrets_of(config):
            assert traces(secret, ended.out + ended.err) == []
        return ended

    def _start(self, command: list[str], environment: dict[str, str]) -> Ended:
        """Start a Python that may find other modules than this one."""
        ended = subprocess.run(
            [sys.executable, "-m", "tap_woo_pim", *command],
            capture_output=True,
            check=False,
            cwd=self.folder,
            encoding="utf-8",
            env=environment,
            timeout=preloaded.RUN_SECONDS,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        yield Stage(folder, stack)


def secrets_of(config: dict[str, Any]) -> set[str]:
    """All that may stand nowhere: keys, secrets and passwords, an application password with its spaces and without."""
    secret = str(config.get("consumer_secret") or "")
    found = {secret, secret.replace(" ", ""), str(config.get("http_password") or "")}
    key = str(config.get("consumer_key") or "")
    return {one for one in found | ({key} if key.startswith("ck_") else set()) if one}


def traces(secret: str, text: str) -> list[str]:
    """Find a secret in a text: as it is, percent-encoded, or inside of anything that is base64."""
    found = [form for form in (text, unquote_plus(text), unquote_plus(unquote_plus(text))) if secret in form]
    for token in re.findall(r"[A-Za-z0-9+/_-]{12,}", text):
        for start in range(4):
            part = token[start:]
            raw = base64.b64decode(part[: len(part) // 4 * 4].replace("-", "+").replace("_", "/"))
            if secret.encode() in raw:
                found.append(token)
    return found


@contextmanager
def _serving(store: Store, context: ssl.SSLContext | None) -> Iterator[Server]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = Server(store, tls=context is not None, ca_bundle=None)
    runner = asyncio.run_coroutine_threadsafe(server.start(0, context), loop).result()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(runner), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def tags(ended: Ended) -> list[int]:
    assert ended.code == 0, ended.err
    return [row["id"] for row in ended.rows("product_tags")]


def all_tags(store: Store) -> list[int]:
    return [row["id"] for row in store.rows("tags")]
