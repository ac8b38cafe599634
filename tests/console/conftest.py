"""A project with a small PIM database, and the console on it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
import requests

from pimctl import db
from pimctl.project import Project
from tests.support import small_model
from tests.support.browser import REMEDY, programs
from tests.support.console import Running, new_project, start_console


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the browser tests where there is no browser; the run says so in its last lines."""
    if programs() is None:
        if os.environ.get("CI"):
            raise pytest.UsageError(REMEDY)
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=REMEDY))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose PIM database holds two stores."""
    with new_project(tmp_path_factory.mktemp("console")) as project:
        with psycopg.connect(db.current_url(project)) as connection:
            small_model.fill(connection)
        yield project


@pytest.fixture(scope="session")
def console(filled: Project) -> Iterator[Running]:
    """The console of that project, without users."""
    with start_console(filled.root) as running:
        yield running


@pytest.fixture
def client(console: Running) -> Iterator[requests.Session]:
    """Somebody who was let in by the one-time token."""
    with console.enter() as session:
        yield session
