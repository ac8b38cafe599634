"""Pages that fail for their size, rows that kill theirs, odd fields; `tests/e2e/test_faults.py` has all faults."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.exceptions import SingerSDKError

from demo_store import Store
from demo_store.faults import When, nth, param, path
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.pages import RowsChanged
from demo_store.faults.statuses import FailsAbove, PoisonousRow, Status
from demo_store.faults.transport import SlowDrip
from tests.support.harness import Landing, Site, site

PRODUCTS = path("/wc/v3/products$")
SETTINGS: dict[str, Any] = {
    "sync_components": ["products", "tags"],
    "max_retries": 2,
    "page_size": 20,
    "request_timeout_seconds": 2,
    "full_read_interval_hours": 0,
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr("tap_woo_pim.http.body.MAX_BODY_BYTES", 2 * 2**20)
    store = Store.recorded("5.9.0")
    with site(store) as opened:
        yield opened


@pytest.mark.parametrize("rows", [1, 3, 10])
def test_pages_too_large_for_the_server_are_asked_for_smaller(served: Site, rows: int) -> None:
    served.store.faults.add(FailsAbove(rows), PRODUCTS)
    assert served.sync(**SETTINGS).differences(served.store) == {}


def test_rows_that_kill_their_page_are_named_and_all_others_read(
    served: Site, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [row["id"] for row in served.store.rows("products") if row["status"] != "trash"]
    dead = {ids[0], ids[50], ids[51], ids[-1]}
    served.store.faults.add(PoisonousRow(*dead), PRODUCTS)
    with caplog.at_level(logging.WARNING):
        landing = served.sync(**SETTINGS)
    assert set(landing.live("products")) == {row["id"] for row in served.store.rows("products")} - dead
    assert {key[2] for key in landing.tables["unread_rows"]} == {
        f"offset {offset} of status any" for offset in (0, 50, 51, len(ids) - 1)
    }
    assert ("store", "products") not in landing.tables["snapshots"]
    assert "could not be read" in caplog.text


def test_fail_on_unread_ends_a_run_as_failed_when_all_else_is_read(served: Site) -> None:
    ids = [row["id"] for row in served.store.rows("products")]
    served.store.faults.add(PoisonousRow(ids[7]), PRODUCTS)
    landing = Landing()
    with pytest.raises(SingerSDKError, match="1 rows could not be read"):
        served.sync(landing, fail_on_unread=True, **SETTINGS)
    assert len(landing.tables["product_tags"]) == 200
    assert len(landing.tables["products"]) == len(ids) - 1


def test_a_page_that_drips_is_given_up_in_time(served: Site) -> None:
    served.store.faults.add(SlowDrip(seconds=0.5, pieces=100), PRODUCTS & nth(3))
    assert served.sync(**SETTINGS).differences(served.store) == {}


def test_fields_of_wrong_types_are_kept_aside(served: Site) -> None:
    odd = {"price": {"a": 1}, "images": "none", "date_modified_gmt": "0000-00-00T00:00:00", "total_sales": 2**80}
    served.store.faults.add(RowsChanged(lambda row: {**row, **odd}), PRODUCTS)
    landing = served.sync(**SETTINGS)
    for row in landing.live("products").values():
        assert (row["price"], row["images"], row["date_modified_gmt"], row["total_sales"]) == (None,) * 4
        assert row["extra_fields"] == {"price": {"a": 1}, "images": "none", "total_sales": 2**80}


def test_fields_of_plugins_come_though_no_schema_declares_them(served: Site) -> None:
    served.store.faults.add(RowsChanged(lambda row: {**row, "plugin_field": {"x": [1]}}), PRODUCTS)
    landing = served.sync(**SETTINGS)
    lists = [request for request in served.server.requests if PRODUCTS(request) and "offset" in request.query]
    assert all("plugin_field" in request.query["_fields"].split(",") for request in lists)
    assert {str(row["extra_fields"]) for row in landing.live("products").values()} == {"{'plugin_field': {'x': [1]}}"}


def test_notices_in_answers_are_told_once_a_run(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    served.store.faults.add("notice_before")
    with caplog.at_level(logging.WARNING):
        assert served.sync(**SETTINGS).differences(served.store) == {}
    assert [message for message in caplog.messages if "notices" in message] == [
        (
            f"store ({served.server.url}), all components: PHP prints notices into its answers."
            " The data is read all the same; turn off display_errors."
        )
    ]


@pytest.mark.parametrize("fault", ["notice_before", "notice_after"])
def test_error_answers_with_notices_are_understood(served: Site, fault: str) -> None:
    served.store.faults.add(fault)
    served.store.strips_authorization = True
    assert served.sync(**SETTINGS).differences(served.store) == {}
    served.store.faults.add("key_revoked", PRODUCTS & nth(9))
    with pytest.raises(SingerSDKError, match="the key was revoked while it was in use"):
        served.sync(**SETTINGS)


def test_more_fields_of_plugins_than_an_address_may_name_all_come(served: Site) -> None:
    more = {f"plugin_{number}_with_a_name_of_its_own": number for number in range(250)}
    served.store.faults.add(RowsChanged(lambda row: {**row, **more} if "_links" in row else row), PRODUCTS)
    landing = served.sync(**SETTINGS)
    lists = [request for request in served.server.requests if PRODUCTS(request) and "offset" in request.query]
    assert not any("_fields" in request.query for request in lists)
    assert all(row["extra_fields"] == more for row in landing.live("products").values())


def test_fields_of_plugins_are_kept_in_mind_when_the_store_does_not_tell_them(
    served: Site, caplog: pytest.LogCaptureFixture
) -> None:
    served.store.faults.add(RowsChanged(lambda row: {**row, "plugin_field": 1}), PRODUCTS)
    landing = served.sync(**SETTINGS)
    served.store.clock.advance(60)
    served.store.faults.add(Status(403), When(lambda request: request.method == "OPTIONS"))
    served.store.faults.add(Status(500), PRODUCTS & param(per_page=1) & ~param(offset=None) & ~param(_fields=None))
    with caplog.at_level(logging.WARNING):
        served.sync(landing, **SETTINGS)
    assert {str(row["extra_fields"]) for row in landing.live("products").values()} == {"{'plugin_field': 1}"}
    lists = [request for request in served.server.requests if PRODUCTS(request) and "offset" in request.query]
    assert all("plugin_field" in request.query["_fields"].split(",") for request in lists)
    assert "neither a first row nor the schema could be read" in caplog.text


def test_values_of_the_store_itself_that_do_not_fit_are_told(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    change = BodyChanged(lambda body: re.sub(rb'"gmt_offset":[^,]+', b'"gmt_offset":"Berlin"', body))
    served.store.faults.add(change, path("/wp-json/$"))
    with caplog.at_level(logging.WARNING):
        landing = served.sync(**SETTINGS)
    row = landing.tables["stores"]["store",]
    assert row["gmt_offset"] is None
    assert row["extra_fields"]["gmt_offset"] == "Berlin"
    assert "stores: values that do not fit their column stand in extra_fields: gmt_offset 1." in caplog.messages
