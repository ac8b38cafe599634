"""The queries of docs/tables.md on a store that changes: what is live now, what changed since, and what is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo_store import Store, serve
from tests.support.meltano_project import MeltanoProject
from tests.support.pages import queries
from tests.support.pipeline import Pipeline

pytestmark = pytest.mark.long

BEGIN = datetime(2026, 10, 31, 12, tzinfo=UTC)
"""Half a day before the moment that their query names."""


@pytest.fixture
def pipeline(request: pytest.FixtureRequest, installed: MeltanoProject, tmp_path: Path) -> Iterator[Pipeline]:
    store = Store.empty()
    store.clock.set(BEGIN)
    installed.meltano("invoke", "pim-db:start")
    with ExitStack() as stack:
        server = stack.enter_context(serve(store, tls=True))
        yield Pipeline(installed, server, f"queries_{request.node.name[:20]}", tmp_path)


def ask(pipeline: Pipeline) -> tuple[set[int], set[int], dict[int, Any]]:
    """The ids of live products and variations, and the status of each product that changed."""
    asked = [query.replace("woo.", f"{pipeline.schema}.") for query in queries("docs/tables.md")[1:4]]
    with pipeline.installed.database() as connection:
        products, variations, changed = (connection.execute(query).fetchall() for query in asked)
    return (
        {row["id"] for row in products},
        {row["id"] for row in variations},
        {row["id"]: row["status"] for row in changed},
    )


def sync(pipeline: Pipeline) -> None:
    outcome = pipeline.run()
    assert (outcome.tap, outcome.target) == (0, 0), outcome.told


def test_queries_follow_trash_edits_and_deletions(pipeline: Pipeline) -> None:
    store = pipeline.server.store
    products = [store.create_product(name=f"Product {number}", type="simple", status="publish") for number in range(8)]
    parents = [store.create_product(name=f"Parent {number}", type="variable", status="publish") for number in range(3)]
    variations = [
        store.create_variation(parent, attributes=[{"id": 0, "name": "Size", "option": size}])
        for parent in parents
        for size in "SML"
    ]
    sync(pipeline)
    assert ask(pipeline) == ({*products, *parents}, set(variations), {})

    store.clock.advance(13 * 3600)  # into the month that the query names
    store.edit_product(products[0], name="Edited")
    store.trash_product(products[1])
    store.trash_product(parents[0])
    store.delete_product(products[2])
    store.delete_variation(variations[3])
    born = store.create_product(name="Born", type="simple", status="draft")
    sync(pipeline)
    live, live_variations, changed = ask(pipeline)
    assert live == {*products[3:], products[0], parents[1], parents[2], born}
    assert live_variations == set(variations[4:])
    assert changed == {
        products[0]: "publish",
        products[1]: "trash",
        products[2]: "gone",
        parents[0]: "trash",
        parents[1]: "publish",
        born: "draft",
    }

    store.clock.advance(25 * 3600)
    store.restore_product(products[1])
    store.delete_product(born)
    sync(pipeline)
    live, live_variations, changed = ask(pipeline)
    assert live == {*products, parents[1], parents[2]} - {products[2]}
    assert live_variations == set(variations[4:])
    assert changed == {
        products[0]: "publish",
        products[1]: "publish",
        products[2]: "gone",
        parents[0]: "trash",
        parents[1]: "publish",
        born: "gone",
    }
    assert pipeline.differences() == []


def test_a_database_that_cannot_take_the_last_rows_does_not_make_live_ones_look_deleted(pipeline: Pipeline) -> None:
    store = pipeline.server.store
    for number in range(30):
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    sync(pipeline)
    before = pipeline.live_keys()
    store.clock.advance(25 * 3600)
    with full_disk(pipeline):
        outcome = pipeline.run()
    assert outcome.target != 0
    assert pipeline.live_keys() == before
    sync(pipeline)
    assert pipeline.differences() == []


def test_a_sync_whose_last_rows_the_database_cannot_take_is_not_told_to_be_complete(pipeline: Pipeline) -> None:
    store = pipeline.server.store
    product = store.create_product(name="Product", type="simple", status="publish")
    pipeline.settings = {"full_read_interval_hours": 24}
    sync(pipeline)
    store.clock.advance(3600)
    store.edit_product(product, name="New name")
    with full_disk(pipeline):
        outcome = pipeline.run()
    assert outcome.target != 0
    assert [run["status"] for run in runs(pipeline)] == ["complete"]
    sync(pipeline)
    assert [run["kind"] for run in runs(pipeline)] == ["full", "incremental"]
    assert pipeline.differences() == []


@contextmanager
def full_disk(pipeline: Pipeline) -> Iterator[None]:
    """Let the disk be full for the table of products; the small tables beside it can still be written."""
    with pipeline.installed.database() as connection:
        connection.execute(
            "create function disk_is_full() returns trigger language plpgsql as"
            " $$ begin raise exception using errcode = '53100', message = 'No space left on device'; end $$"
        )
        connection.execute(
            f"create trigger full_disk before insert or update on {pipeline.schema}.products"
            " for each statement execute function disk_is_full()"
        )
    yield
    with pipeline.installed.database() as connection:
        connection.execute("drop function disk_is_full() cascade")


def runs(pipeline: Pipeline) -> list[dict[str, Any]]:
    with pipeline.installed.database() as connection:
        query = f"select * from {pipeline.schema}.sync_runs order by started_at"
        return connection.execute(query.encode()).fetchall()
