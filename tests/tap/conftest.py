"""A scene for every test, and one copy of the project for all that need Meltano."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.connection_project import Project
from tests.support.meltano_project import MeltanoProject, copy_project, link_plugins
from tests.support.stage import Stage, open_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def project(installed: MeltanoProject, tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("credentials") / "project"
    copy_project(root)
    link_plugins(installed.root, root)
    return Project(root)
