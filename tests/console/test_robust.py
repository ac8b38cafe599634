"""The console under load and in trouble: 100 stores, 20 tabs, a full disk, edits by hand, another language."""

from __future__ import annotations

import json
import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
import requests
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from pimctl.lock import exclusive
from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from pimctl.stores import history, progress, registry
from tests.support.console import CHECKOUT, Running, new_project, start_console

STORES = 100
TABS = 20
QUICK_SECONDS = 1.0


def with_many_stores(text: str) -> str:
    """Return a meltano.yml of two stores with 98 more, each with a job and a schedule."""
    names = [f"s{number:02}" for number in range(STORES - 2)]
    before, loaders, after = text.partition("  loaders:\n")
    plugins = "".join(
        f"  - name: tap-woo-pim--{name}\n    inherit_from: tap-woo-pim\n"
        f"    config: {{site_url: 'https://{name}.example', store_id: {name}, sync_components: [products]}}\n"
        for name in names
    )
    jobs = "".join(f"- name: sync-{name}\n  tasks: [tap-woo-pim--{name} target-postgres]\n" for name in names)
    schedules = "".join(f"- name: schedule-{name}\n  interval: 5 * * * *\n  job: sync-{name}\n" for name in names)
    after = after.replace("\njobs:\n", f"\njobs:\n{jobs}").replace("\nschedules:\n", f"\nschedules:\n{schedules}")
    return f"{before}{plugins}{loaders}{after}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project of a hundred stores."""
    with new_project(tmp_path_factory.mktemp("robust")) as project:
        path = project.root / "meltano.yml"
        path.write_text(with_many_stores(path.read_text(encoding="utf-8")), encoding="utf-8")
        yield project


@pytest.fixture(scope="module")
def running(home: Project) -> Iterator[Running]:
    with start_console(home.root) as started:
        yield started


@pytest.fixture(scope="module")
def manager(running: Running) -> Iterator[requests.Session]:
    with running.enter() as client:
        client.headers["Origin"] = running.address
        yield client


def csrf(client: requests.Session, running: Running) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(f"{running.address}/account").text)
    assert found
    return found[1]


def files(home: Project) -> list[bytes]:
    return [(home.root / name).read_bytes() for name in ("meltano.yml", ".env")]


def test_a_hundred_stores_are_listed_searched_and_quick(running: Running, manager: requests.Session) -> None:
    page = manager.get(f"{running.address}/stores").text
    listed = re.findall(r'<a href="/stores/(\w+)">', page)
    assert len(listed) == STORES
    assert listed == sorted(listed)
    assert re.findall(r'<a href="/stores/(\w+)">', manager.get(f"{running.address}/stores?q=s97").text) == ["s97"]
    before = psutil.Process(running.process.pid).cpu_times()
    manager.get(f"{running.address}/stores")
    after = psutil.Process(running.process.pid).cpu_times()
    assert after.user + after.system - before.user - before.system < QUICK_SECONDS


