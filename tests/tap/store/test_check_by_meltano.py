"""`meltano config test` says that a good connection is valid, and else shows exactly the tap's own line."""

from __future__ import annotations

import pytest

from demo_store import Store
from tests.support.connection_cases import CASES, Case
from tests.support.connection_project import TAP, VALID, Project
from tests.support.stage import Stage

SHORT = ("unknown key",)
SHOWN = (
    "unknown key",
    "key and secret swapped",
    "key from another store",
    "user without rights, for some components",
    "firewall page, status 403",
    "certificate self-signed",
    "host not found",
    "settings missing",
)


def test_good_key_is_valid(stage: Stage, project: Project) -> None:
    assert project.test(stage.config(stage.serve(Store.recorded()))) == VALID


@pytest.mark.long
def test_good_key_of_an_empty_store_is_valid(stage: Stage, project: Project) -> None:
    assert project.test(stage.config(stage.serve())) == VALID


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.name, marks=[] if case.name in SHORT else [pytest.mark.long])
        for case in CASES
        if case.name in SHOWN
    ],
)
def test_failure_is_shown_as_the_tap_tells_it(stage: Stage, project: Project, case: Case) -> None:
    config = case.set_up(stage)
    assert project.test(config, **stage.environment) == case.line.format(url=config["site_url"])


@pytest.mark.long
def test_value_that_is_none_of_a_settings_own_is_told_by_the_tap(stage: Stage, project: Project) -> None:
    shown = project.test(stage.config(stage.serve(), auth_method="Basic"))
    assert 'settings: auth_method is "Basic". Give one of auto, basic, oauth1, query.' in shown


def test_debug_level_of_meltano_shows_no_key(stage: Stage, project: Project) -> None:
    server = stage.serve(Store.recorded())
    server.store.strips_authorization = True
    config = stage.config(server)
    # `test` looks for key and secret in all that Meltano and the tap write.
    assert project.test(config, TAP_WOO_PIM_LOGLEVEL="DEBUG", MELTANO_CLI_LOG_LEVEL="debug") == VALID


@pytest.mark.long
def test_inherited_instance_is_checked_with_its_own_key(stage: Stage, project: Project) -> None:
    config = stage.config(stage.serve())
    assert project.test(config, f"{TAP}--us") == VALID


def test_every_number_of_the_settings_reaches_the_tap(stage: Stage, project: Project) -> None:
    numbers = {
        "full_read_interval_hours": 12,
        "lookback_seconds": 60,
        "max_vanished_percent": 5,
        "page_size": 50,
        "max_concurrency": 2,
        "requests_per_second": 99.5,
        "request_timeout_seconds": 30,
        "max_retries": 1,
    }
    # What is empty, as a variable in a container often is, is not set.
    others = {"auth_method": "", "retry_budget_seconds": "", "sync_components": "tags,brands", "verify_tls": "yes"}
    assert project.test(stage.config(stage.serve(), **numbers, **others)) == VALID


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("max_concurrency", "fast", 'max_concurrency is "fast". Give a whole number from 1 to 32.'),
        ("page_size", "1.5", 'page_size is "1.5". Give a whole number from 1 to 100.'),
        ("verify_tls", "ja", 'verify_tls is "ja". Give true or false.'),
        ("auth_method", "magic", 'auth_method is "magic". Give one of auto, basic, oauth1, query.'),
    ],
)
def test_setting_of_a_wrong_kind_is_named(stage: Stage, project: Project, name: str, typed: str, said: str) -> None:
    config = stage.config(stage.serve(), **{name: typed})
    shown = project.test(config)
    assert shown.endswith(f"({config['site_url']}), settings: {said}")


def test_list_that_meltano_sets_in_its_file_reaches_the_tap(stage: Stage, project: Project) -> None:
    before = (project.root / "meltano.yml").read_text(encoding="utf-8")
    done = project.meltano("config", "set", TAP, "sync_components", '["tags", "brands"]')
    assert done.returncode == 0, done.stdout
    shown = project.test(stage.config(stage.serve()))
    (project.root / "meltano.yml").write_text(before, encoding="utf-8")
    assert shown == VALID
