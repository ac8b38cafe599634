"""The pages of channels over real sample stores: the form, the check's failures at their fields, who may do what."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from demo_store import Server, Store, serve
from pimctl.console import channels
from pimctl.console.audit import Audit
from pimctl.console.jobs import Job
from pimctl.console.pages import TEMPLATES
from pimctl.console.users import Users
from pimctl.console.watch import without_figures
from pimctl.lock import exclusive
from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from pimctl.stores import history, meltano_runs, operations, progress, registry, schedules
from pimctl.stores.history import StreamRun, SyncRun
from pimctl.stores.store import Credentials
from tap_woo_pim.store.check import CheckStep, Outcome
from tests.support.alerts import receiver
from tests.support.console import Running, new_project, runnable, start_console
from tests.support.meltano_runs import add_run, record_of_runs

FIELD_ERROR = re.compile(r'<p class="error" id="(\w+)-error">(.*?)</p>', re.DOTALL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with an embedded database and the stores of the demonstration."""
    with new_project(tmp_path_factory.mktemp("channels")) as made:
        yield made


@pytest.fixture(scope="module")
def running(home: Project) -> Iterator[Running]:
    with start_console(home.root) as started:
        yield started


@pytest.fixture
def manager(running: Running) -> Iterator[requests.Session]:
    with running.enter() as client:
        client.headers["Origin"] = running.address
        yield client


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A sample store."""
    with serve(Store.recorded("11.0.1"), tls=False) as served:
        yield served


def token(client: requests.Session, running: Running) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(f"{running.address}/account").text)
    assert found
    return found[1]


def typed(server: Server, **changed: Any) -> dict[str, Any]:
    key = server.store.key()
    return {
        "site_url": server.url,
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "sync_components": ["products", "categories"],
        "schedule": "1h",
        **changed,
    }


def submit(client: requests.Session, running: Running, path: str, form: dict[str, Any]) -> requests.Response:
    """Send a form, and wait for the end of its check as the page does: by its events."""
    answer = client.post(running.address + path, {"csrf": token(client, running), **form})
    if "/checks/" not in answer.url or "data-live" not in answer.text:
        return answer
    with client.get(f"{answer.url}/live", stream=True, timeout=30) as events:
        for line in events.iter_lines(decode_unicode=True):
            if line == "event: go":
                break
    return client.get(answer.url)


def errors(page: str) -> dict[str, str]:
    return {field: html.unescape(text) for field, text in FIELD_ERROR.findall(page)}


def files(home: Project) -> tuple[bytes, bytes]:
    env = home.root / ".env"
    return (home.root / "meltano.yml").read_bytes(), env.read_bytes() if env.exists() else b""


def test_each_failure_of_the_check_stands_at_its_field_and_saves_nothing(
    home: Project, running: Running, manager: requests.Session, server: Server
) -> None:
    before = files(home)
    writer = server.store.add_key(permissions="write")
    secret = "cs_" + "0" * 40
    for changed, field, words in (
        ({"site_url": "http://localhost:1"}, "site_url", "refused"),
        ({"site_url": ""}, "site_url", "Fill in"),
        ({"consumer_key": "ck_" + "0" * 40}, "consumer_key", "does not know this key"),
        ({"consumer_key": "ck_short"}, "consumer_key", "incomplete"),
        ({"consumer_secret": secret}, "consumer_secret", "does not belong to this key"),
        ({"consumer_secret": ""}, "consumer_secret", "Fill in"),
        (
            {"consumer_key": writer.consumer_key, "consumer_secret": writer.consumer_secret},
            "consumer_key",
            "only write",
        ),
        ({"sync_components": []}, "sync_components", "at least one"),
        ({"schedule": "cron", "cron": "every day"}, "cron", "every day"),
        ({"id": "US"}, "id", "cannot name a store"),
        ({"id": "us"}, "id", "already"),
        ({"requests_per_second": "fast"}, "requests_per_second", "fast"),
        ({"ca_bundle": "/nowhere.pem"}, "ca_bundle", "nowhere.pem"),
    ):
        form = typed(server, **changed)
        page = submit(manager, running, "/add-store", form).text
        assert list(errors(page)) == [field], (changed, errors(page))
        assert words in errors(page)[field]
        assert f'<a href="#{field}">' in page
        assert f'aria-describedby="{field}' in page
        assert not form["consumer_secret"] or form["consumer_secret"] not in page
        assert form["site_url"] in page
        assert files(home) == before


def test_all_fields_that_are_missing_are_named_at_once(
    running: Running, manager: requests.Session, server: Server
) -> None:
    empty = dict.fromkeys(("site_url", "consumer_key", "consumer_secret"), "")

    page = submit(manager, running, "/add-store", typed(server, **empty)).text

    assert errors(page) == dict.fromkeys(empty, "Fill in this field.")


def test_reason_that_several_components_share_is_told_once() -> None:
    job = Job(title="mine")
    for name, setting in (("tax_classes", "sync_components"), ("tags", "site_url"), ("brands", "site_url")):
        job.steps.append(CheckStep(name, Outcome.FAILED, "it is down", "Check site_url.", setting))

    assert job.errors == {
        "sync_components": "Tax classes: It is down. Check the store address.",
        "site_url": "Tags, Brands: It is down. Check the store address.",
    }


def test_web_servers_own_password_is_asked_for_at_its_field_and_never_sent_back(
    home: Project, running: Running, manager: requests.Session, tmp_path: Path
) -> None:
    store = Store.recorded("11.0.1")
    store.http_login = ("staging", "let me in")
    with serve(store, ca_dir=tmp_path) as staging:
        more = {"ca_bundle": str(staging.ca_bundle), "id": "staging"}
        for changed, field, words in (
            ({}, "http_user", "asks for a password of its own"),
            ({"http_user": "staging"}, "http_password", "is set without the web server password"),
            ({"http_user": "staging", "http_password": "wrong one"}, "http_password", "does not accept"),
            ({"http_user": "a:b", "http_password": "x"}, "http_user", "colon"),
        ):
            page = submit(manager, running, "/add-store", typed(staging, **more, **changed)).text
            assert list(errors(page)) == [field], (changed, errors(page))
            assert words in errors(page)[field]
            assert "wrong one" not in page
        form = edit_form(
            manager, running, add_store(home, staging), http_user="staging", http_password="let me in", **more
        )
        answer = submit(manager, running, "/stores/mine/edit", form)
        assert answer.url.endswith("/stores/mine"), errors(answer.text)
        assert "Changed http_user, ca_bundle, web server password" in answer.text
        known = registry.credentials(home, registry.find(home, "mine"))
        assert known is not None
        assert known.http_password == "let me in"
        page = manager.get(f"{running.address}/stores/mine/edit").text
        assert "let me in" not in page
        kept = edit_form(manager, running, "mine", http_user="staging", sync_components=["tags"], **more)
        submit(manager, running, "/stores/mine/edit", kept)
        assert registry.credentials(home, registry.find(home, "mine")) == known
    operations.forget(home, registry.find(home, "mine"))


def test_what_was_typed_stays_but_the_secret(running: Running, manager: requests.Session, server: Server) -> None:
    form = typed(server, consumer_secret="cs_" + "1" * 40, schedule="6h", id="kept")
    page = submit(manager, running, "/add-store", form).text
    assert f'value="{form["consumer_key"]}"' in page
    assert '<option value="6h" selected>' in page
    assert re.findall(r'value="(\w+)" checked', page) == ["products", "categories"]
    assert 'value="kept"' in page
    assert re.search(r'<input id="consumer_secret"[^>]*>', page)
    assert "cs_1" not in page
    swapped = {"consumer_key": form["consumer_secret"], "consumer_secret": form["consumer_key"]}
    page = submit(manager, running, "/add-store", typed(server, **swapped)).text
    assert errors(page)["consumer_key"] == (
        "The consumer key and the consumer secret are swapped. Enter the half that starts with ck_ as the consumer key."
    )
    assert "cs_1" not in page


def test_steps_of_the_check_come_one_by_one(running: Running, manager: requests.Session, server: Server) -> None:
    server.store.latency_seconds = 0.4
    try:
        form = typed(server, consumer_secret="cs_" + "2" * 40)
        answer = manager.post(f"{running.address}/add-store", {"csrf": token(manager, running), **form})
        with manager.get(f"{answer.url}/live", stream=True) as events:
            said = [line for line in events.iter_lines(decode_unicode=True) if line.startswith("data: {")]
    finally:
        server.store.latency_seconds = 0
    counts = [line.count('class=\\"passed\\"') for line in said]
    assert counts == sorted(counts)
    assert len(set(counts)) > 1
    assert "cs_2" not in "".join(said)


def add_store(home: Project, server: Server) -> str:
    key = server.store.add_key()
    draft = operations.Draft(
        id="mine",
        site_url=server.url,
        credentials=Credentials(key.consumer_key, key.consumer_secret),
        components=("products",),
        cron=schedules.every("1h", "mine"),
    )
    return operations.add(home, draft).id


@pytest.fixture
def eu(home: Project, server: Server) -> Iterator[str]:
    """A store that was added, its id."""
    yield add_store(home, server)
    if any(store.id == "mine" for store in registry.list_stores(home)):
        operations.forget(home, registry.find(home, "mine"))


def edit_form(client: requests.Session, running: Running, eu: str, **changed: Any) -> dict[str, Any]:
    """Return what the edit page would send, with some fields changed."""
    page = client.get(f"{running.address}/stores/{eu}/edit").text
    version = re.search(r'name="version" value="(\w+)"', page)
    address = re.search(r'name="site_url"[^>]* value="([^"]+)"', page)
    assert version
    assert address
    return {
        "version": version[1],
        "site_url": address[1],
        "sync_components": re.findall(r'value="(\w+)" checked', page),
        "schedule": "1h",
        **changed,
    }


def test_edit_checks_and_saves_what_was_changed(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    form = edit_form(manager, running, eu, sync_components=["products", "tags"], schedule="none")
    answer = submit(manager, running, f"/stores/{eu}/edit", form)
    assert answer.url == f"{running.address}/stores/{eu}"
    assert "Saved." in answer.text
    store = registry.find(home, eu)
    assert (store.components, store.cron) == (("products", "tags"), None)
    assert "Changed sync_components, schedule none" in answer.text  # who changed what, on the store's page


def test_edit_with_another_key_keeps_the_old_one_until_the_new_is_proven(
    home: Project, running: Running, manager: requests.Session, server: Server, eu: str
) -> None:
    store = registry.find(home, eu)
    old, new = registry.credentials(home, store), server.store.add_key()
    wrong = {"consumer_key": new.consumer_key, "consumer_secret": "cs_" + "3" * 40}
    page = submit(manager, running, f"/stores/{eu}/edit", edit_form(manager, running, eu, **wrong)).text
    assert errors(page).keys() == {"consumer_secret"}
    assert registry.credentials(home, store) == old
    right = {"consumer_key": new.consumer_key, "consumer_secret": new.consumer_secret}
    answer = submit(manager, running, f"/stores/{eu}/edit", edit_form(manager, running, eu, **right))
    assert answer.url.endswith(f"/stores/{eu}")
    assert registry.credentials(home, store) == Credentials(new.consumer_key, new.consumer_secret)
    assert new.consumer_secret not in answer.text
    half = edit_form(manager, running, eu, consumer_key="ck_" + "4" * 40)
    assert errors(submit(manager, running, f"/stores/{eu}/edit", half).text).keys() == {"consumer_secret"}


def test_second_of_two_people_who_edit_a_store_is_told(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    first = edit_form(manager, running, eu, sync_components=["products", "tags"])
    second = edit_form(manager, running, eu, sync_components=["products", "brands"])
    submit(manager, running, f"/stores/{eu}/edit", first)
    page = submit(manager, running, f"/stores/{eu}/edit", second).text
    assert "Nothing was saved" in page
    assert "changed meanwhile" in page
    assert registry.find(home, eu).components == ("products", "tags")


def test_open_page_of_a_store_shows_a_change_at_once_whoever_made_it(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    """Figures may be seconds old; what meltano.yml says of a store may not, on the page that a change leads to."""

    def opened() -> tuple[requests.Response, Iterator[str]]:
        events = manager.get(f"{running.address}/stores/{eu}/live", stream=True, timeout=5)
        return events, (line for line in events.iter_lines(decode_unicode=True) if line.startswith(("data", "event")))

    before, lines = opened()
    with before:
        assert "Never synced" in [next(lines), next(lines)][1]
        operations.edit(home, registry.find(home, eu), operations.Changes(components=("tags",)))
        assert "Tags" in [next(lines), next(lines)][1]
        operations.pause(home, registry.find(home, eu))
        after, first = opened()
        with after:
            assert "Paused" in [next(first), next(first)][1]
        assert [next(lines), next(lines)] == ["event: go", f'data: "/stores/{eu}"'], "its buttons are others now"


def test_form_that_is_refused_leads_back_to_its_page(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    """The address of a form cannot be opened, so there is nothing to try again."""
    form = {"csrf": token(manager, running)}
    with exclusive(progress.lock_file(home, registry.find(home, eu))):  # as a pimctl does that syncs it
        page = f"{running.address}/stores/{eu}"
        refused = manager.post(f"{page}/remove", form, headers={"Referer": f"{page}/remove?from=list"})
        assert refused.status_code == 409
        assert f'<a class="button" href="/stores/{eu}/remove?from=list">Go back</a>' in refused.text
        odd = manager.post(f"{page}/remove", form, headers={"Referer": f"{running.address}//elsewhere.example/"})
        assert '<a class="button" href="/elsewhere.example/">Go back</a>' in odd.text


def test_sync_of_a_store_that_syncs_already_is_no_failure(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    store = registry.find(home, eu)
    noted = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "phase": "reading"}
    with exclusive(progress.lock_file(home, store)):
        progress.note_file(home, store).write_text(json.dumps(noted), encoding="utf-8")
        answer = manager.post(f"{running.address}/stores/{eu}/sync", {"csrf": token(manager, running)})
    assert answer.url == f"{running.address}/stores/{eu}"
    assert "mine is syncing already." in answer.text
    assert "Started" not in answer.text.partition("Who changed what")[2]


def test_store_is_paused_resumed_checked_and_removed(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    form = {"csrf": token(manager, running)}
    page = manager.post(f"{running.address}/stores/{eu}/pause", form).text
    assert "is paused" in page
    assert registry.find(home, eu).is_paused
    manager.post(f"{running.address}/stores/{eu}/resume", form)
    assert not registry.find(home, eu).is_paused
    assert "All is well" in submit(manager, running, f"/stores/{eu}/check", {}).text
    assert "no longer syncs" in manager.get(f"{running.address}/stores/{eu}/remove").text
    answer = manager.post(f"{running.address}/stores/{eu}/remove", form)
    assert answer.url == f"{running.address}/stores"
    assert eu not in {store.id for store in registry.list_stores(home)}
    assert manager.get(f"{running.address}/stores/{eu}").status_code == 404
    assert b"MINE" not in files(home)[1]


def test_list_of_stores_is_searched_sorted_and_exported(
    home: Project, running: Running, manager: requests.Session
) -> None:
    def listed(query: str) -> list[str]:
        return re.findall(r'<a href="/stores/(\w+)">', manager.get(f"{running.address}/stores?{query}").text)

    assert listed("") == ["eu", "us"]
    assert listed("sort=-name") == ["us", "eu"]
    assert listed("q=8411") == ["us"]
    assert listed("state=paused") == []
    assert manager.get(f"{running.address}/stores.csv").text.splitlines()[1].startswith("eu,")
    assert [store.id for store in registry.list_stores(home)] == ["us", "eu"]


def test_alert_is_added_tested_and_removed_and_its_address_never_shown(
    home: Project, running: Running, manager: requests.Session
) -> None:
    csrf = token(manager, running)
    pages = []

    def send(path: str, **form: str) -> requests.Response:
        answer = manager.post(running.address + path, {"csrf": csrf, **form})
        pages.append(answer.text)
        return answer

    before = files(home)
    for form, fields in (
        ({}, ["name", "url"]),
        ({"name": "Team", "url": "json://hooks.example"}, ["name"]),
        ({"name": "team", "url": "nothing:/hidden"}, ["url"]),
    ):
        answer = send("/alerts", **form)
        assert (answer.status_code, list(errors(answer.text))) == (422, fields)
    assert files(home) == before
    with receiver() as (url, texts):
        assert "team is saved" in send("/alerts", name="team", url=url).text
        assert "team delivered the test message" in send("/alerts/team/test").text
        assert texts == ["This alert works."]
    answer = send("/alerts/team/test")
    assert answer.status_code == 409
    assert "team: not delivered" in answer.text
    assert re.findall(r'<tr><th scope="row">(\w+)</th><td class="code"[^>]*>(\w+)', pages[-2]) == [("team", "json")]
    assert "team is removed" in send("/alerts/team/remove").text
    assert send("/alerts/team/test").status_code == 409
    assert not [page for page in pages if "user:hidden" in page or "nothing:/hidden" in page]
    assert [entry["what"] for entry in Audit(home.root / ".pimctl").read(None)][:3] == [
        "Removed the alert team",
        "Sent a test by the alert team",
        "Added the alert team",
    ]


def test_viewer_sees_stores_but_every_change_is_refused_by_the_server(home: Project, server: Server, eu: str) -> None:
    users = Users(home.root / ".pimctl")
    users.add("vic", "viewer", "correct horse battery")
    before = files(home)
    try:
        with start_console(home.root) as guarded, requests.Session() as viewer:
            viewer.headers["Origin"] = guarded.address
            viewer.post(f"{guarded.address}/login", {"name": "vic", "password": "correct horse battery"})
            page = viewer.get(f"{guarded.address}/stores").text
            assert eu in page
            assert "<form" not in page
            form = {"csrf": token(viewer, guarded), **typed(server)}
            for path in (
                "/add-store",
                "/sync-all",
                "/alerts",
                "/alerts/team/test",
                "/alerts/team/remove",
                *(f"/stores/{eu}/{action}" for action in ("edit", "check", "sync", "pause", "resume", "remove")),
            ):
                answer = viewer.post(guarded.address + path, form)
                assert (answer.status_code, "only a manager" in answer.text) == (403, True), path
            for path in (f"/stores/{eu}", f"/stores/{eu}/log", "/stores.csv", "/products", "/health", "/alerts"):
                assert viewer.get(guarded.address + path).status_code == 200, path
    finally:
        users.remove("vic")
    assert files(home) == before


def test_stores_are_shown_while_the_database_is_down(
    home: Project, running: Running, manager: requests.Session, eu: str
) -> None:
    with (home.root / ".env").open("a", encoding="utf-8") as env_file:
        env_file.write("PIM_DATABASE_URL=postgresql://pim:s3kret@localhost:1/pim\n")
    try:
        for path in ("/stores", f"/stores/{eu}"):
            answer = manager.get(running.address + path)
            assert answer.status_code == 200
            assert eu in answer.text
            assert "Figures are missing" in answer.text
            assert "s3kret" not in answer.text
            assert "0 products" not in answer.text, "nobody knows how many there are"
            assert re.search(rf'id="(next-{eu}|headline)".*<time datetime', answer.text, re.DOTALL), (
                "its schedule is known"
            )
        for path in ("/products.csv", "/health/findings.csv"):
            answer = manager.get(running.address + path)
            assert (answer.status_code, "The PIM database cannot be read" in answer.text) == (503, True)
    finally:
        env = home.root / ".env"
        lines = env.read_text(encoding="utf-8").splitlines(keepends=True)
        env.write_text("".join(line for line in lines if "PIM_DATABASE_URL" not in line), encoding="utf-8")
    assert Embedded(home).running()
    assert "Figures are missing" not in manager.get(f"{running.address}/stores").text


def test_broken_meltano_yml_is_named_and_comes_back(home: Project, running: Running, manager: requests.Session) -> None:
    path = home.root / "meltano.yml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "\nplugins: [", encoding="utf-8")
    try:
        answer = manager.get(f"{running.address}/stores")
        assert answer.status_code == 409
        assert "meltano.yml" in answer.text
    finally:
        path.write_text(whole, encoding="utf-8")
    assert manager.get(f"{running.address}/stores").status_code == 200


def test_word_of_a_broken_meltano_yml_stands_at_no_field(
    home: Project, running: Running, manager: requests.Session, server: Server
) -> None:
    csrf = token(manager, running)
    path = home.root / "meltano.yml"
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "\nplugins: {}\n", encoding="utf-8")
    try:
        page = manager.post(f"{running.address}/add-store", {"csrf": csrf, **typed(server)}).text
    finally:
        path.write_text(whole, encoding="utf-8")
    assert "duplicate key" in page
    assert errors(page) == {}


def test_change_whose_line_cannot_be_written_is_done_and_told_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where the console was run as root before. The page must not say that nothing was changed."""
    (tmp_path / "audit.jsonl").mkdir()

    Audit(tmp_path).write("mia", "Paused", "eu")

    told = capsys.readouterr().err
    assert told.startswith(f"pimctl: {tmp_path / 'audit.jsonl'} cannot be written (Is a directory): {{")
    assert '"who": "mia", "what": "Paused", "store": "eu"}\n' in told


