"""Stores added, synced, paused, killed and removed by pimctl, through the real Meltano, loader, database and model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from demo_store import Server, Store, serve
from demo_store.faults import When, nth, path
from tests.support.meltano_project import MeltanoProject

pytestmark = pytest.mark.long

STORES = {"one": "11.0.1", "two": "9.9.5", "old": "5.9.0", "refused": "11.0.1", "dies": "9.9.5", "idle": "5.9.0"}
GOOD = ("one", "two", "old")


@dataclass
class Shell:
    """Runs pimctl in the installed project, as a user would."""

    installed: MeltanoProject
    servers: dict[str, Server]

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELTANO_", "PG", "PIM_", "TAP_", "TARGET_"))
        }
        return subprocess.Popen(
            [sys.executable, "-m", "pimctl.cli", *arguments],
            cwd=self.installed.root,
            encoding="utf-8",
            env={**kept, "NO_COLOR": "1"},
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def end(self, process: subprocess.Popen[str], typed: str = "") -> tuple[int, str, str]:
        out, err = process.communicate(typed, timeout=600)
        for server in self.servers.values():
            for key in server.store.keys:
                assert key.consumer_key not in out + err
                assert key.consumer_secret not in out + err
        return process.returncode, out, err

    def run(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        return self.end(self.begin(*arguments), typed)

    def add(self, name: str, *options: str) -> tuple[int, str, str]:
        server = self.servers[name]
        key = server.store.key()
        given = ("--url", server.url, "--set", f"ca_bundle={server.ca_bundle}", "--components", "tags,brands", "--yes")
        return self.run("stores", "add", name, *given, *options, typed=f"{key.consumer_key}\n{key.consumer_secret}\n")

    def tags(self, name: str) -> int:
        return len(self.installed.rows("product_tags", name)) if "product_tags" in self.installed.tables() else 0

    def processes(self) -> list[psutil.Process]:
        """Return all that works in the project, but for the database."""
        found = []
        for process in psutil.process_iter():
            try:
                command = " ".join(process.cmdline())
                if process.cwd() == str(self.installed.root) and "postgres:" not in command:
                    found.append(process)
            except psutil.Error:
                continue
        return found


class Held:
    """Lets a store hang at its brands, and says when it does."""

    def __init__(self, server: Server) -> None:
        self.hangs = threading.Event()
        self.faults = server.store.faults
        at_brands = path("/products/brands$|/products/tags$")
        self.rule = self.faults.add("never_answers", at_brands & When(self._strike))

    def _strike(self, request: Any) -> bool:
        is_page = bool(request.query.get("per_page") == "100")
        if is_page:
            self.hangs.set()
        return is_page

    def wait(self) -> None:
        assert self.hangs.wait(120)

    def let_go(self) -> None:
        self.faults.remove(self.rule)


@pytest.fixture(scope="module")
def shell(installed: MeltanoProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Six stores of three versions, added; one key is revoked since, one store dies midway, one is paused."""
    folder = tmp_path_factory.mktemp("stores")
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(serve(Store.recorded(version), ca_dir=folder)) for name, version in STORES.items()
        }
        made = Shell(installed, servers)
        for name in STORES:
            code, out, err = made.add(name, "--no-sync", "--every", "1h")
            assert (code, err) == (0, ""), out + err
        servers["refused"].store.revoke_key(servers["refused"].store.key())
        assert made.run("stores", "pause", "idle")[0] == 0
        yield made


@pytest.fixture(scope="module")
def synced(shell: Shell) -> dict[str, Any]:
    """The result of the first sync of all of them."""
    shell.servers["dies"].store.faults.add("key_revoked", path("/products/tags$") & nth(2))
    code, out, err = shell.run("sync", *GOOD, "refused", "dies", "--json")
    assert code == 1, err
    found = json.loads(out)
    return {**{entry["store"]["id"]: entry for entry in found["stores"]}, "model_error": found["model_error"]}


