"""Rows are the same whichever route or page size read them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from demo_store import PROFILES, Store
from tap_woo_pim.store.routes import route_path
from tests.support.harness import Landing, Row, Site, site
from tests.support.random_edits import new_store, without_flat_variations, without_variations_of_wc_v3

ROUTES: dict[str, tuple[str, Callable[[Store], None]]] = {
    "v3": (r"/wc/v3/variations$", lambda _: None),
    "analytics": (r"/wc-analytics/variations$", without_variations_of_wc_v3),
    "per product": (r"/wc/v3/products/[0-9]+/variations$", without_flat_variations),
}
"""The route that must have been asked for variations, and what makes a store one that has no better."""


def recorded(version: str) -> Store:
    store = Store.recorded(version)
    store.keep_products(25)
    return store


def read(version: str, route: str, page_size: int) -> tuple[Landing, Store]:
    """Read a recorded store by one route, and see that it was that one."""
    pattern, make = ROUTES[route]
    store = recorded(version)
    make(store)
    with site(store) as served:
        landing = served.sync(page_size=page_size)
        assert asked(served, pattern)
        assert not any(asked(served, other) for name, (other, _) in ROUTES.items() if name != route)
    return landing, store


def asked(served: Site, pattern: str) -> bool:
    return any(re.search(pattern, request.path) and "offset" in request.query for request in served.server.requests)


def tables(landing: Landing) -> dict[str, dict[Any, Row]]:
    """All rows in all columns but the clock of the run."""
    return {
        stream: landing.live(stream) for stream in landing.tables if stream not in {"snapshots", "stores", "sync_runs"}
    }


@pytest.mark.parametrize(
    "version", [PROFILES[0], *(pytest.param(version, marks=pytest.mark.long) for version in PROFILES[1:])]
)
def test_every_route_and_page_size_brings_the_same_rows_in_all_columns(version: str) -> None:
    routes = [route for route in ROUTES if route != "v3" or version == "11.0.1"]
    wanted, store = read(version, routes[0], 100)
    assert wanted.differences(store) == {}
    assert len(wanted.live("product_variations")) > 30
    for route in routes:
        for page_size in (1, 7, 100):
            landing, _ = read(version, route, page_size)
            assert tables(landing) == tables(wanted), (route, page_size)


def test_an_orphan_has_no_parent_where_a_route_sends_it_and_a_snapshot_that_counts_what_came() -> None:
    found: dict[str, dict[Any, Row]] = {}
    for name, version in (("v3", "11.0.1"), ("analytics", "5.9.0"), ("per product", "5.9.0")):
        store = new_store(version)
        ROUTES[name][1](store)
        parent = store.create_product(name="Parent", type="variable", status="publish")
        kept, orphan = (
            store.create_variation(parent, attributes=[{"id": 0, "name": "Size", "option": size}]) for size in "SM"
        )
        store.sql_update("variations", orphan, parent_id=999_999)
        with site(store) as served:
            landing = served.sync()
        found[name] = landing.live("product_variations")
        assert landing.tables["snapshots"]["store", "product_variations"]["row_count"] == len(found[name])
    assert {name: set(rows) for name, rows in found.items()} == {
        "v3": {kept},
        "analytics": {kept, orphan},
        "per product": {kept},
    }
    assert found["analytics"][orphan]["parent_id"] == 0


def test_variations_of_a_plugins_product_type_come_by_every_route() -> None:
    found = []
    for make in (lambda _: None, without_variations_of_wc_v3, without_flat_variations):
        store = new_store()
        make(store)
        for kind in ("variable", "variable-subscription", "simple"):
            parent = store.create_product(name=kind, type=kind, status="publish")
            if kind != "simple":
                store.create_variation(parent, attributes=[{"id": 0, "name": "Size", "option": "S"}])
        with site(store) as served:
            found.append(served.sync().live("product_variations"))
    assert len(found[0]) == 2
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("route", ROUTES)
def test_rows_that_the_store_counts_and_does_not_send_do_not_stand_in_the_way(route: str) -> None:
    store = new_store()
    ROUTES[route][1](store)
    parents = [store.create_product(name=f"Parent {number}", type="variable", status="publish") for number in range(30)]
    ids = [
        store.create_variation(parent, attributes=[{"id": 0, "name": "Size", "option": size}])
        for parent in parents
        for size in "SML"
    ]
    for orphan in ids[10:45:5]:
        store.sql_update("variations", orphan, parent_id=999_999)
    hidden = {("products", id_) for id_ in parents[20:23]} | {("variations", id_) for id_ in ids[60:69]}
    store.hidden_rows = lambda kind, id_: (kind, id_) in hidden
    expected = set(ids) - set(ids[10:45:5]) - set(ids[60:69])
    with site(store) as served:
        landing = Landing()
        for page_size in (7, 2, 5, 100):
            served.sync(landing, page_size=page_size, full_read_interval_hours=0)
            assert set(landing.live("product_variations")) == expected
            assert set(landing.live("products")) == set(parents) - set(parents[20:23])
            assert "unread_rows" not in landing.tables
            store.clock.advance(3600)
            if page_size != 7:  # the first whole read cannot know that so many are missing for good
                assert landing.tables["snapshots"]["store", "product_variations"]["row_count"] == len(expected)
        store.delete_variation(ids[0])
        served.sync(landing, full_read_interval_hours=0)
        assert set(landing.live("product_variations")) == expected - {ids[0]}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"/wc/v3/products/(?P<id>[\d]+)", "wc/v3/products/{}"),
        (r"/wc/v3/products/(?P<product_id>[\d]+)/variations/(?P<id>[\d]+)", "wc/v3/products/{}/variations/{}"),
        (r"/wc/v3/taxes/classes/(?P<slug>\w[\w\s\-]*)", "wc/v3/taxes/classes/{}"),
    ],
)
def test_routes_are_told_by_their_patterns(pattern: str, expected: str) -> None:
    assert route_path(pattern) == expected


@pytest.mark.parametrize(("unit", "times"), [("[x]", 28), ("[x]", 50_000), ("(?P<a>[", 50_000), ("(?P<a", 50_000)])
def test_a_pattern_that_does_not_end_is_looked_at_once(unit: str, times: int) -> None:
    pattern = "wc/(?P<a>" + unit * times
    began = time.thread_time()
    assert route_path(pattern) == pattern
    assert time.thread_time() - began < 5
