"""Stores in meltano.yml and .env: added, edited, paused, scheduled, removed, with all else kept to the byte."""

from __future__ import annotations

import re
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from meltano.core.project import Project as MeltanoProject

from pimctl.commands import words
from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import alerts, operations, project_files, registry
from pimctl.stores.operations import Changes, Draft
from pimctl.stores.store import DEFAULT_COMPONENTS, Credentials, check_components, check_id
from tests.pimctl.stores.conftest import MELTANO

pytestmark = pytest.mark.unit

KEY, SECRET = "ck_" + "1" * 40, "cs_" + "2" * 40
EU = Draft("eu", "store.example/", Credentials(KEY, SECRET), ("products", "variations"), "0 3 * * *")

ADDED_EXTRACTOR = """\
  - name: tap-woo-pim--eu
    inherit_from: tap-woo-pim
    config:
      site_url: https://store.example
      store_id: eu
      sync_components:
      - products
      - variations
"""
ADDED_JOB = """\
- name: sync-eu
  tasks:
  - pim-db:start tap-woo-pim--eu target-postgres dbt-postgres:build pim-alerts:send
"""
ADDED_SCHEDULE = """\
- name: schedule-eu
  interval: 0 3 * * *
  job: sync-eu
"""


def yml(pim_project: Project) -> str:
    return (pim_project.root / "meltano.yml").read_text(encoding="utf-8")


def env(pim_project: Project) -> str:
    path = pim_project.root / ".env"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def files(pim_project: Project) -> tuple[str, str]:
    return yml(pim_project), env(pim_project)


def without(text: str, *parts: str) -> str:
    for part in parts:
        assert text.count(part) == 1, part
        text = text.replace(part, "")
    return text


def test_added_store_is_one_extractor_one_job_one_schedule_and_all_else_stays_to_the_byte(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)

    assert without(yml(pim_project), ADDED_EXTRACTOR, ADDED_JOB, ADDED_SCHEDULE) == MELTANO
    assert env(pim_project) == f"TAP_WOO_PIM__EU_CONSUMER_KEY={KEY}\nTAP_WOO_PIM__EU_CONSUMER_SECRET={SECRET}\n"
    assert stat.S_IMODE((pim_project.root / ".env").stat().st_mode) == 0o600
    assert (store.id, store.store_id, store.site_url) == ("eu", "eu", "https://store.example")
    assert (store.components, store.cron, store.job) == (("products", "variations"), "0 3 * * *", "sync-eu")
    assert registry.credentials(pim_project, store) == Credentials(KEY, SECRET)


def test_removed_store_leaves_both_files_as_they_were(pim_project: Project) -> None:
    (pim_project.root / ".env").write_text("OTHER=1  # kept\n", encoding="utf-8")
    before = files(pim_project)
    store = operations.add(pim_project, EU)
    with project_files.edit(pim_project) as edited:  # as `meltano schedule add --extractor` writes it
        parts = {"extractor": "tap-woo-pim--eu", "loader": "target-postgres", "transform": "skip"}
        edited.document["schedules"].append({"name": "nightly-eu", "interval": "@daily", **parts})

    operations.forget(pim_project, store)

    assert files(pim_project) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("  extractors:\n", "  extractors:\n\n\n"),
        lambda text: text.replace("- name: nightly-csv\n  tasks: [", "-   name:   nightly-csv\n    tasks:   [ "),
        lambda text: re.sub(r"(?m)^(- |  - |    |  (?=interval|job|tasks))", r"  \1", text),
        lambda text: text.removesuffix("\n"),
        lambda text: f"{text}...\n",
        lambda text: f"{text.partition('jobs:')[0]}...",
    ],
    ids=["Windows line ends", "blank lines", "odd spaces", "indented lists", "no last newline", "end mark", "both"],
)
def test_layouts_that_the_yaml_library_would_change_stay_to_the_byte(pim_project: Project, change: object) -> None:
    assert callable(change)
    odd = change(MELTANO)
    (pim_project.root / "meltano.yml").write_bytes(odd.encode())

    store = operations.add(pim_project, replace(EU, cron=None))
    added = (pim_project.root / "meltano.yml").read_bytes().decode()
    assert set(odd.splitlines()) <= set(added.splitlines())
    assert registry.find(pim_project, "eu") == store
    operations.forget(pim_project, store)

    assert (pim_project.root / "meltano.yml").read_bytes().decode() == odd


