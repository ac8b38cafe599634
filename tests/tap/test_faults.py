"""However a server misbehaves, a sync is complete, complete but for named rows, or a clear failure made good later."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.exceptions import SingerSDKError

from demo_store import Store
from demo_store.faults import FAULTS, Fault, chance, nth, path
from demo_store.faults.bodies import CompressionBomb, OversizedBody
from demo_store.faults.pages import JunkRows, OtherPage, RowsChanged, WrongTotals
from demo_store.faults.statuses import FailsAbove, PoisonousRow, Status
from demo_store.faults.transport import SlowDrip
from tests.tap.harness import Landing, Shop, shop

PRODUCTS = path("/wc/v3/products$")
SETTINGS: dict[str, Any] = {
    "sync_components": ["products", "tags"],
    "max_retries": 2,
    "page_size": 20,
    "request_timeout_seconds": 2,
    "full_read_interval_hours": 0,
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr("tap_woo_pim.patience.LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr("tap_woo_pim.answers.MAX_BODY_BYTES", 2 * 2**20)
    store = Store.recorded("5.9.0")
    with shop(store) as opened:
        yield opened


TOO_LARGE: tuple[Fault, ...] = (CompressionBomb(8_000_000), OversizedBody(4_000_000))
"""For a tap that takes two megabytes: the real limit costs seconds a test."""

PASSING: list[Fault | str] = [
    *(Status(status) for status in (500, 502, 503, 504, 508, 520, 521, 522, 523, 524)),
    *(Status(429), Status(429, 0), Status(503, "Wed, 21 Oct 2015 07:28:00 GMT"), Status(429, "soon"), Status(429, -5)),
    *("connection_reset", "closed_halfway", "cut_body", "empty_body", "html_page", "login_page", "notice_before"),
    *("notice_after", "byte_order_mark", "blank_lines", "wrong_content_type", "no_content_type", "wrong_charset"),
    *("not_a_number", "trailing_comma", "invalid_utf8", "broken_gzip", "no_totals", "text_ids", "object_not_list"),
    *("deep_nesting", "never_answers"),
    *TOO_LARGE,
    *(WrongTotals(1, 1), WrongTotals(10**9, 10**7), WrongTotals("many", "pages"), "changing_totals", OtherPage(1)),
    *(OtherPage(-1), JunkRows("x")),
]


def name_of(fault: Fault | str) -> str:
    return fault if isinstance(fault, str) else f"{fault.name} {list(vars(fault).values())}"


@pytest.mark.parametrize("fault", PASSING, ids=name_of)
def test_a_fault_that_passes_costs_no_row(served: Shop, fault: Fault | str) -> None:
    served.store.faults.add(fault, PRODUCTS & nth(4, 9))
    landing = served.sync(**SETTINGS)
    if isinstance(fault, JunkRows):  # these rows cannot be told from rows that the shop does not have
        assert {key[1] for key in landing.tables["unread_rows"]} == {"products"}
        served.store.faults.clear()
        served.sync(landing, **SETTINGS)
    assert landing.differences(served.store) == {}


@pytest.mark.parametrize("fault", ["notice_before", "byte_order_mark", "wrong_charset", "text_ids", "no_totals"])
def test_a_fault_that_stays_but_spoils_nothing_costs_no_row(served: Shop, fault: str) -> None:
    served.store.faults.add(fault, path("/wc/v3/products"))
    assert served.sync(**SETTINGS).differences(served.store) == {}


def failure_of(served: Shop, landing: Landing) -> str | None:
    """Sync, and return what the user is told when that fails."""
    try:
        served.sync(landing, **SETTINGS)
    except SingerSDKError as error:
        return str(error)
    return None


WITHOUT = {"rows_changed", "body_changed", "other_page", "compression_bomb", "oversized_body"}
STAYING: list[Fault | str] = [*(name for name in FAULTS if name not in WITHOUT), *TOO_LARGE]
"""All but those that change nothing by themselves, and a list whose every page is another's in the same way: that is
a whole and steady list, only not of the first rows, and no client can tell it from a key that may not read these."""


@pytest.mark.parametrize("fault", STAYING, ids=name_of)
def test_a_fault_that_stays_ends_well_or_with_a_plain_failure_that_the_next_run_makes_good(
    served: Shop, fault: Fault | str
) -> None:
    landing = served.sync(**SETTINGS)
    before = {stream: landing.live(stream) for stream in ("products", "product_tags")}
    rule = served.store.faults.add(fault, path("/wc/v3/products"))
    failure = failure_of(served, landing)
    assert failure is None or re.fullmatch(r"shop \(https://localhost:\d+\), .+\.", failure)
    assert all(landing.live(stream).keys() >= rows.keys() for stream, rows in before.items())
    served.store.faults.remove(rule)
    if fault == "key_revoked":
        served.store.add_key()
    served.sync(landing, **SETTINGS)
    assert landing.differences(served.store) == {}


def test_random_trouble_costs_no_row(served: Shop) -> None:
    faults: tuple[Fault | str, ...] = (Status(500), Status(502), "connection_reset", "cut_body", "empty_body")
    for number, fault in enumerate(faults):
        served.store.faults.add(fault, chance(0.03, seed=number))
    assert served.sync(**{**SETTINGS, "max_retries": 8}).differences(served.store) == {}


@pytest.mark.parametrize("rows", [1, 3, 10])
def test_pages_too_large_for_the_server_are_asked_for_smaller(served: Shop, rows: int) -> None:
    served.store.faults.add(FailsAbove(rows), PRODUCTS)
    assert served.sync(**SETTINGS).differences(served.store) == {}


def test_rows_that_kill_their_page_are_named_and_all_others_read(
    served: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    ids = [row["id"] for row in served.store.rows("products") if row["status"] != "trash"]
    dead = {ids[0], ids[50], ids[51], ids[-1]}
    served.store.faults.add(PoisonousRow(*dead), PRODUCTS)
    with caplog.at_level(logging.WARNING):
        landing = served.sync(**SETTINGS)
    assert set(landing.live("products")) == {row["id"] for row in served.store.rows("products")} - dead
    assert {key[2] for key in landing.tables["unread_rows"]} == {
        f"offset {offset}" for offset in (0, 50, 51, len(ids) - 1)
    }
    assert ("shop", "products") not in landing.tables["snapshots"]
    assert "could not be read" in caplog.text


def test_fail_on_unread_ends_a_run_as_failed_when_all_else_is_read(served: Shop) -> None:
    ids = [row["id"] for row in served.store.rows("products")]
    served.store.faults.add(PoisonousRow(ids[7]), PRODUCTS)
    landing = Landing()
    with pytest.raises(SingerSDKError, match="1 rows could not be read"):
        served.sync(landing, fail_on_unread=True, **SETTINGS)
    assert len(landing.tables["product_tags"]) == 200
    assert len(landing.tables["products"]) == len(ids) - 1


def test_a_page_that_drips_is_given_up_in_time(served: Shop) -> None:
    served.store.faults.add(SlowDrip(seconds=0.5, pieces=100), PRODUCTS & nth(3))
    assert served.sync(**SETTINGS).differences(served.store) == {}


def test_fields_of_wrong_types_are_kept_aside(served: Shop) -> None:
    odd = {"price": {"a": 1}, "images": "none", "date_modified_gmt": "0000-00-00T00:00:00", "total_sales": 2**80}
    served.store.faults.add(RowsChanged(lambda row: {**row, **odd}), PRODUCTS)
    landing = served.sync(**SETTINGS)
    for row in landing.live("products").values():
        assert (row["price"], row["images"], row["date_modified_gmt"], row["total_sales"]) == (None,) * 4
        assert row["extra_fields"] == {"price": {"a": 1}, "images": "none", "total_sales": 2**80}


def test_fields_of_plugins_come_though_no_schema_declares_them(served: Shop) -> None:
    served.store.faults.add(RowsChanged(lambda row: {**row, "plugin_field": {"x": [1]}}), PRODUCTS)
    landing = served.sync(**SETTINGS)
    lists = [request for request in served.server.requests if PRODUCTS(request) and "offset" in request.query]
    assert all("plugin_field" in request.query["_fields"].split(",") for request in lists)
    assert {str(row["extra_fields"]) for row in landing.live("products").values()} == {"{'plugin_field': {'x': [1]}}"}