def test_logs_show_no_credentials(home: Project, running: Running, manager: requests.Session, eu: str) -> None:
    folder = home.root / ".meltano" / "pimctl" / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    lines = 'tap-woo-pim--mine METRIC: {"type": "gauge"}\nkey ck_0123456789 <script>alert(1)</script> cs_abc\n'
    (folder / f"{eu}.log").write_text(lines, encoding="utf-8")
    page = manager.get(f"{running.address}/stores/{eu}/log").text
    assert "key *** &lt;script&gt;alert(1)&lt;/script&gt; ***" in page
    assert "METRIC" not in page, "the pages show the progress as a table"
    assert runnable(page) == []


def test_log_is_that_of_the_last_sync_whoever_started_it(
    home: Project, eu: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    own = home.root / ".meltano" / "pimctl" / "logs" / f"{eu}.log"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text("by pimctl", encoding="utf-8")
    now = datetime.now(UTC)
    run_id = "01a21eea-e19c-74de-a8e1-817a0d1162eb"
    with record_of_runs(home.root) as runs:
        add_run(runs, registry.state_id(home, registry.find(home, eu)), run_id, now, now, error="Loader failed")
    (failed,) = meltano_runs.failed(home)
    failed.log.parent.mkdir(parents=True)
    failed.log.write_text("by cron", encoding="utf-8")
    status = next(one for one in history.status(home) if one.store.id == eu)

    for age, expected in ((60, failed.log), (-60, own)):
        os.utime(own, (now.timestamp() - age,) * 2)
        assert channels.log_of(home, status) == expected
    (home.root / ".meltano" / "meltano.db").unlink()


def test_component_that_was_read_and_has_no_rows_has_none() -> None:
    """A dash would say that nobody knows: the tap writes no snapshot of a list that never had a row."""
    now = datetime.now(UTC)
    kinds = {"product_variations": ("full", 0), "products": ("full", 9), "product_tags": ("incremental", 0)}
    streams = tuple(StreamRun(name, kind, rows, 0, 0, 0, 1.0) for name, (kind, rows) in kinds.items())
    run = SyncRun("mine", now, now, "complete", "full", None, None, "", 9, 9, 0, 0, 9, None, streams)

    assert channels.empty_components([run], {}) == {"variations": {"row_count": 0, "completed_at": now}}
    assert channels.empty_components([run], {"variations": {"row_count": 3}}) == {}
    assert channels.empty_components([replace(run, status="failed")], {}) == {}


def test_state_of_a_store_comes_with_its_reason(home: Project, eu: str) -> None:
    well = without_figures(home, registry.find(home, eu))
    now = datetime.now(UTC)
    message = f"mine ({well.store.site_url}), products: 2 rows could not be read"
    last = SyncRun("mine", now, now, "incomplete", "full", None, None, message, 9, 9, 2, 0, 9, None, ())
    show = TEMPLATES.get_template("store_parts.html").module.state  # type: ignore[attr-defined]

    assert "Products: 2 rows could not be read." in show(replace(well, state="incomplete", last=last, last_good=last))
    assert "needs cron or pimctl scheduler" in show(replace(well, state="stale", last=last, last_good=last))
    assert "Check the store address." in show(replace(well, state="failed", error="it is down. Check site_url"))
    broken = "it wants a password. Enter it as http_password, or set ca_bundle"
    told = "Enter it as the web server password, or set the CA certificate file."
    assert told in show(replace(well, state="failed", error=broken)), "as the form names them"