def test_paused_store_keeps_its_schedule_and_gets_its_own_tasks_back(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)
    before = files(pim_project)

    paused = operations.pause(pim_project, store)
    assert (paused.is_paused, paused.cron, paused.job) == (True, "0 3 * * *", "sync-eu")
    assert "- name: sync-eu\n  tasks:\n  - pim-db:paused\n" in yml(pim_project)
    operations.pause(pim_project, paused)
    resumed = operations.resume(pim_project, operations.pause(pim_project, paused))

    assert resumed == store
    assert files(pim_project) == before


def test_schedule_is_set_changed_and_taken_away(pim_project: Project) -> None:
    store = operations.add(pim_project, replace(EU, cron=None))
    before = files(pim_project)

    assert operations.set_schedule(pim_project, store, "5 * * * *").cron == "5 * * * *"
    assert operations.set_schedule(pim_project, store, "@hourly").cron == "@hourly"
    assert operations.set_schedule(pim_project, store, None).cron is None

    assert files(pim_project) == before


def test_disk_that_has_room_for_one_of_the_files_changes_neither(pim_project: Project) -> None:
    before = files(pim_project)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, hard))  # .env is smaller, meltano.yml is larger
    try:
        with pytest.raises(OSError, match="File too large"):
            operations.add(pim_project, EU)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert files(pim_project) == before
    assert sorted(path.name for path in pim_project.root.iterdir()) == [".meltano", "meltano.yml"]


def test_edit_changes_what_is_named_and_nothing_else(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)
    changes = Changes(site_url="http://other.example/", components=("custom_fields",), settings={"page_size": "50"})

    assert operations.difference(store, changes) == {
        "site_url": ("https://store.example", "http://other.example"),
        "sync_components": (("products", "variations"), ("products", "custom_fields")),
        "page_size": (None, "50"),
    }
    edited = operations.edit(pim_project, store, changes)
    assert edited == replace(
        store,
        site_url="http://other.example",
        components=("products", "custom_fields"),
        settings={"page_size": "50"},
    )
    assert operations.edit(pim_project, edited, Changes(settings={"page_size": None})).settings == {}


def test_web_servers_password_stands_in_env_alone_and_is_listed_nowhere(pim_project: Project) -> None:
    draft = replace(EU, credentials=Credentials(KEY, SECRET, "let me in"), settings={"http_user": "staging"})
    store = operations.add(pim_project, draft)

    assert registry.credentials(pim_project, store) == Credentials(KEY, SECRET, "let me in")
    assert store.settings == {"http_user": "staging"}
    assert "let me in" not in (pim_project.root / "meltano.yml").read_text(encoding="utf-8")
    assert "let me in" not in words.as_json(store)
    gone = Changes(settings={"http_user": None}, credentials=Credentials(KEY, SECRET))
    operations.edit(pim_project, store, gone)
    assert "HTTP_PASSWORD" not in (pim_project.root / ".env").read_text(encoding="utf-8")


def test_replaced_key_stands_where_the_old_one_stood(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)
    (pim_project.root / ".env").write_text(f"A=1\n{env(pim_project)}B=2\n", encoding="utf-8")

    operations.replace_key(pim_project, store, Credentials("ck_new", "cs_new"))

    assert env(pim_project) == "A=1\nTAP_WOO_PIM__EU_CONSUMER_KEY=ck_new\nTAP_WOO_PIM__EU_CONSUMER_SECRET=cs_new\nB=2\n"


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # by apprise
def test_secret_that_the_environment_overrides_is_not_written_as_if_it_counted(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = operations.add(pim_project, EU)
    before = files(pim_project)
    monkeypatch.setenv("TAP_WOO_PIM__EU_CONSUMER_SECRET", SECRET)
    monkeypatch.setenv("PIM_ALERT_TEAM", "json://127.0.0.1/old")

    told = " is set in the environment, which wins over .env: change or unset it there, then try again.$"
    with pytest.raises(PimctlError, match=f"^TAP_WOO_PIM__EU_CONSUMER_SECRET{told}"):
        operations.replace_key(pim_project, store, Credentials("ck_new", "cs_new"))
    with pytest.raises(PimctlError, match=f"^PIM_ALERT_TEAM{told}"):
        alerts.add(pim_project, "team", "json://127.0.0.1/new")
    with pytest.raises(PimctlError, match=r"^PIM_ALERT_TEAM is set in the environment: unset it there\.$"):
        alerts.remove(pim_project, "team")
    assert files(pim_project) == before


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (replace(EU, credentials=Credentials("ck_other", "cs_other")), "There is a store eu already"),
        (replace(EU, id="us"), "This key or secret is that of the store eu (store.example)"),
        (replace(EU, id="us", credentials=Credentials(KEY, "cs_other")), "This key or secret is that of the store eu"),
        (replace(EU, id="us", credentials=None), "The store us has no key and secret"),
        (replace(EU, id="us", components=("orders",)), '"orders" is not a sync component: choose from products,'),
    ],
)
def test_store_that_cannot_be_added_changes_nothing(pim_project: Project, draft: Draft, told: str) -> None:
    operations.add(pim_project, EU)
    before = files(pim_project)

    with pytest.raises(PimctlError, match=r".") as caught:
        operations.add(pim_project, draft)

    assert str(caught.value).startswith(told)
    assert files(pim_project) == before


