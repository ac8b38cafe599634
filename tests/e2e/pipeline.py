"""The tap and the real target-postgres as two processes with a pipe between, as Meltano runs them, to be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from demo_store import Server
from demo_store.request_log import Request
from tests.e2e import truth
from tests.e2e.house import House

KEYS = {"tax_classes": "slug", "product_custom_fields": "name"}
RUN_SECONDS = 300


@dataclass
class Outcome:
    """How a run ended: the exit codes of both processes, and what the tap said on stderr."""

    tap: int
    target: int
    told: str


@dataclass
class Pipeline:
    """Syncs one sample shop into a schema of its own.

    Attributes:
        house: where the target is installed and the database runs.
        server: the shop.
        schema: the schema it lands in.
        state: what Meltano would keep: the last state that the target wrote.
        settings: settings of the tap beside those of the connection.
    """

    house: House
    server: Server
    schema: str
    folder: Path
    state: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def run(
        self,
        victim: str = "",
        at_request: int = 0,
        how: signal.Signals = signal.SIGKILL,
        meanwhile: Callable[[], None] | None = None,
    ) -> Outcome:
        """Run once.

        Args:
            victim: "tap", "target" or "shop": what dies when the shop gets its request number `at_request`. The
                shop comes back after the run.
            how: the signal, for processes.
            meanwhile: what happens in the shop before each answer.
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
        """The keys of all rows that are live in the database and differ from the shop's, are missing, or are ghosts."""
        found = []
        for stream in truth.STREAM_KINDS.keys() - but:
            types = self._types(stream)
            key = KEYS.get(stream, "id")
            there = (
                {row[key]: truth.landed(row, stream, types) for row in truth.served(self.server.store, stream)}
                if types
                else {}
            )
            here = self.live(stream) if types else {}
            found += [(stream, one) for one in here.keys() | there.keys() if here.get(one) != there.get(one)]
        return found

    def late(self) -> list[tuple[str, int]]:
        """The products and variations whose last dated change, trash included, is not there although a run was.

        Rows whose date was taken away, and planned ones that were published by themselves, wait for a whole read.
        """
        found = []
        for stream in ("products", "product_variations"):
            here = self.live(stream)
            for row in truth.served(self.server.store, stream):
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
        return {(stream, key) for stream in truth.STREAM_KINDS if self._types(stream) for key in self.live(stream)}

    def keys_in_the_shop(self) -> set[tuple[str, Any]]:
        """The keys of all rows that the shop serves, with their stream."""
        return {
            (stream, row[KEYS.get(stream, "id")])
            for stream in truth.STREAM_KINDS
            for row in truth.served(self.server.store, stream)
        }

    def count(self) -> int:
        """How many live rows there are to compare."""
        return sum(len(self.live(stream)) for stream in truth.STREAM_KINDS if self._types(stream))

    def live(self, stream: str) -> dict[Any, dict[str, Any]]:
        """The live rows of a stream by the second part of their key, as README.md has it."""
        table = sql.Identifier(self.schema, stream)
        snapshots = sql.Identifier(self.schema, "snapshots")
        query = sql.SQL(
            "select r.* from {} r left join {} s on s.store_id = r.store_id and s.stream = %s"
            " where s.started_at is null or r.synced_at >= s.started_at"
        ).format(table, snapshots)
        with self.house.database() as connection:
            rows = connection.execute(query, [stream]).fetchall()
        key = KEYS.get(stream, "id")
        assert len({row[key] for row in rows}) == len(rows)
        return {
            row[key]: {
                name: truth.tagged(value) for name, value in row.items() if name not in {"store_id", "synced_at"}
            }
            for row in rows
        }

    def _types(self, stream: str) -> dict[str, str]:
        with self.house.database() as connection:
            found = connection.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = %s and table_name = %s",
                [self.schema, stream],
            )
            return {row["column_name"]: row["data_type"] for row in found}

    def _tap(self) -> subprocess.Popen[str]:
        key = self.server.store.key()
        config = {
            "site_url": self.server.url,
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "ca_bundle": str(self.server.ca_bundle),
            "store_id": "shop",
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
        config = {
            "sqlalchemy_url": self.house.url,
            "default_target_schema": self.schema,
            "use_copy": True,
            "validate_records": False,
            "activate_version": False,
            "add_record_metadata": False,
            "batch_size_rows": 2000,
        }
        program = self.house.root / ".meltano" / "loaders" / "target-postgres" / "venv" / "bin" / "target-postgres"
        target = subprocess.Popen(
            [str(program), "--config", self._file("target.json", config)],
            encoding="utf-8",
            env={**os.environ, "PGTZ": "UTC"},
            stderr=subprocess.DEVNULL,
            stdin=tap.stdout,
            stdout=subprocess.PIPE,
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
    """Kills something when the shop gets a certain request."""

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
        elif self.victim == "shop":
            self.rule = self.server.store.faults.add("connection_reset")

    def rise(self) -> None:
        if self.rule is not None:
            self.server.store.faults.remove(self.rule)
