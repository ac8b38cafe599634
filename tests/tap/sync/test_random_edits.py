"""After any run the tables say what the store says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from demo_store import Store
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import KINDS, RandomEdits, new_store, store_of

SEEDS = [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long)]
KINDS_OF_ROWS: tuple[Any, ...] = ("products", "variations", "categories", "tags", "brands", "attribute_terms")


@pytest.fixture(params=[pytest.param(kind, marks=pytest.mark.long) if kind == "9.9.5" else kind for kind in KINDS])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def living(kind: str) -> Iterator[Site]:
    with site(store_of(kind)) as served:
        yield served


@pytest.mark.parametrize("seed", SEEDS)
def test_whole_reads_follow_everything(living: Site, seed: int) -> None:
    life = RandomEdits(living.store, seed)
    life.populate(40)
    landing = Landing()
    for _ in range(6):
        living.sync(landing, full_read_interval_hours=0, max_vanished_percent=100, page_size=7)
        assert landing.differences(living.store) == {}
        life.live(25)


@pytest.mark.parametrize("seed", SEEDS)
def test_incremental_runs_follow_all_that_moves_a_date(living: Site, seed: int) -> None:
    life = RandomEdits(living.store, seed, quiet=True)
    life.populate(40)
    landing = living.sync(page_size=7)
    for _ in range(8):
        life.live(15)
        living.sync(landing, page_size=7)
        assert landing.differences(living.store) == {}


@pytest.mark.parametrize(
    ("seed", "products"),
    [
        (0, 80),
        *(pytest.param(seed, 220, marks=pytest.mark.long) for seed in range(2)),
        *(pytest.param(seed, 220, marks=pytest.mark.soak) for seed in range(2, 8)),
    ],
)
def test_edits_between_any_two_requests_are_all_there_after_one_further_run(
    living: Site, seed: int, products: int
) -> None:
    life = RandomEdits(living.store, seed)
    life.populate(products)
    assert sum(len(living.store.rows(kind)) for kind in KINDS_OF_ROWS) > 1.3 * products
    settings: dict[str, Any] = {"full_read_interval_hours": 0, "max_vanished_percent": 100, "page_size": 5}
    landing = Landing()
    for _ in range(2):
        living.store.before_request = lambda _: life.live()
        living.sync(landing, **settings)
        living.store.before_request = None
        living.sync(landing, **settings)
        assert landing.differences(living.store) == {}
    assert life.edits > 0.9 * products


@pytest.mark.parametrize(
    ("seed", "rounds"),
    [
        (0, 1),
        pytest.param(0, 3, marks=pytest.mark.long),
        *(pytest.param(seed, 3, marks=pytest.mark.soak) for seed in range(1, 5)),
    ],
)
def test_edits_that_move_a_date_need_no_whole_read_whenever_they_came(living: Site, seed: int, rounds: int) -> None:
    life = RandomEdits(living.store, seed, quiet=True)
    life.populate(20 * rounds)
    landing = living.sync(page_size=5)
    for _ in range(rounds):
        living.store.clock.advance(3600)
        life.live(40)
        living.store.before_request = lambda _: life.live()
        living.sync(landing, page_size=5)
        living.store.before_request = None
        living.sync(landing, page_size=5)
        assert landing.differences(living.store) == {}


@pytest.mark.parametrize(
    ("seed", "products"),
    [
        (0, 60),
        pytest.param(1, 60, marks=pytest.mark.long),
        *(pytest.param(seed, 160, marks=pytest.mark.long) for seed in range(2)),
        *(pytest.param(seed, 160, marks=pytest.mark.soak) for seed in range(2, 12)),
    ],
)
def test_bulk_moves_in_a_whole_read_and_hidden_rows_need_no_other_whole_read(
    living: Site, seed: int, products: int
) -> None:
    store, life = living.store, RandomEdits(living.store, seed, quiet=True)
    life.populate(products)
    simple = [row["id"] for row in store.rows("products") if row["type"] == "simple"]
    hidden = set(life.random.sample(simple, 4))
    store.hidden_rows = lambda kind, row: kind == "products" and row in hidden
    settings: dict[str, Any] = {"page_size": 8, "max_vanished_percent": 100, "max_concurrency": 1 + 3 * (seed % 2)}
    landing = living.sync(**settings)
    store.clock.advance(90_000)
    before = [live_ids(store, kind) for kind in ("products", "variations")]
    store.before_request = lambda _: life.turn() if life.random.random() < 0.4 else None
    living.sync(landing, **settings)
    store.before_request = None
    store.clock.advance(3600)
    living.sync(landing, **settings)
    kinds: tuple[tuple[str, Any], ...] = (("products", "products"), ("product_variations", "variations"))
    for (stream, kind), old in zip(kinds, before, strict=True):
        live, rows = landing.live_by_query(stream), live_ids(store, kind)
        assert rows - hidden <= live
        assert live - rows <= old - {row["id"] for row in store.rows(kind)}  # deleted for good: no date shows it


def live_ids(store: Store, kind: Any) -> set[Any]:
    return {row["id"] for row in store.rows(kind) if row["status"] != "trash"}


QUIET_REQUESTS = {"11.0.1": 10, "9.9.5": 11, "5.9.0": 13, "per product": 10}
"""Two to four lists of what changed; the rest finds the way in, checks the components and describes the store."""


@pytest.mark.parametrize("edited", ["variations", "parents alone", pytest.param("products", marks=pytest.mark.long)])
def test_a_run_without_changes_asks_for_next_to_nothing(living: Site, kind: str, edited: str) -> None:
    store = living.store
    RandomEdits(store, 0).populate(40)
    chosen: dict[str, Any] = {"sync_components": ["products", "variations"]}
    landing = living.sync(page_size=7, **chosen)
    store.clock.advance(3600)
    for row in store.rows("products" if edited == "products" else "variations"):
        if edited == "variations":
            store.edit_variation(row["id"], regular_price="7.00")
        else:
            store.edit_product(row["id"] if edited == "products" else row["parent_id"], name="Edited in bulk")
    for hours in (1, 2, 3):
        living.sync(landing, page_size=7, **chosen)
        assert landing.differences(store) == {}
        store.clock.advance(hours * 3600)
    living.server.requests.clear()
    landing.messages.clear()
    living.sync(landing, page_size=7, **chosen)
    assert len(living.server.requests) == QUIET_REQUESTS[kind]
    assert changed(landing, "products") == changed(landing, "product_variations") == 0


def changed(landing: Landing, stream: str) -> int:
    return sum(message["type"] == "RECORD" and message["stream"] == stream for message in landing.messages)


def test_a_second_run_brings_only_what_changed(living: Site) -> None:
    life = RandomEdits(living.store, 0)
    life.populate(40)
    landing = living.sync()
    living.store.clock.advance(3600)
    life.edit_product()
    living.sync(landing)
    living.store.clock.advance(3600)
    life.edit_product()
    landing.messages.clear()
    living.sync(landing)
    assert changed(landing, "products") == 2  # and the last one of before, by the look-back
    assert landing.differences(living.store) == {}


def test_another_choice_of_columns_starts_a_whole_read() -> None:
    store = new_store("11.0.1")
    RandomEdits(store, 0).populate(10)
    with site(store) as served:
        landing = served.sync()
        landing.messages.clear()
        served.sync(landing, content="raw")
    assert changed(landing, "products") == len(store.rows("products"))