@pytest.mark.parametrize("name", ["prod", "a", "my-store", "eu_2", "x" * 40])
def test_plain_names_are_ids(pim_project: Project, name: str) -> None:
    store = operations.add(pim_project, replace(EU, id=name))

    assert registry.find(pim_project, name) == store
    assert registry.credentials(pim_project, store) == Credentials(KEY, SECRET)


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("Müller GmbH", "mueller-gmbh"),
        ("EU", "eu"),
        ("a--b", "a-b"),
        ("x" * 41, "x" * 40),
        ("-eu", "eu"),
        ("../etc", "etc"),
        ("Škoda", "skoda"),
    ],
)
def test_awkward_names_are_refused_with_a_better_one(name: str, proposal: str) -> None:
    with pytest.raises(PimctlError) as caught:
        check_id(name)

    assert str(caught.value).endswith(f"single hyphens between them: {proposal}, for instance.")
    assert check_id(proposal) == proposal


def test_two_ids_that_share_their_variables_are_refused(pim_project: Project) -> None:
    operations.add(pim_project, replace(EU, id="a-b"))

    with pytest.raises(PimctlError, match=r"There is a store a-b already"):
        operations.add(pim_project, replace(EU, id="a_b", credentials=Credentials("ck_2", "cs_2")))


def test_components_that_need_another_bring_it_along() -> None:
    assert check_components(("reviews",)) == (("products", "reviews"), {"products": "reviews"})
    assert check_components(()) == (DEFAULT_COMPONENTS, {})


def test_store_of_a_shared_job_is_not_removed(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)
    shared = "jobs:\n- name: all\n  tasks: [tap-csv target-postgres, tap-woo-pim--eu target-postgres]\n"
    (pim_project.root / "meltano.yml").write_text(yml(pim_project).replace("jobs:\n", shared), encoding="utf-8")
    before = files(pim_project)

    with pytest.raises(PimctlError, match=r"The job all in meltano\.yml syncs tap-woo-pim--eu with others"):
        operations.forget(pim_project, store)

    assert files(pim_project) == before


def test_edit_for_an_older_version_is_refused(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)
    version = project_files.version(pim_project)
    operations.set_schedule(pim_project, store, "@daily")

    with pytest.raises(PimctlError, match="was changed meanwhile"):
        operations.edit(pim_project, store, Changes(site_url="https://x.example"), version)


def test_edit_by_hand_at_the_same_moment_is_not_overwritten(pim_project: Project) -> None:
    path = pim_project.root / "meltano.yml"

    def edit_while_somebody_saves() -> None:
        with project_files.edit(pim_project) as opened:
            opened.document["jobs"].clear()
            path.write_text(f"{MELTANO}# by hand\n", encoding="utf-8")

    with pytest.raises(PimctlError, match="nothing was written"):
        edit_while_somebody_saves()

    assert yml(pim_project) == f"{MELTANO}# by hand\n"


