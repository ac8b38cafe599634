"""Loaders of files hold every row of three stores after four runs: first, again, after changes, with a new column."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loaders.arrived import compare, gone
from tests.loaders.loaders import LOADERS, Loader, Place, Table
from tests.loaders.runs import EMAIL, Runs, record
from tests.support.environments import Environment

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("loaders")]
PRODUCTS = 60
EXACT = {"same", "null"}
TEXTS = {"same", "text", "JSON text", "text of the same time", "null as empty text"}
"""A CSV file has texts alone, which tell every value but an empty text from null."""


@pytest.fixture(scope="session")
def runs() -> Runs:
    """The messages of four runs over the three stores."""
    return record(PRODUCTS)


def load(name: str, folder: Path, runs: Runs) -> list[dict[str, Table]]:
    """Load all runs by a loader; return what it held after each."""
    loader: Loader = next(loader for loader in LOADERS if loader.name == name)
    environment = Environment.create(folder / "venv")
    environment.install(*loader.requirements)
    place, found = Place(folder, {}), []
    for stores in runs.messages:
        state = None
        for messages in stores:
            state = loader.load(environment, place, messages)
        assert state is not None
        assert set(state["bookmarks"]) >= {"stores", "products", "product_variations"}
        found.append(loader.read(place, environment))
    return found


@pytest.mark.parametrize(
    ("name", "forms"),
    [("target-jsonl 0.1.4", EXACT), ("meltanolabs-target-csv 0.5.0, flattening", TEXTS)],
)
def test_every_row_of_every_run_arrives(name: str, forms: set[str], runs: Runs, tmp_path: Path) -> None:
    after = load(name, tmp_path, runs)

    for tables, expected in zip(after, runs.expected, strict=True):
        arrival = compare(tables, expected, runs.schemas)
        assert expected.keys() == tables.keys()
        assert (arrival.missing, arrival.surplus) == ({}, {})
        assert {form for _, form in arrival.forms} == forms
    with_email = {EMAIL in tables["product_reviews"].rows[-1] for tables in after[:3]}
    assert (with_email, EMAIL in after[3]["product_reviews"].rows[-1]) == ({False}, True)
    deleted = {tuple(map(str, runs.deleted))}
    assert [gone(tables, "products", runs.schemas) for tables in after] == [set(), set(), deleted, deleted]
