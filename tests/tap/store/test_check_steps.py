"""The check is a function that any program can call: it yields plain data, step by step."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import pytest

from demo_store import Server, Store
from demo_store.faults import path
from demo_store.faults.statuses import Status
from tap_woo_pim.config.settings import COMPONENTS
from tap_woo_pim.store.check import CheckStep, Outcome, StoreFound, check_store
from tests.support.stage import Stage, traces

WHOLE_STORE = [
    "settings valid",
    "address reachable",
    "TLS certificate trusted",
    "WordPress there",
    "REST API there",
    "WooCommerce there",
    "key recognised",
    "secret right",
    "key may read",
]


def typed(stage: Stage, server: Server, **settings: Any) -> dict[str, Any]:
    """Only what a user must type, and the certificate of the sample store."""
    config = stage.config(server)
    return {name: config[name] for name in ("site_url", "consumer_key", "consumer_secret", "ca_bundle")} | settings


def failed(steps: list[CheckStep]) -> list[tuple[str, str | None, str]]:
    return [(step.name, step.setting, step.message) for step in steps if step.outcome is Outcome.FAILED]


def test_a_good_store_passes_every_step_within_a_second_and_is_described(stage: Stage) -> None:
    server = stage.serve(Store.recorded("9.9.5"))
    config = typed(stage, server, sync_components=",".join(COMPONENTS))
    # Of the processor, the sample store's share included: on a busy machine no clock tells what the check takes.
    began = time.process_time()
    steps = list(check_store(config))
    assert time.process_time() - began < 1
    assert len(server.requests) == len(COMPONENTS) + 6  # the API, two lists of routes, three facts; none twice
    *passed, last = steps
    assert [step.name for step in passed] == [*WHOLE_STORE, *COMPONENTS]
    assert {step.outcome for step in steps} == {Outcome.PASSED}
    rows = {step.name: step.rows for step in passed if step.is_component}
    store = server.store
    assert rows["products"] == len([row for row in store.rows("products") if row["status"] != "trash"])
    assert rows["reviews"] == len(store.rows("reviews"))
    assert last.name == "store found"
    found = last.found
    assert found is not None
    assert found == StoreFound(
        name=found.name,
        url=server.url,
        woocommerce_version="9.9.5",
        wordpress_version="6.9",
        currency="EUR",
        weight_unit="kg",
        dimension_unit="cm",
        time_zone="Europe/Berlin",
        clock=found.clock,
        namespace="wc/v3",
        auth_method="basic",
    )
    assert traces(config["consumer_secret"], repr([asdict(step) for step in steps])) == []


def test_steps_come_as_they_pass(stage: Stage) -> None:
    server = stage.serve()
    steps = check_store(typed(stage, server))
    assert [next(steps).name for _ in range(5)] == WHOLE_STORE[:5]
    assert [request.path for request in server.requests] == ["/wp-json/"]
    steps.close()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("site_url", "my store", "site_url is not a web address"),
        ("consumer_key", "shopkeeper", "consumer_key is not a WooCommerce consumer key"),
        ("consumer_secret", "password", "consumer_secret is not a WooCommerce consumer secret"),
        ("consumer_secret", "", "consumer_secret is missing"),
        ("sync_components", ["orders"], "sync_components names 'orders'"),
        ("page_size", "many", 'page_size is "many"'),
    ],
)
def test_a_wrong_setting_fails_the_first_step_at_its_field(
    stage: Stage, setting: str, value: Any, message: str
) -> None:
    server = stage.serve()
    assert failed(list(check_store(typed(stage, server) | {setting: value}))) == [("settings valid", setting, message)]
    assert server.requests == []


@pytest.mark.parametrize(
    ("setting", "value", "step", "message"),
    [
        ("site_url", "https://store.invalid", "address reachable", "its host name was not found"),
        ("ca_bundle", None, "TLS certificate trusted", None),
        ("consumer_key", "ck_" + "0" * 40, "key recognised", None),
        ("consumer_secret", "cs_" + "0" * 40, "secret right", "the secret does not belong to this key"),
    ],
)
def test_a_failed_step_names_its_field_and_ends_the_check(
    stage: Stage, setting: str, value: Any, step: str, message: str | None
) -> None:
    *passed, last = check_store(typed(stage, stage.serve()) | {setting: value})
    assert [one.name for one in passed] == WHOLE_STORE[: len(passed)]
    assert (last.name, last.outcome) == (step, Outcome.FAILED)
    assert last.setting == ("site_url" if setting == "ca_bundle" else setting)
    assert message is None or last.message == message
    assert last.remedy.endswith(".")


def test_components_that_fail_are_named_and_the_others_are_counted(stage: Stage) -> None:
    server = stage.serve()
    server.store.faults.add(Status(403), path("products/tags$"))
    steps = list(check_store(typed(stage, server, sync_components=["tags", "categories"])))
    assert [(step.name, step.outcome, step.rows) for step in steps if step.is_component] == [
        ("tags", "failed", None),
        ("categories", "passed", 1),
    ]
    assert steps[-1].found is not None


def test_a_component_that_the_store_lacks_is_skipped(stage: Stage) -> None:
    steps = list(check_store(typed(stage, stage.serve(Store.empty("5.9.0")), sync_components=["brands", "tags"])))
    assert [(step.name, step.outcome, step.message) for step in steps if step.is_component] == [
        ("tags", "passed", ""),
        ("brands", "skipped", "this store does not have it"),
    ]


def test_what_the_key_may_not_see_of_the_store_is_none(stage: Stage) -> None:
    server = stage.serve()
    key = server.store.add_key(user_role="catalogue_editor")
    config = typed(stage, server, sync_components=["tags"])
    config |= {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    *_, last = check_store(config)
    assert last.found is not None
    assert (last.found.woocommerce_version, last.found.currency) == (None, None)
