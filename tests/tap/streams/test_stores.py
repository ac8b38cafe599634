"""What a store fails to tell of itself is named, and never takes the place of what is known."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from demo_store import Store
from demo_store.faults import Fault, path
from demo_store.faults.bodies import BodyChanged, CutBody, HtmlPage
from demo_store.faults.statuses import Status
from tap_woo_pim.pagination.page import Unread
from tap_woo_pim.streams.full_table import unread_record
from tests.support.fault_run import heal, run
from tests.support.harness import Landing, Row, Site, site

SETTINGS: dict[str, Any] = {"sync_components": ["tax_classes"]}
ERROR = b'{"code":"internal","message":"There has been a critical error.","data":{"status":500}}'
PARTS = ("settings/general", "settings/products", "settings/tax", "system_status", "data/currencies/current")
FAILURES: dict[str, Fault] = {
    "server error": Status(500),
    "another server error": Status(501),
    "cut body": CutBody(),
    "web page": HtmlPage(),
    "error of status 200": BodyChanged(lambda _: ERROR),
    "null": BodyChanged(lambda _: b"null"),
    "list of other things": BodyChanged(lambda _: b'["x"]'),
    "object without what is wanted": BodyChanged(lambda _: b'{"environment":[]}'),
    "empty list": BodyChanged(lambda _: b"[]"),
    "no version": BodyChanged(lambda _: b'{"environment":{"version":null,"wp_version":null}}'),
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    with site(Store.recorded("5.9.0")) as opened:
        yield opened


def row_of(landing: Landing) -> Row:
    return landing.tables["stores"]["store",]


def unread(landing: Landing) -> set[str]:
    """What the last run named, by the row of `stores` as docs/tables.md has it."""
    rows = landing.tables.get("unread_rows", {})
    return {
        position
        for (_, stream, position), row in rows.items()
        if stream == "stores" and row["synced_at"] >= row_of(landing)["synced_at"]
    }


@pytest.mark.parametrize(
    ("part", "failure"),
    [
        pytest.param(part, name, marks=[] if part == "system_status" or name == "server error" else [pytest.mark.long])
        for part in PARTS
        for name in FAILURES
    ],
)
def test_a_part_that_fails_is_named_and_what_is_known_stays(served: Site, part: str, failure: str) -> None:
    landing = Landing()
    run(served, landing, **SETTINGS)
    known = row_of(landing)
    served.store.faults.add(FAILURES[failure], path(f"/{part}$"))
    outcome = run(served, landing, **SETTINGS)
    assert (outcome.failure, outcome.named, unread(landing)) == (None, 1, {part})
    assert row_of(landing) == known
    heal(served)
    outcome = run(served, landing, **SETTINGS)
    assert outcome.is_complete
    assert {**row_of(landing), "synced_at": known["synced_at"]} == known
    assert row_of(landing)["synced_at"] > known["synced_at"]
    assert unread(landing) == set()


def test_first_row_comes_without_what_failed_and_again_until_it_is_whole(
    served: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    landing = Landing()
    served.store.faults.add(Status(500), path("/settings/tax$|/system_status$"))
    run(served, landing, **SETTINGS)
    assert (row_of(landing)["currency"], row_of(landing)["woocommerce_version"]) == ("GBP", None)
    assert unread(landing) == {"settings/tax", "system_status"}
    heal(served)
    served.store.faults.add(Status(500), path("/system_status$"))
    for setting in served.store.contents.settings["general"]:
        if setting["id"] == "woocommerce_currency":
            monkeypatch.setitem(setting, "value", "EUR")  # all stores share what was recorded
    run(served, landing, **SETTINGS)
    assert (row_of(landing)["currency"], row_of(landing)["calculate_taxes"]) == ("EUR", "yes")
    assert unread(landing) == {"system_status"}
    served.store.faults.add(Status(500), path("/settings/tax$"))
    before = row_of(landing)
    run(served, landing, **SETTINGS)
    assert row_of(landing) == before
    assert unread(landing) == {"settings/tax", "system_status"}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_the_key_may_not_see_is_null_and_no_failure(served: Site, status: int) -> None:
    landing = Landing()
    run(served, landing, **SETTINGS)
    served.store.faults.add(Status(status), path("/settings/|/system_status$|/currencies/"))
    outcome = run(served, landing, **{**SETTINGS, "fail_on_unread": True})
    assert outcome.is_complete
    assert (row_of(landing)["currency"], row_of(landing)["settings"]) == (None, None)


def test_key_that_is_revoked_under_the_reading_empties_no_row(served: Site) -> None:
    landing = Landing()
    run(served, landing, **SETTINGS)
    known = row_of(landing)
    asked = iter(range(1000))

    def revoke(request: Any) -> None:
        if "/settings/" in request.path and next(asked) == 0:
            served.store.revoke_key(served.store.key())

    served.store.before_request = revoke
    outcome = run(served, landing, **SETTINGS)
    assert "revoked" in str(outcome.failure)
    assert row_of(landing) == known


def test_one_line_tells_what_could_not_be_read(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    served.store.faults.add(Status(500), path("/settings/"))
    with caplog.at_level(logging.WARNING):
        landing = served.sync(**SETTINGS)
        served.store.faults.add(Status(500), path("/system_status$"))
        served.sync(landing, **SETTINGS)
    told = [message for message in caplog.messages if "could not be read" in message]
    settings, reason = "settings/general, settings/products, settings/tax", "it answered with server error 500."
    assert [message.partition(". ")[0] for message in told] == [
        f"stores: {settings} could not be read, so these are null in its row",
        f"stores: {settings}, system_status could not be read, so its row stays as an earlier run brought it",
    ]
    assert all(reason in message for message in told)


def test_what_could_not_be_read_fails_the_run_where_that_is_asked_for(served: Site) -> None:
    served.store.faults.add(Status(500), path("/settings/tax$"))
    outcome = run(served, Landing(), **{**SETTINGS, "fail_on_unread": True})
    assert "1 rows could not be read; they are named in unread_rows" in str(outcome.failure)


def test_an_answer_of_the_wrong_shape_is_asked_for_again(served: Site) -> None:
    asked = iter(range(1000))
    served.store.faults.add(BodyChanged(lambda body: ERROR if next(asked) == 0 else body), path("/currencies/current$"))
    outcome = run(served, landing := Landing(), **SETTINGS)
    assert (outcome.is_complete, outcome.retries, row_of(landing)["currency_name"]) == (True, 1, "Pound sterling")


def test_row_of_another_store_is_not_taken_for_this_ones(served: Site) -> None:
    landing = Landing()
    run(served, landing, **SETTINGS)
    served.store.faults.add(Status(500), path("/system_status$"))
    run(served, landing, **SETTINGS, store_id="second")
    assert set(landing.tables["stores"]) == {("store",), ("second",)}


def test_reason_that_repeats_the_key_is_written_without_it(served: Site) -> None:
    key = served.store.key()
    unread = Unread("offset 0", f"it sends on to https://x.example/consumer_secret%3D{key.consumer_secret}")
    tap = served.tap(**SETTINGS)
    assert key.consumer_secret not in unread_record("stores", unread, tap.run)["reason"]
    tap.run.client.close()
