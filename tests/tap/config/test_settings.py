"""Settings are read however they are typed; a wrong one is told in a plain line before any request."""

from __future__ import annotations

import json
import logging
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.exceptions import ConfigValidationError

from demo_store import Store
from tap_woo_pim.config.settings import COMPONENTS, CONFIG_JSONSCHEMA, SETTINGS, alternatives
from tap_woo_pim.config.validation import read_values
from tap_woo_pim.tap import TapWooPim
from tests.support.harness import Landing, command, site

RANGES = {
    name: (one["minimum"], one["maximum"])
    for name, schema in SETTINGS.items()
    for one in alternatives(schema)
    if "minimum" in one
}
NEEDED = {"site_url": "https://store.example", "consumer_key": "ck_1", "consumer_secret": "cs_1"}
NAMES = ", ".join(COMPONENTS)


def settings(**typed: Any) -> Any:
    return TapWooPim(config={**NEEDED, **typed}, setup_mapper=False).run.settings


def refusal(**typed: Any) -> str:
    with pytest.raises(ConfigValidationError) as refused:
        TapWooPim(config={**NEEDED, **typed}, setup_mapper=False)
    (error,) = refused.value.errors
    place, _, said = error.partition(", settings: ")
    assert place == "store.example (https://store.example)"
    return said


@pytest.mark.parametrize("typed", ["4", " 4 ", 4, 4.0, Decimal(4), "4.0"])
def test_a_whole_number_may_be_typed_in_any_way(typed: Any) -> None:
    read = settings(max_concurrency=typed).max_concurrency
    assert (read, type(read)) == (4, int)


@pytest.mark.parametrize("typed", ["0.5", 0.5, Decimal("0.5")])
def test_a_decimal_number_is_read_as_float(typed: Any) -> None:
    read = settings(requests_per_second=typed).requests_per_second
    assert (read, type(read)) == (0.5, float)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("fast", '"fast"'),
        (True, "true"),
        ([], "[]"),
        (1.5, "1.5"),
        (Decimal("1.5"), "1.5"),
        ("1.5", '"1.5"'),
        (0, "0"),
        (-1, "-1"),
        (10_000, "10000"),
        (float("nan"), "NaN"),
        ("1e999999999", '"1e999999999"'),
        ("x" * 100, '"' + "x" * 39 + "..."),
    ],
)
def test_a_wrong_number_is_named_with_what_would_be_right(typed: Any, shown: str) -> None:
    assert refusal(max_concurrency=typed) == f"max_concurrency is {shown}. Give a whole number from 1 to 32."


@pytest.mark.parametrize("name", RANGES)
def test_every_number_has_its_range(name: str) -> None:
    low, high = RANGES[name]
    assert getattr(settings(**{name: low}), name) == low
    assert getattr(settings(**{name: str(high)}), name) == high
    for wrong in (low - 1, high + 1, "fast"):
        words = ", or auto" if name == "full_read_interval_hours" else ""
        assert refusal(**{name: wrong}).endswith(f"number from {low:,} to {high:,}{words}.")


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("auth_method", "magic", 'auth_method is "magic". Give one of auto, basic, oauth1, query.'),
        ("content", 3, "content is 3. Give one of raw, rendered."),
        ("verify_tls", "fast", 'verify_tls is "fast". Give true or false.'),
        ("fail_on_unread", 2, "fail_on_unread is 2. Give true or false."),
        (
            "sync_components",
            {"tags": 1},
            f'sync_components is {{"tags": 1}}. Give names separated by commas, from {NAMES}.',
        ),
        (
            "sync_components",
            "[tags",
            f'sync_components is "[tags". Give names separated by commas, from {NAMES}.',
        ),
        (
            "sync_components",
            "tags,pets",
            f"sync_components names 'pets'. Give names separated by commas, from {NAMES}.",
        ),
        (
            "extra_query_parameters",
            "lang=all",
            'extra_query_parameters has the wrong type. Give names and texts, as {"lang": "all"}.',
        ),
        ("user_agent", ["me"], 'user_agent is ["me"]. Give a text.'),
        ("consumer_secret", ["cs_hidden"], "consumer_secret has the wrong type. Give a text."),
    ],
)
def test_every_other_wrong_value_is_told_too(name: str, typed: Any, said: str) -> None:
    assert refusal(**{name: typed}) == said


