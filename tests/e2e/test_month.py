"""A month of a shop's life, with crashes, through the real target-postgres into the real PostgreSQL."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo_store import PROFILES, Store, serve
from tap_woo_pim.config import COMPONENTS
from tests.e2e.house import House
from tests.e2e.pipeline import Pipeline
from tests.tap.life import Life

BEGIN = datetime(2026, 10, 1, 12, tzinfo=UTC)
SETTINGS = {"max_retries": 1, "max_vanished_percent": 100, "sync_components": list(COMPONENTS)}
DEATHS = (
    ("tap", signal.SIGTERM),
    ("tap", signal.SIGKILL),
    ("tap", signal.SIGINT),
    ("target", signal.SIGKILL),
    ("target", signal.SIGTERM),
    ("shop", signal.SIGKILL),
)


@dataclass
class Month:
    """What happened: figures for the report."""

    edits: int = 0
    runs: int = 0
    crashes: int = 0
    rows_compared: int = 0


def live_through(pipeline: Pipeline, seed: int, runs: int, edits: int) -> Month:
    """Let the shop live and sync it, crash every third run somewhere, and let it live on under every fifth.

    After each run all must hold that can hold then, and everything at the end, after a whole read.
    """
    chance = random.Random(seed)
    life = Life(pipeline.server.store, seed)
    store, month = pipeline.server.store, Month()
    for run in range(runs):
        life.live(edits)
        store.clock.advance(chance.choice((60, 3600, 40_000, 90_000)))
        before = pipeline.live_keys()
        if run % 3 == 1:
            victim, how = chance.choice(DEATHS)
            outcome = pipeline.run(victim, chance.randint(1, 30), how)
            month.crashes += outcome.tap != 0 or outcome.target != 0
        else:
            outcome = pipeline.run(meanwhile=life.live if run % 5 == 0 else None)
            assert (outcome.tap, outcome.target) == (0, 0), outcome.told
            if run % 5 != 0:
                assert pipeline.differences(but=frozenset({"products", "product_variations"})) == []
                assert pipeline.late() == []
                month.rows_compared += pipeline.count()
        if run % 3 != 1 and run % 5 == 0:  # what came again under the same key was gone while it was read
            before = {key for key in before if key[0] in {"products", "product_variations"}}
        assert before & pipeline.keys_in_the_shop() <= pipeline.live_keys(), "a row of the shop was taken for deleted"
        month.runs += 1
    store.clock.advance(90_000)
    outcome = pipeline.run()
    assert (outcome.tap, outcome.target) == (0, 0), outcome.told
    assert pipeline.differences() == []
    month.runs += 1
    month.edits = life.edits
    month.rows_compared += pipeline.count()
    return month


@pytest.fixture(params=PROFILES)
def pipeline(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> Iterator[Pipeline]:
    store = Store.recorded(request.param)
    store.keep_products(150)
    store.clock.set(BEGIN)
    house.meltano("invoke", "pim-db:start")
    with ExitStack() as stack:
        server = stack.enter_context(serve(store, tls=True))
        schema = f"month_{request.param.replace('.', '_')}"
        yield Pipeline(house, server, schema, tmp_path, settings=SETTINGS)


def test_a_few_days_of_a_shop_end_without_a_difference(pipeline: Pipeline) -> None:
    month = live_through(pipeline, seed=1, runs=3, edits=40)
    assert month.edits >= 120
    assert month.rows_compared > 300


@pytest.mark.soak
def test_a_month_of_a_shop_ends_without_a_difference(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    month = live_through(pipeline, seed=int(os.environ.get("SOAK_SEED", "2")), runs=30, edits=20)
    with capsys.disabled():
        print(f"\n{pipeline.schema}: {month}")  # noqa: T201 - the figures are what a long run is for
    assert month.edits >= 600
    assert month.crashes > 3
