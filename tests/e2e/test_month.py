"""A month of a store's life, with crashes, through the real target-postgres into the real PostgreSQL."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo_store import PROFILES, Server, Store, serve
from demo_store.faults import nth, param
from demo_store.faults.cases import cases
from tap_woo_pim.config.settings import COMPONENTS
from tests.support.meltano_project import MeltanoProject
from tests.support.pipeline import Pipeline
from tests.support.random_edits import RandomEdits

pytestmark = pytest.mark.long

BEGIN = datetime(2026, 10, 1, 12, tzinfo=UTC)
SETTINGS: dict[str, Any] = {"max_retries": 1, "sync_components": list(COMPONENTS)}
DEATHS = (
    ("tap", signal.SIGTERM),
    ("tap", signal.SIGKILL),
    ("tap", signal.SIGINT),
    ("target", signal.SIGKILL),
    ("target", signal.SIGTERM),
    ("store", signal.SIGKILL),
)
HIDDEN = "half of the rows hidden"
TROUBLES = (
    *("status 500", "status 502", "status 503", "429, Retry-After 0", "connection reset", "closed halfway", "cut body"),
    *("empty body", "HTML with status 200", "PHP notice before", "trailing comma", "broken gzip", "login page"),
    *("no totals", "totals of 1", "totals of 0", "totals too large", "the next page's rows", "the last page's rows"),
    *("the same page for ever", "2 rows a page at most", "redirect to another host", "key revoked"),
    *("fails above 3 rows", "object for a list", "ids as texts", HIDDEN),
)
"""What is over after some requests, and leaves the values of the rows as they are."""


@dataclass
class Month:
    """What happened: figures for the report."""

    edits: int = 0
    runs: int = 0
    crashes: int = 0
    troubles: int = 0
    failed: int = 0
    allowed: int = 0
    rows_compared: int = 0


@dataclass
class Trouble:
    """A store that breaks at one request, and is well again at a later one.

    Attributes:
        name: which of the troubles.
        begins: the request, counted from 1.
        ends: the first request that is answered well again.
    """

    store: Store
    name: str
    begins: int
    ends: int
    requests: int = 0

    def __call__(self) -> None:
        """Count a request."""
        self.requests += 1
        if self.name == HIDDEN and self.requests == self.begins:
            self.store.hidden_rows = lambda _, row: row % 2 == 0
        elif self.name == HIDDEN and self.requests == self.ends:
            self.store.hidden_rows = None

    def set_up(self) -> None:
        """Have the store break when its time comes."""
        if self.name != HIDDEN:
            strikes = param(per_page=None) & nth(*range(self.begins, self.ends))
            self.store.faults.add(cases()[self.name](), strikes)

    def clear_up(self, server: Server) -> None:
        """Have all be well."""
        self.store.hidden_rows = None
        self.store.faults.clear()
        server.listening.wait(10)
        if not list(self.store.keys):
            self.store.add_key()


def live_through(pipeline: Pipeline, seed: int, runs: int, edits: int) -> Month:
    """Let the store live and sync it, with pages of another size each time.

    Of three runs one is killed somewhere, and the store breaks in the middle of one; under every fifth it lives on.
    After each run all must hold that can hold then, and everything at the end, after a whole read.
    """
    chance = random.Random(seed)
    life = RandomEdits(pipeline.server.store, seed)
    store, month = pipeline.server.store, Month()
    for run in range(runs):
        life.live(edits)
        store.clock.advance(chance.choice((60, 3600, 40_000, 90_000)))
        pipeline.settings["page_size"] = chance.randint(2, 10)
        before = pipeline.live_keys()
        if run % 3 == 1:
            victim, how = chance.choice(DEATHS)
            outcome = pipeline.run(victim, chance.randint(1, 200), how)
            month.crashes += outcome.tap != 0 or outcome.target != 0
        elif run % 3 == 2:
            begins = chance.randint(1, 100)
            trouble = Trouble(store, chance.choice(TROUBLES), begins, begins + chance.choice((1, 2, 10, 100)))
            trouble.set_up()
            outcome = pipeline.run(meanwhile=trouble)
            trouble.clear_up(pipeline.server)
            month.troubles += 1
            month.failed += outcome.tap != 0
        elif run % 5 == 0:
            outcome = pipeline.run(meanwhile=life.live)
            assert (outcome.tap, outcome.target) == (0, 0), outcome.told
        else:
            month.allowed += run_well(pipeline)
            assert pipeline.differences(but=frozenset({"products", "product_variations"})) == []
            assert pipeline.late() == []
            month.rows_compared += pipeline.count()
        if run % 3 == 0 and run % 5 == 0:  # what came again under the same key was gone while it was read
            before = {key for key in before if key[0] in {"products", "product_variations"}}
        lost = (before & pipeline.keys_in_the_store()) - pipeline.live_keys()
        assert lost == set(), "rows of the store were taken for deleted"
        month.runs += 1
    store.clock.advance(90_000)
    month.allowed += run_well(pipeline)
    assert pipeline.differences() == []
    month.runs += 1
    month.edits = life.edits
    month.rows_compared += pipeline.count()
    return month


def run_well(pipeline: Pipeline) -> bool:
    """Run in peace, and once more as an admin would who is asked whether so many rows were deleted: they were.

    Returns:
        Whether that was asked.
    """
    outcome = pipeline.run()
    assert (outcome.tap, outcome.target) == (0, 0), outcome.told
    was_asked = "max_vanished_percent" in outcome.told
    if was_asked:
        pipeline.settings["max_vanished_percent"] = 100
        outcome = pipeline.run()
        assert (outcome.tap, outcome.target) == (0, 0), outcome.told
        del pipeline.settings["max_vanished_percent"]
    return was_asked


@pytest.fixture(params=PROFILES)
def pipeline(request: pytest.FixtureRequest, installed: MeltanoProject, tmp_path: Path) -> Iterator[Pipeline]:
    store = Store.recorded(request.param)
    store.keep_products(150)
    store.clock.set(BEGIN)
    installed.meltano("invoke", "pim-db:start")
    with ExitStack() as stack:
        server = stack.enter_context(serve(store, tls=True))
        schema = f"month_{request.param.replace('.', '_')}"
        yield Pipeline(installed, server, schema, tmp_path, settings=SETTINGS.copy())


def test_a_few_days_of_a_store_end_without_a_difference(pipeline: Pipeline) -> None:
    month = live_through(pipeline, seed=1, runs=3, edits=40)
    assert month.edits >= 120
    assert month.rows_compared > 300


@pytest.mark.soak
def test_a_month_of_a_store_ends_without_a_difference(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    month = live_through(pipeline, seed=int(os.environ.get("SOAK_SEED", "2")), runs=30, edits=20)
    with capsys.disabled():
        print(f"\n{pipeline.schema}: {month}")  # noqa: T201 - the figures are what a long run is for
    assert month.edits >= 600
    assert month.crashes > 3
