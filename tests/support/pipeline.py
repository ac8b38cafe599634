"""The tap and the real target-postgres as two processes with a pipe between, as Meltano runs them, to be killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from demo_store import Server
from demo_store.request_log import Request
from tests.support import served_rows
from tests.support.landed import Rows, Schema, by_key, differing, key_of
from tests.support.meltano_project import MeltanoProject

STORE = "store"
RUN_SECONDS = 300


@dataclass
class Outcome:
    """How a run ended: the exit codes of both processes, and what the tap said on stderr."""

    tap: int
    target: int
    told: str


@dataclass
class Pipeline:
    """Syncs one sample store into a schema of its own.

    Attributes:
        installed: where the target is installed and the database runs.
        server: the store.
        schema: the schema it lands in.
        state: what Meltano would keep: the last state that the target wrote.
        settings: settings of the tap beside those of the connection.
    """

    installed: MeltanoProject
    server: Server
    schema: str
    folder: Path
    state: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def landed(self) -> Schema:
        """What landed."""
        return Schema(self.installed, self.schema)

    def run(
        self,
        victim: str = "",
        at_request: int = 0,
        how: signal.Signals = signal.SIGKILL,
        meanwhile: Callable[[], None] | None = None,
    ) -> Outcome:
        """Run once.

        Args:
            victim: "tap", "target" or "store": what dies when the store gets its request number `at_request`. The
                store comes back after the run.
            how: the signal, for processes.
            meanwhile: what happens in the store before each answer.
        """
        with self._tap() as tap, self._target(tap) as target:
            strike = _Strike(self.server, victim, at_request, {"tap": tap, "target": target}, how, meanwhile)
            self.server.store.before_request = strike
            states: list[str] = []
            reader = threading.Thread(target=lambda: states.extend(target.stdout or ()))
            reader.start()
            try:
                _, told = tap.communicate(timeout=RUN_SECONDS)
                target.wait(RUN_SECONDS)
            finally:
                tap.kill()
                target.kill()
                reader.join(RUN_SECONDS)
                self.server.store.before_request = None
                strike.rise()
        if whole := [line for line in states if line.endswith("\n")]:
            self.state = json.loads(whole[-1])
        return Outcome(tap.returncode, target.returncode, told)

    def differences(self, *, but: frozenset[str] = frozenset()) -> list[tuple[str, Any]]:
        """The keys of all rows that are live in the database and differ from the store's, are missing or are ghosts."""
        found = []
        for stream in served_rows.STREAM_KINDS.keys() - but:
            if types := self.landed.types(stream):
                there = by_key(stream, served_rows.served(self.server.store, stream), types)
                found += [(stream, key) for key in differing(self.live(stream), there)]
        return found

    def late(self) -> list[tuple[str, int]]:
        """The products and variations whose last dated change, trash included, is not there although a run was.

        Rows whose date was taken away, and planned ones that were published by themselves, wait for a whole read.
        """
        found = []
        for stream in ("products", "product_variations"):
            here = self.live(stream)
            for row in served_rows.served(self.server.store, stream):
                if row["date_modified_gmt"] is None:
                    continue
                there = here.get(row["id"], {"status": None, "date_modified_gmt": None})
                modified = datetime.fromisoformat(row["date_modified_gmt"])
                is_late = there["date_modified_gmt"] != modified
                if is_late or there["status"] not in {row["status"], "future"}:
                    found.append((stream, row["id"]))
        return found

    def live_keys(self) -> set[tuple[str, Any]]:
        """The keys of all rows that are live in the database, with their stream."""
        return {
            (stream, key)
            for stream in served_rows.STREAM_KINDS
            if self.landed.types(stream)
            for key in self.live(stream)
        }

    def keys_in_the_store(self) -> set[tuple[str, Any]]:
        """The keys of all rows that the store serves, with their stream, but of variations that went to the trash.

        Their products do not list them any more, so that they are gone before the run that sees them in the trash.
        """
        return {
            (stream, row[key_of(stream)])
            for stream in served_rows.STREAM_KINDS
            for row in served_rows.served(self.server.store, stream)
            if stream != "product_variations" or row["status"] != "trash"
        }

    def count(self) -> int:
        """How many live rows there are to compare."""
        return sum(len(self.live(stream)) for stream in served_rows.STREAM_KINDS if self.landed.types(stream))

    def live(self, stream: str) -> Rows:
        """The live rows of a stream by the second part of their key."""
        return self.landed.live(stream, STORE)

    def _tap(self) -> subprocess.Popen[str]:
        key = self.server.store.key()
        config = {
            "site_url": self.server.url,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "ca_bundle": str(self.server.ca_bundle),
            "store_id": STORE,
            **self.settings,
        }
        arguments = ["--config", self._file("tap.json", config), "--state", self._file("state.json", self.state)]
        return subprocess.Popen(
            [sys.executable, "-m", "tap_woo_pim", *arguments],
            encoding="utf-8",
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def _target(self, tap: subprocess.Popen[str]) -> subprocess.Popen[str]:
        target = self.landed.loader(
            self.folder, tap.stdout, encoding="utf-8", stderr=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        assert tap.stdout is not None
        tap.stdout.close()  # the pipe is the target's alone, so that its death reaches the tap
        return target

    def _file(self, name: str, content: dict[str, Any]) -> str:
        path = self.folder / f"{self.schema}-{name}"
        path.write_text(json.dumps(content))
        return str(path)


@dataclass
class _Strike:
    """Kills something when the store gets a certain request."""

    server: Server
    victim: str
    left: int
    processes: dict[str, subprocess.Popen[str]]
    how: signal.Signals
    meanwhile: Callable[[], None] | None
    rule: Any = None

    def __call__(self, _: Request) -> None:
        if self.meanwhile is not None:
            self.meanwhile()
        self.left -= 1
        if self.left != 0:
            return
        if self.victim in self.processes:
            self.processes[self.victim].send_signal(self.how)
        elif self.victim == "store":
            self.rule = self.server.store.faults.add("connection_reset")

    def rise(self) -> None:
        if self.rule is not None:
            self.server.store.faults.remove(self.rule)
