"""Serve stores to the tests and ask them as a client would."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests

from demo_store import PROFILES, Key, Server, Store, serve

RECORDINGS = Path(__file__).parent / "recordings"
RECORDED_HOME = "https://store.example"
TIMEOUT_SECONDS = 20


@cache
def recorded(version: str, name: str) -> Any:
    return json.loads(gzip.decompress((RECORDINGS / version / f"{name}.json.gz").read_bytes()))


@cache
def recorded_lines(version: str, name: str) -> tuple[Any, ...]:
    return tuple(json.loads(line) for line in gzip.decompress((RECORDINGS / version / name).read_bytes()).splitlines())


@dataclass
class Site:
    """A served store and a client of it."""

    store: Store
    server: Server
    session: requests.Session

    key: Key | None = None

    def get(self, path: str, **parameters: object) -> requests.Response:
        """Ask a route of /wp-json with Basic authentication, with the store's key or the one set."""
        found = self.key or self.store.key()
        return self.session.get(
            f"{self.server.url}/wp-json/{path}",
            params={name: str(value) for name, value in parameters.items()},
            auth=(found.consumer_key, found.consumer_secret),
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )

    def rows(self, path: str, **parameters: object) -> list[Any]:
        """Ask a route and read its rows."""
        response = self.get(path, **parameters)
        response.raise_for_status()
        rows: list[Any] = response.json()
        return rows

    def all_rows(self, path: str, per_page: int = 100, **parameters: object) -> list[Any]:
        """Read all pages of a list, by its total."""
        first = self.get(path, per_page=per_page, **parameters)
        found: list[Any] = first.json()
        for page in range(2, int(first.headers["X-WP-TotalPages"]) + 1):
            found += self.rows(path, per_page=per_page, page=page, **parameters)
        return found


Open = Callable[..., Site]


@pytest.fixture
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Serve stores for as long as the test lasts."""
    authority = tmp_path_factory.getbasetemp() / "authority"
    with ExitStack() as stack:

        def open_one(store: Store | None = None, *, tls: bool = True) -> Site:
            served = store or Store.recorded()
            server = stack.enter_context(serve(served, tls=tls, ca_dir=authority))
            session = stack.enter_context(requests.Session())
            # The environment's certificates would win over the session's.
            session.trust_env = False
            session.verify = str(server.ca_bundle) if tls else True
            return Site(served, server, session)

        yield open_one


@pytest.fixture(params=PROFILES)
def version(request: pytest.FixtureRequest) -> str:
    """Give each recorded version in turn."""
    return str(request.param)


@pytest.fixture
def site(open_site: Open) -> Site:
    """Serve the recorded store of 11.0.1."""
    return open_site()
