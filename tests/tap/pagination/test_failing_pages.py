"""Pages that fail for their size, rows that kill theirs, odd fields; `tests/e2e/test_faults.py` has all faults."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.exceptions import SingerSDKError

from demo_store import Store
from demo_store.faults import When, nth, path
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.fields import FieldsChanged
from demo_store.faults.pages import RowsChanged
from demo_store.faults.statuses import FailsAbove, PoisonousRow
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


def test_fields_of_plugins_come_from_every_row_in_every_run(served: Site) -> None:
    auctions = {row["id"] for row in served.store.rows("products")[3:6]}
    field = {"auction": {"end": "2026-12-31"}}
    served.store.faults.add(FieldsChanged(field, only=tuple(auctions)), PRODUCTS)
    landing = Landing()
    for _ in range(2):
        served.sync(landing, **SETTINGS)
        rows = landing.live("products")
        assert {key for key, row in rows.items() if row["extra_fields"] == field} == auctions
        assert all(row["extra_fields"] is None for key, row in rows.items() if key not in auctions)
        served.store.create_product(name="Plain", type="simple", status="publish")


def test_fields_of_plugins_come_beside_a_first_row_that_kills_its_pages(served: Site) -> None:
    first, *others = sorted(row["id"] for row in served.store.rows("products") if row["status"] != "trash")
    served.store.faults.add(FieldsChanged({"plugin_field": {"z": 1}}), PRODUCTS)
    served.store.faults.add(PoisonousRow(first), PRODUCTS)
    rows = served.sync(**SETTINGS).live("products")
    assert all(rows[key]["extra_fields"] == {"plugin_field": {"z": 1}} for key in others)


def test_rows_are_asked_for_whole_and_at_once(served: Site) -> None:
    served.sync(**SETTINGS)
    lists = [request for request in served.server.requests if "offset" in request.query]
    assert lists
    assert not any("_fields" in request.query for request in lists)
    assert not any(request.method == "OPTIONS" for request in served.server.requests)


def test_notices_in_answers_are_told_once_a_run(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    served.store.faults.add("notice_before")
    with caplog.at_level(logging.WARNING):
        assert served.sync(**SETTINGS).differences(served.store) == {}
    assert [message for message in caplog.messages if "notices" in message] == [
        (
            f"store ({served.server.url}), all components: PHP prints notices into its responses."
            " The data is read anyway; turn off display_errors."
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


def test_pages_that_fail_for_a_noisy_field_come_without_it(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    served.store.faults.add(FieldsChanged({"plugin_field": 1}), PRODUCTS)
    landing = served.sync(**SETTINGS)
    whole = When(lambda request: "price_html" in request.query.get("_fields", "price_html").split(","))
    served.store.faults.add(PoisonousRow(served.store.rows("products")[50]["id"]), PRODUCTS & whole)
    with caplog.at_level(logging.WARNING):
        served.sync(landing, **SETTINGS)
    assert landing.differences(served.store) == {
        "products": [
            (key, row, {**row, "extra_fields": None}) for key, row in sorted(landing.live("products").items())[:3]
        ]
    }
    assert {str(row["extra_fields"]) for row in landing.live("products").values()} == {"{'plugin_field': 1}"}
    assert "unread_rows" not in landing.tables
    assert "20 rows came without price_html and related_ids and without fields of plugins" in caplog.text


def test_values_of_the_store_itself_that_do_not_fit_are_told(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    change = BodyChanged(lambda body: re.sub(rb'"gmt_offset":[^,]+', b'"gmt_offset":"Berlin"', body))
    served.store.faults.add(change, path("/wp-json/$"))
    with caplog.at_level(logging.WARNING):
        landing = served.sync(**SETTINGS)
    row = landing.tables["stores"]["store",]
    assert row["gmt_offset"] is None
    assert row["extra_fields"]["gmt_offset"] == "Berlin"
    assert "stores: values that do not fit their column went to extra_fields: gmt_offset 1." in caplog.messages
