"""Stores added, synced, paused, killed and removed by pimctl, through the real Meltano, loader, database and model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from psycopg import sql

from demo_store import Server, Store, serve
from demo_store.faults import When, nth, path
from tests.support.alerts import receiver
from tests.support.meltano_project import MeltanoProject

long = pytest.mark.long
SLOW_SECONDS = 2.0
TWO = "two_b2b-stores-whose-name-has-40-letters"
STORES = {"prod": "11.0.1", TWO: "9.9.5", "old": "5.9.0", "refused": "11.0.1", "dies": "9.9.5", "idle": "5.9.0"}
GOOD = ("prod", TWO, "old")


@dataclass
class Shell:
    """Runs pimctl in the installed project, as a user would."""

    installed: MeltanoProject
    servers: dict[str, Server]

    def begin(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MELTANO_", "PG", "PIM_", "TAP_", "TARGET_"))
        }
        return subprocess.Popen(
            [sys.executable, "-m", "pimctl.cli", *arguments],
            cwd=self.installed.root,
            encoding="utf-8",
            env={**kept, "NO_COLOR": "1", **variables},
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

    def run(self, *arguments: str, typed: str = "", **variables: str) -> tuple[int, str, str]:
        return self.end(self.begin(*arguments, **variables), typed)

    def add(self, name: str, *options: str, components: str = "tags,brands") -> tuple[int, str, str]:
        server = self.servers[name]
        key = server.store.key()
        given = ("--url", server.url, "--set", f"ca_bundle={server.ca_bundle}", "--components", components, "--yes")
        return self.run("stores", "add", name, *given, *options, typed=f"{key.consumer_key}\n{key.consumer_secret}\n")

    def tags(self, name: str) -> int:
        return len(self.installed.rows("product_tags", name)) if "product_tags" in self.installed.tables() else 0

    def status(self, **variables: str) -> dict[str, Any]:
        code, out, _ = self.run("status", "--json", **variables)
        assert code == 0
        return {entry["store"]["id"]: entry for entry in json.loads(out)}

    def model_rows(self, name: str) -> dict[str, int]:
        """Return in which tables of the model a store is, and with how many rows."""
        with self.installed.database() as connection:
            tables = connection.execute(
                "select table_schema, table_name from information_schema.columns where column_name = 'store_id' "
                "and (table_schema = 'pim' or table_name in ('int_built_rows', 'int_known_findings')) order by 1, 2"
            ).fetchall()
            found = {}
            for row in tables:
                query = sql.SQL("select count(*) as rows from {} where store_id = %s")
                place = sql.Identifier(row["table_schema"], row["table_name"])
                (counted,) = connection.execute(query.format(place), [name]).fetchall()
                found[f"{row['table_schema']}.{row['table_name']}"] = counted["rows"]
            (named,) = connection.execute(
                "select count(*) as rows from pim.master_products where %s = any(stores || missing_stores)", [name]
            ).fetchall()
        return {place: rows for place, rows in {**found, "master_products": named["rows"]}.items() if rows}

    def find(self, mark: str) -> psutil.Process:
        """Wait for a process of the project with this in its command line."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    command = " ".join(process.cmdline())
                    if mark in command and process.cwd() == str(self.installed.root):
                        return process
            time.sleep(0.02)
        raise AssertionError(f"there is no process with {mark}")

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