def test_stores_added_at_the_same_time_are_all_there(pim_project: Project) -> None:
    drafts = [
        Draft(f"s{number}", f"https://s{number}.example", Credentials(f"ck_{number}", f"cs_{number}"))
        for number in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda draft: operations.add(pim_project, draft), drafts))

    stores = registry.list_stores(pim_project)
    assert {store.id for store in stores} == {draft.id for draft in drafts}
    assert all(store.has_credentials for store in stores)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("plugins: [\n", "line 2 is not valid YAML"),
        ("- a\n", "holds no settings"),
        ("a: 1\na: hidden\n", 'line 2 is not valid YAML: found duplicate key "a". Correct'),
    ],
)
def test_broken_meltano_yml_is_told_with_its_line_and_stays(pim_project: Project, text: str, told: str) -> None:
    (pim_project.root / "meltano.yml").write_text(text, encoding="utf-8")

    with pytest.raises(PimctlError, match=told):
        operations.add(pim_project, EU)

    assert files(pim_project) == (text, "")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (MELTANO, "plugins: x\n", "plugins must hold names, each with a value"),
        (MELTANO, "plugins:\n  extractors: [abc]\n", "plugins, extractors must be a list of entries with a name"),
        (MELTANO, "jobs: foo\n", "jobs must be a list of entries with a name"),
        ("- name: nightly-csv\n  tasks", "- tasks", "jobs must be a list of entries with a name"),
        ("[tap-csv target-postgres]", "[1]", "jobs, nightly-csv: tasks must be a list of texts"),
        ("  interval: '@daily'\n", "", "schedules, csv: interval must be cron fields, or one such as @hourly"),
        ("environment: dev", "environment: [dev]", "default_environment must be the name of an environment"),
        ("- name: dev\n- name: prod", "  x", "environments must be a list of entries with a name"),
        ("- name: prod", "- name: prod\n  config: 1", "environments, prod, config must hold names, each with a value"),
        ("pip_url: tap-woo-pim", "config: [a]", "tap-woo-pim, config must hold names, each with a value"),
        ("pip_url: tap-woo-pim", "annotations: x", "tap-woo-pim, annotations must hold names, each with a value"),
        ("pip_url: tap-woo-pim", "settings: {a: 1}", "tap-woo-pim, settings must be a list of entries with a name"),
    ],
)
def test_meltano_yml_of_another_shape_is_told_with_its_place(
    pim_project: Project, old: str, new: str, told: str
) -> None:
    text = without(MELTANO, old) if not new else MELTANO.replace(old, new, 1)
    (pim_project.root / "meltano.yml").write_text(text, encoding="utf-8")

    for work in (lambda: registry.list_stores(pim_project), lambda: operations.add(pim_project, EU)):
        with pytest.raises(PimctlError) as caught:
            work()
        message = str(caught.value)
        assert message.startswith(f"{pim_project.root / 'meltano.yml'}: ")
        assert message.endswith(f"{told}. Correct it, then try again.")
    assert files(pim_project) == (text, "")


def test_names_that_stand_there_without_a_value_are_filled(pim_project: Project) -> None:
    text = f"{MELTANO.partition('jobs:')[0]}jobs:\n\nschedules:\n"
    (pim_project.root / "meltano.yml").write_text(text, encoding="utf-8")

    store = operations.add(pim_project, EU)

    assert (store.job, store.schedule) == ("sync-eu", "schedule-eu")


def test_settings_are_read_as_meltano_reads_them(pim_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    store = operations.add(pim_project, replace(EU, settings={"ca_bundle": "$MELTANO_PROJECT_ROOT/ca.pem"}))
    with (pim_project.root / ".env").open("a", encoding="utf-8") as file:
        file.write("TAP_WOO_PIM__EU_SITE_URL=https://dotenv.example\n")
    assert registry.find(pim_project, "eu").site_url == "https://dotenv.example"
    assert registry.find(pim_project, "eu").settings == {"ca_bundle": f"{pim_project.root}/ca.pem"}

    monkeypatch.setenv("TAP_WOO_PIM__EU_SITE_URL", "https://variable.example")
    assert registry.find(pim_project, "eu").site_url == "https://variable.example"
    with pytest.raises(PimctlError, match="TAP_WOO_PIM__EU_SITE_URL"):
        operations.edit(pim_project, store, Changes(site_url="https://new.example"))


@pytest.mark.parametrize("password", ["x$HOME-y", "x$$y", "it's \\ $5", '#1 `a` "b"', "$"])
def test_password_with_signs_is_what_meltano_hands_on(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("HOME", "/expanded")
    given = Credentials(KEY, SECRET, password)

    store = operations.add(pim_project, replace(EU, credentials=given, settings={"http_user": "staging"}))

    assert registry.credentials(pim_project, store) == given
    handed_on = MeltanoProject(pim_project.root).dotenv_env
    assert handed_on["TAP_WOO_PIM__EU_HTTP_PASSWORD"] == password


def test_secret_that_env_would_expand_is_refused_without_repeating_it(pim_project: Project) -> None:
    with pytest.raises(PimctlError) as caught:
        operations.add(pim_project, replace(EU, credentials=Credentials(KEY, SECRET, "hidden${HOME}")))

    assert str(caught.value).startswith("A secret with ${ in it cannot be kept in .env")
    assert "hidden" not in str(caught.value)
    assert files(pim_project) == (MELTANO, "")


def test_credentials_stand_in_no_repr(pim_project: Project) -> None:
    store = operations.add(pim_project, EU)

    assert KEY not in repr((store, EU, EU.credentials, Changes(credentials=EU.credentials)))
    assert SECRET not in repr((store, EU, EU.credentials, Changes(credentials=EU.credentials)))