@pytest.mark.parametrize("typed", ["tags,brands", '["tags", "brands"]', " tags , brands ", ["tags", "brands"]])
def test_a_list_may_be_a_text(typed: Any) -> None:
    assert settings(sync_components=typed).sync_components == ("tags", "brands")


@pytest.mark.parametrize(
    ("typed", "read"), [("true", True), ("No", False), (False, False), ("1", True), ("off", False)]
)
def test_a_switch_may_be_a_text(typed: Any, read: bool) -> None:
    assert settings(verify_tls=typed).verify_tls is read


def test_parameters_may_be_a_text() -> None:
    assert settings(extra_query_parameters='{"lang": "all", "n": 1}').extra_query_parameters == {
        "lang": "all",
        "n": "1",
    }


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_what_is_empty_is_not_set(empty: str | None) -> None:
    names = CONFIG_JSONSCHEMA["properties"].keys() - NEEDED.keys()
    assert settings(**dict.fromkeys(names, empty)) == settings()


@given(
    st.dictionaries(
        st.sampled_from(sorted(RANGES)), st.none() | st.booleans() | st.text() | st.floats() | st.integers()
    )
)
def test_whatever_is_typed_is_read_or_named(typed: dict[str, Any]) -> None:
    values, problems = read_values(typed)
    wrong = {problem.setting for problem in problems}
    assert all(type(value) in {int, float} or value == "auto" for name, value in values.items() if name not in wrong)


def test_a_misspelt_name_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        settings(max_concurency=2, stream_maps={}, zzz=1)
    assert caplog.messages == [
        (
            "store.example (https://store.example), settings: max_concurency is not a setting of this tap and has no"
            " effect. Did you mean max_concurrency?"
        ),
        "store.example (https://store.example), settings: zzz is not a setting of this tap and has no effect.",
    ]


def test_decimal_numbers_and_null_do_for_a_run_and_the_next(tmp_path: Path) -> None:
    """A file of settings comes through the command line, which reads decimal numbers as exact ones."""
    decimals: dict[str, Any] = {
        "requests_per_second": 500.5,
        "request_timeout_seconds": 30.5,
        "retry_budget_seconds": 100.5,
        "full_read_interval_hours": 0.5,
        "max_vanished_percent": 2.5,
        "max_concurrency": None,
        "page_size": None,
        "max_retries": None,
    }
    store = Store.recorded("11.0.1")
    store.keep_products(10)
    with site(store) as served:
        arguments = command(served, tmp_path, sync_components=["products"], **decimals)
        landing = Landing()
        for _ in range(2):
            state = tmp_path / "state.json"
            state.write_text(json.dumps(landing.state))
            done = subprocess.run([*arguments, "--state", str(state)], check=True, capture_output=True)
            for line in done.stdout.splitlines():
                landing.take(json.loads(line))
    assert landing.differences(store) == {}


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("max_concurrency", 0, "max_concurrency is 0. Give a whole number from 1 to 32."),
        ("page_size", 10_000, "page_size is 10000. Give a whole number from 1 to 100."),
        ("requests_per_second", -1, "requests_per_second is -1. Give a number from 0.01 to 1,000."),
        ("max_retries", "fast", 'max_retries is "fast". Give a whole number from 0 to 20.'),
        ("request_timeout_seconds", "NaN", 'request_timeout_seconds is "NaN". Give a number from 1 to 3,600.'),
    ],
)
def test_a_wrong_setting_ends_the_process_before_any_request(name: str, typed: Any, said: str, tmp_path: Path) -> None:
    with site(Store.empty()) as served:
        done = subprocess.run(command(served, tmp_path, **{name: typed}), check=False, capture_output=True, text=True)
        assert served.server.requests == []
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == f"store ({served.server.url}), settings: {said}"
