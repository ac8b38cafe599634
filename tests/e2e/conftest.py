"""One installed project for all end-to-end tests: most look at what its first sync brought."""

from __future__ import annotations

import pytest

from tests.support.meltano_project import MeltanoProject


@pytest.fixture(scope="session")
def synced(installed: MeltanoProject) -> MeltanoProject:
    """The project after its first sync, which also made the database."""
    installed.meltano("run", "sync-all")
    return installed