def test_state_of_many_stores_is_worked_out_with_few_looks_at_their_keys(
    home: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look parses the whole of .env, which has some lines for each store."""
    read = Project.env_file
    looks: list[int] = []

    def counted(project: Project) -> dict[str, str]:
        looks.append(1)
        return read(project)

    monkeypatch.setattr(Project, "env_file", counted)

    assert len(history.status(home)) == STORES
    assert len(looks) < 10


def test_twenty_tabs_see_the_same_sync_and_pages_stay_quick(
    home: Project, running: Running, manager: requests.Session
) -> None:
    store = registry.find(home, "us")
    note = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "phase": "waiting"}

    def watch(_: int) -> tuple[str, str]:
        """Open a tab on the list, and return what it shows of the store: while the sync waits, and when it is over."""
        seen = []
        with manager.get(f"{running.address}/stores-live", stream=True, timeout=60) as events:
            for line in events.iter_lines(decode_unicode=True):
                if not line.startswith("data: {"):
                    continue
                parts = json.loads(line.removeprefix("data: "))
                if "state-us" in parts:
                    seen.append(parts["state-us"])
                if len(seen) == 1 and not opened[_]:
                    opened[_] = True
                if len(seen) == 2:
                    return seen[0], seen[1]
        raise AssertionError(seen)

    opened = [False] * TABS
    with ThreadPoolExecutor(TABS) as pool:
        with exclusive(progress.lock_file(home, store)):  # as a pimctl does that syncs it
            progress.note_file(home, store).write_text(json.dumps(note), encoding="utf-8")
            tabs = [pool.submit(watch, number) for number in range(TABS)]
            deadline = time.monotonic() + 30
            while not all(opened):
                assert time.monotonic() < deadline, f"{sum(opened)} of {TABS} tabs were served"
                assert manager.get(f"{running.address}/account").status_code == 200
        shown = {tab.result(timeout=30) for tab in tabs}
    assert len(shown) == 1
    ((at_work, over),) = shown
    assert "waits for its turn" in at_work
    assert "Never synced" in over


def test_full_disk_is_said_and_nothing_is_lost(home: Project, running: Running, manager: requests.Session) -> None:
    token = csrf(manager, running)
    before = files(home)
    names = sorted(path.name for path in home.root.iterdir())
    server = psutil.Process(running.process.pid)
    unlimited = server.rlimit(resource.RLIMIT_FSIZE)
    server.rlimit(resource.RLIMIT_FSIZE, (4000, unlimited[1]))  # no file may grow beyond this, as on a full disk
    try:
        answer = manager.post(f"{running.address}/stores/us/pause", {"csrf": token})
    finally:
        server.rlimit(resource.RLIMIT_FSIZE, unlimited)
    assert answer.status_code == 507
    assert "Nothing was changed" in answer.text
    assert files(home) == before
    assert sorted(path.name for path in home.root.iterdir()) == names
    assert not registry.find(home, "us").is_paused
    assert "is paused" in manager.post(f"{running.address}/stores/us/pause", {"csrf": token}).text
    manager.post(f"{running.address}/stores/us/resume", {"csrf": token})
    assert files(home) == before


def test_edit_by_hand_under_an_open_form_is_kept_and_the_form_refused(
    home: Project, running: Running, manager: requests.Session
) -> None:
    form = manager.get(f"{running.address}/stores/us/edit").text
    version = re.search(r'name="version" value="(\w+)"', form)
    assert version
    path = home.root / "meltano.yml"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"https://s00.example", b"https://by-hand.example"))
    try:
        assert "by-hand.example" in manager.get(f"{running.address}/stores").text, "it counts at once"
        typed = {"site_url": "https://localhost:8411", "sync_components": "products", "schedule": "none"}
        fields = {"csrf": csrf(manager, running), "version": version[1], **typed}
        answer = manager.post(f"{running.address}/stores/us/edit", fields)
        assert "open the store again" in answer.text
        assert b"by-hand.example" in path.read_bytes()
        assert registry.find(home, "us").components != ("products",)
    finally:
        path.write_bytes(before)


def test_stores_come_back_with_the_database(home: Project, running: Running, manager: requests.Session) -> None:
    Embedded(home).stop()
    assert manager.get(f"{running.address}/products").status_code == 503
    page = manager.get(f"{running.address}/stores")  # this page starts the embedded one again
    assert page.status_code == 200
    assert "Figures are missing" not in page.text
    assert manager.get(f"{running.address}/products").status_code == 200


TRANSLATED = f"""\
import gettext, sys
real = gettext.translation
gettext.translation = lambda name, _where, **more: real(name, sys.argv[1], **more)
from pimctl.cli import main
sys.path.insert(0, {str(CHECKOUT)!r})
sys.exit(main(["console", "--port", "0", "--no-browser"]))
"""


def test_console_in_another_language_shows_no_english_label(
    home: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (CHECKOUT / "pimctl/console/locale/console.pot").open("rb") as file:
        catalogue = Catalog(locale="de")
        for message in read_po(file):
            if message.id:
                is_plural = isinstance(message.id, tuple)
                catalogue.add(message.id, tuple(f"«{text}»" for text in message.id) if is_plural else f"«{message.id}»")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "console.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setenv("LANGUAGE", "de")
    program = (sys.executable, "-c", TRANSLATED, str(tmp_path))
    with start_console(home.root, program=program, language="de") as german, german.enter() as client:
        for path in ("/stores", "/stores/us", "/stores/us/edit", "/add-store", "/alerts", "/products", "/account"):
            page = client.get(german.address + path).text
            assert '<html lang="de">' in page
            for label in re.findall(r"<(?:h1|h2|label for|legend|button|th scope=\"col\")[^>]*>([^<]*\w[^<]*)", page):
                assert "«" in label or label.strip() in {"us", "root"}, (path, label)