def test_stores_are_synced_side_by_side_and_one_that_fails_stops_no_other(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced["model_error"] == ""
    assert {name: synced[name]["outcome"] for name in (*GOOD, "refused", "dies")} == {
        **dict.fromkeys(GOOD, "complete"),
        "refused": "failed",
        "dies": "failed",
    }
    for name in GOOD:
        assert shell.tags(name) == len(shell.servers[name].store.rows("tags"))
    assert "the store does not know this key" in synced["refused"]["message"]
    assert "revoked" in synced["dies"]["message"]


def test_status_tells_what_is_well_and_what_is_not(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    code, out, _ = shell.run("status", "--json")

    states = {entry["store"]["id"]: entry for entry in json.loads(out)}
    assert code == 0
    assert {name: states[name]["state"] for name in STORES} == {
        **dict.fromkeys(GOOD, "healthy"),
        "refused": "failed",
        "dies": "failed",
        "idle": "paused",
    }
    assert "the store does not know this key" in states["refused"]["error"]
    assert states["one"]["last"]["rows"] == states["one"]["last_good"]["rows"] > 0
    assert states["one"]["next_sync_at"]
    assert states["idle"]["next_sync_at"] is None


def test_paused_store_is_synced_by_nobody(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    told = shell.installed.meltano("schedule", "run", "schedule-idle")
    assert "This store is paused" in told

    process = shell.installed.begin("run", "pim-db:start", "tap-woo-pim--idle", "target-postgres")
    by_hand, _ = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "The store idle is paused: resume it by pimctl stores resume idle" in by_hand
    code, out, _ = shell.run("sync", "idle")
    assert code == 1
    assert "idle: paused: resume it by pimctl stores resume idle" in out

    assert shell.tags("idle") == 0


def test_store_that_is_being_synced_is_not_synced_twice_whoever_begins(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    held = Held(shell.servers["one"])
    first = shell.begin("sync", "one")
    held.wait()
    code, out, _ = shell.run("sync", "one")
    by_meltano = shell.installed.begin("run", "tap-woo-pim--one", "target-postgres")
    told, _ = by_meltano.communicate(timeout=600)
    held.let_go()

    assert code == 1
    assert f"one: it is being synced already by process {first.pid} since " in out
    assert by_meltano.returncode != 0
    assert "already running" in told
    assert shell.end(first)[0] == 0


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_sync_leaves_no_process_and_nothing_that_blocks_the_next(
    shell: Shell, synced: dict[str, Any], how: signal.Signals
) -> None:
    assert synced
    held = Held(shell.servers["two"])
    process = shell.begin("sync", "two")
    held.wait()

    process.send_signal(how)
    code, _, err = shell.end(process)
    held.let_go()

    assert (code, err) == (130, "pimctl: stopped before its end.\n")
    assert shell.processes() == []
    assert shell.run("sync", "two")[0] == 0


def test_killed_meltano_blocks_nothing_and_leaves_no_secret(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    held = Held(shell.servers["old"])
    process = shell.installed.begin("run", "pim-db:start", "tap-woo-pim--old", "target-postgres")
    held.wait()
    process.kill()
    process.communicate()
    left = list((shell.installed.root / ".meltano" / "run").glob("tap-woo-pim--old/tap.*.config.json"))
    assert left, "the kill was meant to leave the configuration"
    held.let_go()

    told = shell.installed.meltano("run", "pim-db:start", "tap-woo-pim--old", "target-postgres")

    assert "its process was gone" in told
    assert not [path for path in left if path.exists()]
    assert shell.processes() == []


def test_removed_store_takes_its_rows_along_and_none_of_another(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    before = {name: shell.installed.all_rows(name) for name in GOOD}
    yml = (shell.installed.root / "meltano.yml").read_text(encoding="utf-8")
    assert "tap-woo-pim--old" in yml

    code, out, err = shell.run("stores", "remove", "old", "--purge", "--yes")

    assert (code, err) == (0, ""), out
    assert "rows of old in" in out
    assert not any(shell.installed.all_rows("old").values())
    assert {name: shell.installed.all_rows(name) for name in ("one", "two")} == {
        name: before[name] for name in ("one", "two")
    }
    assert "--old" not in (shell.installed.root / "meltano.yml").read_text(encoding="utf-8")
    assert "TAP_WOO_PIM__OLD_" not in (shell.installed.root / ".env").read_text(encoding="utf-8")
