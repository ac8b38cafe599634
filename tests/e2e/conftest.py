"""One installed project for all end-to-end tests: most look at what its first sync brought."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.meltano_project import MeltanoProject, install_project


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeltanoProject]:
    """The project before its first sync: it has no database yet."""
    with install_project(tmp_path_factory.mktemp("e2e")) as opened:
        yield opened


@pytest.fixture(scope="session")
def synced(installed: MeltanoProject) -> MeltanoProject:
    """The project after its first sync, which also made the database."""
    installed.meltano("run", "sync-all")
    return installed
