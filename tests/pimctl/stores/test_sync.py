"""Syncs of several stores at once, each with its own result; Meltano is a program that plays one of its logs."""

from __future__ import annotations

import resource
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import psutil  # type: ignore[import-untyped]
import pytest

from pimctl import stop
from pimctl.errors import PimctlError
from pimctl.lock import is_held
from pimctl.project import Project
from pimctl.stores import progress
from pimctl.stores.meltano import Meltano
from pimctl.stores.store import Store
from pimctl.stores.sync import StoreSync, SyncBatch, _Runner, default_parallel, log_folder, start_sync

EU = Store("eu", "tap-woo-pim--eu", "eu", "https://store.example", ("products",))
ERRORS = "2026-11-28T07:42:48.400245Z [info     ] target-postgres sqlalchemy.exc."
TABLE = f'{ERRORS}ProgrammingError: (psycopg.errors.DuplicateTable) relation "sync_runs" already exists'
TYPE = f'{ERRORS}IntegrityError: (psycopg.errors.UniqueViolation) constraint "pg_type_typname_nsp_index"'
OTHER = f"{ERRORS}OperationalError: (psycopg.OperationalError) the connection was closed"
LONG_RUN = "#!/bin/sh\nexec sleep 600\n"
INSTALL = """#!/bin/sh
echo run >> runs
sleep 0.3
for program in extractors/tap-woo-pim/venv/bin/tap-woo-pim loaders/target-postgres/venv/bin/target-postgres \\
  utilities/dbt-postgres/venv/bin/dbt utilities/pim-db/venv/bin/pimctl; do
  mkdir -p .meltano/$(dirname $program)
  touch .meltano/$program
done
"""
MELTANO = """#!/bin/sh
echo run >> runs
if [ $(wc -l < runs) -le {failures} ]; then
  echo '{error}'
  exit 1
fi
"""


def program(pim_project: Project, text: str) -> Meltano:
    """Return a Meltano whose program is this text."""
    meltano = Meltano(pim_project, {}, pim_project.root / "meltano.log")
    meltano.program = pim_project.root / "meltano"
    meltano.program.write_text(text, encoding="utf-8")
    meltano.program.chmod(0o755)
    return meltano


@pytest.mark.parametrize(
    ("error", "failures", "runs", "outcome"),
    [
        (TABLE, 1, 2, "complete"),
        (TYPE, 1, 2, "complete"),
        (TABLE, 2, 2, "failed"),
        (OTHER, 1, 1, "failed"),
    ],
)
def test_loader_that_meets_a_table_that_another_one_just_made_runs_again(
    pim_project: Project, error: str, failures: int, runs: int, outcome: str
) -> None:
    sync = StoreSync(EU)
    runner = _Runner(pim_project, SyncBatch([sync]), lambda _: None, full=False)
    runner.meltano = program(pim_project, MELTANO.format(error=error, failures=failures))

    runner.sync_all(1)

    assert (sync.outcome, bool(sync.message)) == (outcome, outcome == "failed")
    assert len((pim_project.root / "runs").read_text(encoding="utf-8").split()) == runs


@pytest.mark.usefixtures("stop_at_begin")
def test_meltano_that_is_stopped_the_moment_it_begins_is_ended(pim_project: Project) -> None:
    before = psutil.Process().children()

    with pytest.raises(KeyboardInterrupt):
        program(pim_project, LONG_RUN).run("run")

    assert psutil.Process().children() == before


@pytest.mark.parametrize("parallel", [1, 2])
def test_stop_ends_the_syncs_that_began_and_begins_no_other(pim_project: Project, parallel: int) -> None:
    before = psutil.Process().children()
    batch = SyncBatch([StoreSync(EU), StoreSync(replace(EU, id="us", extractor="tap-woo-pim--us"))])

    def observer(batch: SyncBatch) -> None:
        if any(sync.phase == "starting" for sync in batch.syncs):
            raise KeyboardInterrupt

    runner = _Runner(pim_project, batch, observer, full=False)
    runner.meltano = program(pim_project, LONG_RUN)

    with pytest.raises(KeyboardInterrupt):
        runner.sync_all(parallel)

    assert psutil.Process().children() == before
    assert [sync.outcome for sync in batch.syncs] == ["stopped", "stopped"]
    assert batch.syncs[1].log is None or parallel == 2


