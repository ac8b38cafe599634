"""Turns of events that once lost rows, or took live ones for deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from singer_sdk.exceptions import ConfigValidationError, SingerSDKError

from demo_store import Store
from demo_store.faults import path
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.fields import FieldsChanged
from demo_store.faults.pages import NoTotals
from demo_store.faults.statuses import PoisonousRow, Status
from demo_store.faults.when import When
from tests.support.harness import Landing, site, sync_selected
from tests.support.random_edits import new_store, without_flat_variations

PRODUCTS: dict[str, Any] = {"sync_components": ["products"], "full_read_interval_hours": 0}


def without_dates(store: Store) -> None:
    """Make the store one of before 5.8, which cannot be asked for what changed."""
    store.faults.add(BodyChanged(lambda body: body.replace(b'"modified_after"', b'"none"')), path("/wc/v3$"))


def variable_store() -> Store:
    store = new_store()
    without_flat_variations(store)
    for number in range(30):
        parent = store.create_product(name=f"Parent {number}", type="variable", status="publish")
        for option in ("Red", "Blue", "Green", "Black"):
            store.create_variation(parent, attributes=[{"id": 0, "name": "Colour", "option": option}])
    return store


def test_another_address_under_the_same_name_is_read_whole_and_replaces_the_store() -> None:
    first, second = new_store(products=9), new_store(products=0)
    second.create_product(name="Other", type="simple", status="publish")
    landing = Landing()
    settings: dict[str, Any] = {"sync_components": ["products"]}
    with site(first) as served:
        served.sync(landing, **settings)
    with site(second) as served:
        served.sync(landing, **settings)
        assert landing.differences(second) == {}
        served.sync(landing, **{**settings, "store_id": "renamed"})
        assert len(landing.live("products", "renamed")) == 1


@pytest.mark.parametrize("hours", [1, 25])
def test_fields_of_plugins_come_from_another_address_too(hours: int) -> None:
    store = new_store(products=6)
    named = When(lambda request: "plugin_field" in request.query.get("_fields", "plugin_field").split(","))
    store.faults.add(FieldsChanged({"plugin_field": "Its value"}), path("/wc/v3/products$") & named)
    landing = Landing()
    settings: dict[str, Any] = {"sync_components": ["products"]}
    for _ in range(2):  # each time at another port
        with site(store) as served:
            served.sync(landing, **settings)
        rows = landing.live("products").values()
        assert [row["extra_fields"] for row in rows] == [{"plugin_field": "Its value"}] * 6
        store.clock.advance(hours * 3600)


def test_an_unreadable_newest_product_costs_that_row_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store = new_store(products=12)
    ids = [row["id"] for row in store.rows("products")]
    store.faults.add(PoisonousRow(ids[-1]), path("/wc/v3/products$"))
    with site(store) as served:
        landing = served.sync(page_size=5, max_retries=1, **PRODUCTS)
    assert set(landing.live("products")) == set(ids[:-1])


def test_a_changed_row_that_failed_comes_with_the_next_run_though_that_reads_changes_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store, landing = new_store(products=12), Landing()
    settings: dict[str, Any] = {"full_read_interval_hours": 24, "page_size": 5, "max_retries": 1, **PRODUCTS}
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        served.sync(landing, **settings)
        for row_id in ids[5:9]:  # the row that fails is the one that changed first
            store.clock.advance(3600)
            store.edit_product(row_id, name="Edited")
        rule = store.faults.add(PoisonousRow(ids[5]), path("/wc/v3/products$"))
        served.sync(landing, **settings)
        assert list(landing.differences(store)) == ["products"]
        store.faults.remove(rule)
        store.clock.advance(3600)
        served.sync(landing, **settings)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01"])
def test_a_start_date_that_is_none_is_refused_before_any_request(value: str) -> None:
    with site(new_store()) as served, pytest.raises(ConfigValidationError, match="start_date is not a date"):
        served.tap(start_date=value)
    assert served.server.requests == []


def test_a_start_date_takes_nothing_for_deleted() -> None:
    store = new_store(products=8)
    store.clock.advance(86_400)
    store.create_product(name="New", type="simple", status="publish")
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        store.clock.advance(60)
        served.sync(landing, start_date="2026-10-02T00:00:00Z", **PRODUCTS)
        assert len(landing.live("products")) == 9
        fresh = served.sync(start_date="2026-10-02T00:00:00Z", **PRODUCTS)
    assert [row["name"] for row in fresh.live("products").values()] == ["New"]


def test_what_the_sweep_needs_cannot_be_deselected() -> None:
    landing = Landing()
    with site(new_store(products=3)) as served:
        sync_selected(
            served, landing, lambda stream, name: (stream, name) in {("products", None), ("products", "name")}
        )
    assert landing.columns("products") == {"store_id", "id", "synced_at", "date_modified_gmt", "name"}
    assert landing.columns("snapshots") >= {"store_id", "stream", "synced_at", "started_at", "completed_at"}
    assert {"stores", "snapshots", "sync_runs", "unread_rows", "products"} == set(landing.schemas)
    assert all("synced_at" in row for row in landing.tables["products"].values())


def test_the_name_of_a_variation_does_not_hang_on_what_else_is_selected() -> None:
    landing = Landing()
    with site(Store.recorded("5.9.0")) as served:
        sync_selected(
            served,
            landing,
            lambda stream, name: stream == "product_variations" and name in {None, "name"},
            sync_components=["variations"],
        )
        expected = {
            row["id"]: ", ".join(axis["option"] for axis in row["attributes"])
            for row in served.store.rows("variations")
        }
    assert {row["id"]: row["name"] for row in landing.tables["product_variations"].values()} == expected


@pytest.mark.parametrize(("sent", "name"), [("null", "XL"), ("false", "XL"), ("{}", "XL"), ("42", "42, XL")])
def test_the_name_of_a_variation_is_made_of_options_that_are_texts(sent: str, name: str) -> None:
    store = new_store()
    parent = store.create_product(name="Shirt", type="variable", status="publish")
    axes = [{"id": 0, "name": "Colour", "option": "Red"}, {"id": 0, "name": "Size", "option": "XL"}]
    variation = store.create_variation(parent, attributes=axes)
    store.faults.add(BodyChanged(lambda body: body.replace(b'"Red"', sent.encode())), path("/variations$"))
    with site(store) as served:
        landing = served.sync(sync_components=["variations"])
    assert landing.live("product_variations")[variation]["name"] == name


def test_a_restored_product_is_not_lost_between_the_lists_of_a_store_without_dates() -> None:
    store = new_store("5.9.0", products=20)
    without_dates(store)
    trashed = store.rows("products")[3]["id"]
    store.trash_product(trashed)
    with site(store) as served:
        asked: list[str] = []

        def restore_after_the_live_ones(request: Any) -> None:
            if "offset" in request.query:
                asked.append(request.query["status"])
                if asked[-1] == "trash" and "any" in asked:
                    store.before_request = None
                    store.restore_product(trashed)

        store.before_request = restore_after_the_live_ones
        landing = served.sync(**PRODUCTS)
        assert trashed in landing.live("products")
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("route", ["system_status", "settings/general", "data/currencies/current"])
def test_a_store_that_fails_to_describe_itself_is_read_all_the_same(
    route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store = new_store(products=3)
    store.faults.add(Status(500), path(f"/wc/v3/{route}$"))
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
    assert len(landing.live("products")) == 3
    assert landing.tables["stores"]["store",]["name"] is not None


def test_an_attribute_deleted_under_the_reading_costs_nothing_else() -> None:
    store = new_store(products=2)
    ids = [store.create_attribute(name=name) for name in ("Colour", "Size")]
    for attribute in ids:
        store.create_attribute_term(attribute, name="One")
    with site(store) as served:

        def delete(request: Any) -> None:
            if request.path.endswith(f"/attributes/{ids[0]}/terms") and "offset" in request.query:
                store.before_request = None
                store.delete_attribute(ids[0])

        store.before_request = delete
        landing = served.sync(max_concurrency=1, sync_components=["attributes", "products"])
        assert {row["attribute_id"] for row in landing.live("product_attribute_terms").values()} == {ids[1]}
        assert len(landing.live("products")) == 2


def test_names_of_custom_fields_are_read_to_the_end_without_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.streams.product_custom_fields.MAX_PAGE_SIZE", 5)
    store = Store.recorded("9.9.5")
    store.faults.add(NoTotals(), path("custom-fields"))
    with site(store) as served:
        landing = served.sync(sync_components=["custom_fields"])
        assert landing.differences(store) == {}


def test_names_of_custom_fields_that_go_while_they_are_read_take_no_other_for_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tap_woo_pim.streams.product_custom_fields.MAX_PAGE_SIZE", 10)
    store = new_store()
    ids = [
        store.create_product(name="One", type="simple", status="publish", meta_data=[{"key": f"f{number:02}"}])
        for number in range(45)
    ]
    settings: dict[str, Any] = {"sync_components": ["custom_fields"], "max_vanished_percent": 100}
    with site(store) as served:
        landing = served.sync(**settings)
        store.clock.advance(60)

        def forget_two(request: Any) -> None:
            if request.query.get("page") == "2":
                for product in ids[:2]:
                    store.edit_product(product, meta_data=[])

        store.before_request = forget_two
        served.sync(landing, **settings)
        store.before_request = None
        assert set(store.custom_field_names()) <= set(landing.live("product_custom_fields"))
        store.clock.advance(60)
        served.sync(landing, **settings)
        assert landing.differences(store) == {}


def test_a_list_in_another_order_takes_nothing_for_deleted() -> None:
    store = new_store(products=30)
    ids = {row["id"] for row in store.rows("products")}
    with site(store) as served:
        landing = served.sync(page_size=7, **PRODUCTS)
        store.faults.add(BodyChanged(_backwards), path("/wc/v3/products$"))
        store.clock.advance(60)
        try:
            served.sync(landing, page_size=7, **PRODUCTS)
        except SingerSDKError as error:
            assert "cache" in str(error)  # noqa: PT017 - either way is good
        assert set(landing.live("products")) == ids


def _backwards(body: bytes) -> bytes:
    rows = json.loads(body)
    return json.dumps(rows[::-1]).encode() if isinstance(rows, list) else body


@pytest.mark.parametrize("deselected", [None, "product_attributes"])
def test_terms_that_are_kept_back_count_as_missing_whatever_else_is_selected(deselected: str | None) -> None:
    store, landing = Store.recorded("11.0.1"), Landing()
    two_of_three = BodyChanged(lambda body: json.dumps([row for row in json.loads(body) if row["id"] % 3]).encode())
    store.faults.add(two_of_three, path("/terms$"))
    with site(store) as served:
        sync_selected(served, landing, lambda stream, _: stream != deselected, sync_components=["attributes"])
    assert 50 < len(landing.tables["product_attribute_terms"]) < 140
    snapshots = {stream for _, stream in landing.tables.get("snapshots", {})}
    assert snapshots == {"product_attributes"} - {deselected}
