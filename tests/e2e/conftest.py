"""One house for all end-to-end tests: its plugins take a while to install, and its first sync is what most look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.meltano_project import House, open_house


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with nothing synced yet, not even a database."""
    with open_house(tmp_path_factory.mktemp("e2e")) as opened:
        yield opened


@pytest.fixture(scope="session")
def synced(house: House) -> House:
    """The house after the first run ever, which also makes the database."""
    house.meltano("run", "sync-all")
    return house