HELD = """#!/bin/sh
case $* in *--us*) for turn in $(seq 200); do [ -e us-may-end ] && exit 0; sleep 0.05; done; exit 1 ;; esac
"""


def test_store_that_is_done_can_be_synced_anew_while_others_go_on(pim_project: Project) -> None:
    us = replace(EU, id="us", extractor="tap-woo-pim--us")
    batch = SyncBatch([StoreSync(EU), StoreSync(us)])

    def held() -> list[bool]:
        return [is_held(progress.lock_file(pim_project, store)) for store in (EU, us)]

    def observer(_: SyncBatch) -> None:
        if held() == [False, True]:
            (pim_project.root / "us-may-end").touch()

    for sync in batch.syncs:
        sync.store = replace(sync.store, has_credentials=True)
    runner = _Runner(pim_project, batch, observer, full=False)
    runner.meltano = program(pim_project, HELD)

    with runner.lead():
        assert held() == [True, True]
        runner.sync_all(2)
        note = progress.note_of(pim_project, us)
        assert (held(), note and note.phase) == ([False, True], "finishing"), "its figures come with the model"
    assert held() == [False, False]


def test_store_that_failed_can_be_synced_anew_at_once(pim_project: Project) -> None:
    sync = StoreSync(replace(EU, has_credentials=True))
    runner = _Runner(pim_project, SyncBatch([sync]), lambda _: None, full=False)
    runner.meltano = program(pim_project, MELTANO.format(error=OTHER, failures=1))

    with runner.lead():
        runner.sync_all(1)
        assert (sync.outcome, is_held(progress.lock_file(pim_project, EU))) == ("failed", False)


SAYS = """#!/bin/sh
if [ $4 = us ]; then sleep 1; else echo first; echo second; fi
echo "pimctl: $4 is busy"
exit 1
"""


def test_two_syncs_that_begin_at_the_same_time_are_told_why_each_of_its_own_did_not(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(program(pim_project, SAYS).program))

    def told(store: Store) -> str:
        with pytest.raises(PimctlError) as caught:
            start_sync(pim_project, [store])
        return str(caught.value)

    with ThreadPoolExecutor() as pool:
        found = list(pool.map(told, [replace(EU, id="us"), EU]))

    assert found == ["The sync did not begin: us is busy", "The sync did not begin: eu is busy"]


def test_sync_that_a_full_disk_keeps_from_beginning_says_so(pim_project: Project) -> None:
    log_folder(pim_project)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            start_sync(pim_project, [EU])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(("cores", "stores"), [(None, 1), (1, 1), (3, 3), (16, 4)])
def test_as_many_stores_as_cores_are_synced_at_once_but_at_most_4(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, stores: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: cores)

    assert default_parallel() == stores


def test_postponed_stop_comes_at_the_end_of_the_block() -> None:
    done: list[str] = []

    def end() -> None:
        with stop.postponed():
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            done.append("ended")
        done.append("never")

    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            end()
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert done == ["ended"]


def test_a_thread_can_run_meltano_too(pim_project: Project) -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(PimctlError, match="meltano run failed: no message"):
        pool.submit(program(pim_project, "#!/bin/sh\nexit 1\n").run, "run").result()


def test_two_first_syncs_at_the_same_time_install_the_plugins_once(pim_project: Project) -> None:
    (pim_project.root / "pyproject.toml").touch()
    meltano = program(pim_project, INSTALL)
    runners = [_Runner(pim_project, SyncBatch([]), lambda _: None, full=False) for _ in range(2)]
    for runner in runners:
        runner.meltano.program = meltano.program

    with ThreadPoolExecutor() as pool:
        list(pool.map(_Runner.install, runners))

    assert (pim_project.root / "runs").read_text(encoding="utf-8") == "run\n"


def test_installation_that_was_stopped_is_made_again(pim_project: Project) -> None:
    (pim_project.root / "pyproject.toml").touch()
    runner = _Runner(pim_project, SyncBatch([]), lambda _: None, full=False)
    runner.meltano.program = program(pim_project, INSTALL).program
    runner.install()
    (pim_project.root / ".meltano/extractors/tap-woo-pim/venv/bin/tap-woo-pim").unlink()  # its folder is there
    runner.install()
    runner.install()

    assert (pim_project.root / "runs").read_text(encoding="utf-8") == "run\nrun\n"