def test_store_is_added_synced_shown_and_removed(
    installed: MeltanoProject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serve(Store.recorded("9.9.5"), ca_dir=tmp_path_factory.mktemp("newcomer")) as server:
        shell = Shell(installed, {"newcomer": server})
        code, out, err = shell.add("newcomer", "--every", "1h")

        assert code == 0, out + err
        assert "Found Lab wc9: WooCommerce 9.9.5" in out
        assert shell.tags("newcomer") == len(server.store.rows("tags"))
        status = shell.status()["newcomer"]
        assert (status["state"], status["name"]) == ("healthy", "Lab wc9")
        assert status["last"]["rows"] == len(server.store.rows("tags")) + len(server.store.rows("brands")) + 1
        assert "pim.stores" in shell.model_rows("newcomer")
        code, out, err = shell.run("stores", "remove", "newcomer", "--yes")
        assert (code, err) == (0, ""), out + err
        assert "newcomer" not in shell.status()
        assert shell.tags("newcomer") == len(server.store.rows("tags")), "the rows stay without --purge"


@pytest.fixture(scope="module")
def shell(installed: MeltanoProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Six stores of three versions, added; one key is revoked since, one store dies midway, one is paused."""
    folder = tmp_path_factory.mktemp("stores")
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(serve(Store.recorded(version), ca_dir=folder)) for name, version in STORES.items()
        }
        made = Shell(installed, servers)
        servers["old"].store.keep_products(30)
        for name in STORES:
            components = "products,tags,brands" if name == "old" else "tags,brands"
            code, out, err = made.add(name, "--no-sync", "--every", "1h", components=components)
            assert (code, err) == (0, ""), out + err
        servers["refused"].store.revoke_key(servers["refused"].store.key())
        assert made.run("stores", "pause", "idle")[0] == 0
        yield made


@pytest.fixture(scope="module")
def synced(shell: Shell) -> dict[str, Any]:
    """The result of the first sync of all of them."""
    shell.servers["dies"].store.faults.add("key_revoked", path("/products/tags$") & nth(2))
    shell.servers["old"].store.latency_seconds = SLOW_SECONDS
    code, out, err = shell.run("sync", *GOOD, "refused", "dies", "--json")
    assert code == 1, err
    shell.servers["old"].store.latency_seconds = 0
    found = json.loads(out)
    return {**{entry["store"]["id"]: entry for entry in found["stores"]}, "model_error": found["model_error"]}


@long
def test_stores_are_synced_side_by_side_and_one_that_fails_stops_no_other(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced["model_error"] == ""
    assert {name: synced[name]["outcome"] for name in (*GOOD, "refused", "dies")} == {
        **dict.fromkeys(GOOD, "complete"),
        "refused": "failed",
        "dies": "failed",
    }
    for name in GOOD:
        assert shell.tags(name) == len(shell.servers[name].store.rows("tags"))
    assert synced["prod"]["seconds"] < synced["old"]["seconds"], "a slow store keeps no other waiting"
    assert "the store does not know this key" in synced["refused"]["message"]
    assert "revoked" in synced["dies"]["message"]


@long
def test_status_tells_what_is_well_and_what_is_not(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    states = shell.status()
    assert {name: states[name]["state"] for name in STORES} == {
        **dict.fromkeys(GOOD, "healthy"),
        "refused": "failed",
        "dies": "failed",
        "idle": "paused",
    }
    assert "the store does not know this key" in states["refused"]["error"]
    assert states["prod"]["last"]["rows"] == states["prod"]["last_good"]["rows"] > 0
    assert states["prod"]["next_sync_at"]
    assert states["idle"]["next_sync_at"] is None


@long
def test_paused_store_is_synced_by_nobody(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    for arguments in (("schedule", "run", "schedule-idle"), ("run", "sync-idle")):
        assert "This store is paused" in shell.installed.meltano(*arguments)

    process = shell.installed.begin("run", "pim-db:start", "tap-woo-pim--idle", "target-postgres")
    by_hand, _ = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "The store idle is paused: resume it with: pimctl stores resume idle" in by_hand
    code, out, _ = shell.run("sync", "idle")
    assert code == 1
    assert "idle: paused: resume it with: pimctl stores resume idle" in out

    assert shell.tags("idle") == 0


@long
def test_store_that_is_being_synced_is_not_synced_twice_whoever_begins(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    held = Held(shell.servers["prod"])
    first = shell.begin("sync", "prod")
    held.wait()
    code, out, _ = shell.run("sync", "prod")
    by_meltano = shell.installed.begin("run", "tap-woo-pim--prod", "target-postgres")
    told, _ = by_meltano.communicate(timeout=600)
    held.let_go()

    assert code == 1
    assert f"prod: it is already being synced by process {first.pid} since " in out
    assert by_meltano.returncode != 0
    assert "already running" in told
    assert shell.end(first)[0] == 0


@long
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopped_sync_leaves_no_process_and_nothing_that_blocks_the_next(
    shell: Shell, synced: dict[str, Any], how: signal.Signals
) -> None:
    assert synced
    held = Held(shell.servers[TWO])
    process = shell.begin("sync", TWO)
    held.wait()

    began = time.monotonic()
    process.send_signal(how)
    code, _, err = shell.end(process)
    seconds = time.monotonic() - began
    held.let_go()

    assert (code, err) == (130, "pimctl: stopped before it was done.\n")
    assert seconds < 5
    assert shell.processes() == []
    assert shell.run("sync", TWO)[0] == 0


@long
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

    assert "its process no longer existed" in told
    assert not [path for path in left if path.exists()]
    assert shell.processes() == []


@long
@pytest.mark.parametrize(
    ("victim", "moment"),
    [("tap", "begins"), ("loader", "begins"), *((part, "reads") for part in ("tap", "loader", "meltano", "pimctl"))],
)
def test_part_of_a_sync_that_is_killed_blocks_nothing_and_leaves_nothing(
    shell: Shell, synced: dict[str, Any], victim: str, moment: str
) -> None:
    assert synced
    marks = {"tap": f"/tap-woo-pim--{TWO}/tap.", "loader": "/target.", "meltano": f"bin/meltano run tap-woo-pim--{TWO}"}
    held = Held(shell.servers[TWO])
    process = shell.begin("sync", TWO)
    if moment == "reads":
        held.wait()
    (process if victim == "pimctl" else shell.find(marks[victim])).kill()
    if victim == "pimctl":
        process.communicate()
        held.let_go()
        psutil.wait_procs(shell.processes(), timeout=120)  # what it began comes to its end
    else:
        code, out, _ = shell.end(process)
        assert code == 1
        assert f"{TWO}: " in out
        held.let_go()

    code, out, err = shell.run("sync", TWO)

    assert code == 0, out + err
    assert shell.processes() == []
    assert not list((shell.installed.root / ".meltano" / "run").glob("*/*.config.json"))
    assert shell.tags(TWO) == len(shell.servers[TWO].store.rows("tags"))


@long
def test_sync_status_and_history_work_on_a_database_of_ones_own(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    with psycopg.connect(shell.installed.url, autocommit=True) as connection:
        connection.execute("create database own")
    own = {"PIM_DATABASE_URL": shell.installed.url.replace("/pim?", "/own?")}

    code, out, err = shell.run("sync", "prod", "--json", **own)

    assert code == 0, out + err
    (sync,) = json.loads(out)["stores"]
    assert (sync["outcome"], sync["rows"]) == ("complete", synced["prod"]["rows"])
    states = shell.status(**own)
    assert {name: states[name]["state"] for name in ("prod", TWO)} == {"prod": "healthy", TWO: "never synced"}
    code, out, _ = shell.run("history", "prod", "--json", **own)
    assert [run["status"] for run in json.loads(out)] == ["complete"]
    landed = shell.installed.rows("product_tags", "prod", url=own["PIM_DATABASE_URL"])
    assert len(landed) == len(shell.servers["prod"].store.rows("tags"))


@long
def test_scheduler_runs_what_is_due_whose_last_block_sends_the_alerts(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    with receiver() as (url, texts):
        assert shell.run("alerts", "add", "team", typed=f"{url}\n")[0] == 0
        assert shell.run("schedule", TWO, "--cron", "* * * * *")[0] == 0
        scheduler = shell.begin("scheduler")
        assert scheduler.stdout
        said: list[str] = []
        while f"schedule-{TWO} succeeded." not in "".join(said[-1:]):
            said.append(scheduler.stdout.readline())
            assert said[-1], "".join(said)
        scheduler.send_signal(signal.SIGTERM)
        code, _, err = shell.end(scheduler)

    assert (code, err) == (130, "pimctl: stopped before it was done.\n")
    assert any(f"schedule-{TWO} started." in line for line in said)
    assert any("the store does not know this key" in text for text in texts)
    assert shell.processes() == []
    assert shell.run("alerts", "remove", "team")[0] == 0
    assert shell.run("schedule", TWO, "--every", "1h")[0] == 0


@long
def test_run_of_meltanos_that_fails_is_told_by_the_first_block_of_the_next(
    shell: Shell, synced: dict[str, Any]
) -> None:
    assert synced["refused"]["outcome"] == "failed"
    (shell.installed.root / ".meltano" / "pimctl" / "alerts.json").unlink(missing_ok=True)  # nothing was told so far
    with receiver() as (url, texts):
        assert shell.run("alerts", "add", "team", typed=f"{url}\n")[0] == 0
        process = shell.installed.begin("run", "sync-refused")
        told, _ = process.communicate(timeout=600)

    assert process.returncode == 1, told
    assert any("the last sync failed" in text and "the store does not know this key" in text for text in texts)
    assert shell.run("alerts", "remove", "team")[0] == 0


@long
def test_removed_store_takes_its_rows_along_and_none_of_another(shell: Shell, synced: dict[str, Any]) -> None:
    assert synced
    before = {name: shell.installed.all_rows(name) for name in GOOD}
    model_before = shell.model_rows("old")
    assert model_before["pim.products"] == 30
    yml = (shell.installed.root / "meltano.yml").read_text(encoding="utf-8")
    assert "tap-woo-pim--old" in yml

    code, out, err = shell.run("stores", "remove", "old", "--purge", "--yes")

    assert (code, err) == (0, ""), out
    assert "rows of old in" in out
    assert not any(shell.installed.all_rows("old").values())
    assert shell.model_rows("old") == {}
    assert {name: shell.installed.all_rows(name) for name in ("prod", TWO)} == {
        name: before[name] for name in ("prod", TWO)
    }
    assert "--old" not in (shell.installed.root / "meltano.yml").read_text(encoding="utf-8")
    assert "TAP_WOO_PIM__OLD_" not in (shell.installed.root / ".env").read_text(encoding="utf-8")
    code, out, err = shell.add("old", components="products,tags,brands")  # the same rows again
    assert code == 0, out + err  # the test before may have used another database, as it then says
    assert shell.model_rows("old")["pim.products"] == 30
