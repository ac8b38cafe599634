"""Whatever comes over the wire, in any order: exact rows, or a plain end that the next run makes good."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR as VALIDATOR

from demo_store import PROFILES, Store
from demo_store.answer import Answer
from demo_store.faults import Fault, When, nth, param, path
from demo_store.faults.base import Exchange
from demo_store.faults.pages import RowsChanged
from demo_store.php import encode
from tap_woo_pim.config.settings import COMPONENTS
from tests.support import fault_run
from tests.support.harness import Landing, Site, site
from tests.support.values import ANY

SLOW = {
    *("429, Retry-After 1", "slow drip, a byte a second", "no answer at all", "connection refused"),
    *("compression bomb", "body too large", "a description of 10 MB", "status 521", "status 522", "status 523"),
}
"""Left out of `make test`, as are statuses that are like others."""
MADE_UP = {"pages without end, totals that grow", "pages without end, no totals"}
NAMES = [name for name in fault_run.all_cases(fault_run.small_store()) if name not in MADE_UP]
FAST_NAMES = [name for name in NAMES if name not in SLOW]
Turn = tuple[str, frozenset[int]]


def turns(names: list[str]) -> st.SearchStrategy[list[Turn]]:
    """Faults, and the numbers of the requests for lists that each of them strikes."""
    numbers = st.frozensets(st.integers(1, 40), min_size=1, max_size=6)
    return st.lists(st.tuples(st.sampled_from(names), numbers), min_size=1, max_size=4)


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, site(fault_run.small_store()) as opened:
        fault_run.quick(patch)
        yield opened


def survive(served: Site, trouble: list[Turn]) -> None:
    landing, makers = Landing(), fault_run.all_cases(served.store)
    for name, numbers in trouble:
        served.store.faults.add(makers[name](), path("/wc/v3/products") & param(offset=None) & nth(*numbers))
    outcome = fault_run.run(served, landing, **fault_run.timeout(*(name for name, _ in trouble)))
    fault_run.heal(served)
    assert outcome.failure is None or fault_run.PLAIN.fullmatch(outcome.failure)
    # Values that were odd for a while are right with the next run, which therefore is always made.
    named = {key[2] for key in landing.tables.get("unread_rows", {})}
    if outcome.failure is None:
        brought = landing.tables.get("products", {}).keys()
        missing = [row["id"] for row in served.store.rows("products") if ("store", row["id"]) not in brought]
        assert len(missing) <= len(named)
    served.store.clock.advance(60)
    assert fault_run.run(served, landing).is_complete
    assert landing.differences(served.store) == {}


FEW = settings(max_examples=settings().max_examples // 6)
"""Each example is one or more runs of the tap."""


@given(trouble=turns(FAST_NAMES if settings().derandomize else NAMES))
@example(trouble=[("the next page's rows", frozenset({1, 2, 3, 4}))])
@example(trouble=[("no totals", frozenset(range(1, 41))), ("the rows of three pages on", frozenset(range(1, 6)))])
@FEW
def test_any_faults_at_any_requests_lose_no_row(served: Site, trouble: list[Turn]) -> None:
    survive(served, trouble)


def scrambled(values: list[Any], seed: int) -> RowsChanged:
    """Rows of which each field may have any of the values; some keep their key, so that rows come through."""
    dice = random.Random(seed)

    def change(row: Any) -> object:
        if not isinstance(row, dict):
            return dice.choice(values)
        kept = dice.choice(({"id", "slug"}, set[str]()))
        return {
            name: value if name in kept or dice.random() < 0.5 else dice.choice(values) for name, value in row.items()
        }

    return RowsChanged(change)


@pytest.fixture(scope="module", params=PROFILES)
def tiny(request: pytest.FixtureRequest) -> Iterator[Site]:
    store = Store.empty(request.param)
    product = store.create_product(name="One", type="variable", status="publish")
    store.create_variation(product, attributes=[{"id": 0, "name": "Colour", "option": "Red"}])
    attribute = store.create_attribute(name="Size")
    store.create_attribute_term(attribute, name="Small")
    with pytest.MonkeyPatch.context() as patch, site(store) as opened:
        fault_run.quick(patch)
        yield opened


VERY_FEW = settings(max_examples=settings().max_examples // 12)
"""Of each version of WooCommerce."""
ROWS = path("/wc/v3/|/wc-analytics/")


@given(values=st.lists(ANY, min_size=5, max_size=30), seed=st.integers(0, 2**32))
@VERY_FEW
def test_every_record_of_every_stream_is_valid_whatever_the_store_sends(
    tiny: Site, values: list[Any], seed: int
) -> None:
    everything_is_valid(tiny, scrambled(values, seed), ROWS)


def everything_is_valid(served: Site, trouble: Fault, when: When) -> None:
    landing = Landing()
    served.store.faults.add(trouble, when)
    try:
        outcome = fault_run.run(served, landing, sync_components=list(COMPONENTS), max_retries=0)
    finally:
        fault_run.heal(served)
    assert outcome.failure is None or fault_run.PLAIN.fullmatch(outcome.failure)
    for message in landing.messages:
        if message["type"] == "RECORD":
            schema = landing.schemas[message["stream"]]["schema"]
            VALIDATOR(schema, format_checker=VALIDATOR.FORMAT_CHECKER).validate(message["record"])


class PartsChanged(Fault):
    """Answers of which some parts, however deep, are any of the values, and all the rest is as it was.

    Args:
        values: what parts are replaced by.
        share: about so many of a thousand parts.
        seed: which.
    """

    name = "parts_changed"

    def __init__(self, values: list[Any], share: int, seed: int) -> None:
        self.values, self.share, self.dice = values, share / 1000, random.Random(seed)

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        del exchange
        answer.body = encode(self.changed(json.loads(answer.body)))
        return answer

    def changed(self, part: Any) -> Any:
        if self.dice.random() < self.share:
            return self.dice.choice(self.values)
        if isinstance(part, dict):
            return {name: self.changed(value) for name, value in part.items()}
        return [self.changed(value) for value in part] if isinstance(part, list) else part


OF_ITSELF = path("/wp-json/$|/wp-json/wc[^/]*/v3$|/wc-analytics$|/settings|/system_status|/currencies/") | When(
    lambda request: request.method == "OPTIONS"
)
"""What a store says of itself: its index, its routes, the schemas of its rows, its settings."""


@given(values=st.lists(ANY, min_size=5, max_size=30), share=st.sampled_from([1, 20, 300]), seed=st.integers(0, 2**32))
@VERY_FEW
def test_whatever_the_store_says_of_itself_the_run_is_valid_or_ends_plainly(
    tiny: Site, values: list[Any], share: int, seed: int
) -> None:
    everything_is_valid(tiny, PartsChanged(values, share, seed), OF_ITSELF)
