"""Pages and totals that are not what they seem: no row is lost for them without a word."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo_store import Store
from demo_store.answer import Answer
from demo_store.faults import Exchange, Fault, nth, param, path
from demo_store.faults.pages import FewerRows, JunkRows, OtherPage, WrongTotals
from demo_store.faults.statuses import PoisonousRow
from demo_store.php import encode
from tests.support import fault_run
from tests.support.harness import Landing, Site, site

PRODUCTS = path("/products$")
LIVE = PRODUCTS & param(offset=None, status="any")
FIRST = PRODUCTS & param(offset=0, status="any") & nth(1)
SETTINGS: dict[str, Any] = {"sync_components": ["products"], "page_size": 10, "max_retries": 1}


class RowsTurned(Fault):
    """Any change of the list of rows as a whole.

    Args:
        turn: gets the rows and gives those that are sent.
    """

    def __init__(self, turn: Callable[[list[Any]], list[Any]]) -> None:
        self.turn = turn

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        del exchange
        rows = json.loads(answer.body)
        answer.body = encode(self.turn(rows)) if isinstance(rows, list) else answer.body
        return answer


class OrderForced(Fault):
    """A plugin sorts the list as it likes, whatever is asked for."""

    def __init__(self, by: str, order: str) -> None:
        self.order = {"orderby": by, "order": order}

    async def before(self, exchange: Exchange) -> Answer | None:
        return exchange.compute(dict(self.order)) if "offset" in exchange.request.query else None


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    fault_run.quick(monkeypatch)
    store = Store.recorded("5.9.0")
    store.keep_products(120)
    with site(store) as opened:
        yield opened


def ids_of(served: Site) -> list[int]:
    """The store's products in the order of its list, trash left out."""
    return [row["id"] for row in served.store.rows("products") if row["status"] != "trash"]


def lacks(served: Site, landing: Landing) -> set[int]:
    """The store's products that are not live in the landing."""
    return {row["id"] for row in served.store.rows("products")} - set(landing.live("products"))


def has_snapshot(landing: Landing) -> bool:
    return ("store", "products") in landing.tables.get("snapshots", {})


def made_good(served: Site, landing: Landing, **settings: Any) -> None:
    """Check that the next run, without trouble, brings what was missing and says complete."""
    fault_run.heal(served)
    served.store.clock.advance(60)
    assert fault_run.run(served, landing, **{**SETTINGS, **settings}).is_complete
    assert landing.differences(served.store) == {}
    assert has_snapshot(landing)


@pytest.mark.parametrize("shift", [1, 2, 3, 5, 8, 100])
@pytest.mark.parametrize("page_size", [10, 100])
def test_another_page_in_place_of_the_first_one_costs_no_row(served: Site, shift: int, page_size: int) -> None:
    served.store.faults.add(OtherPage(shift), FIRST)
    landing = Landing()
    assert fault_run.run(served, landing, **{**SETTINGS, "page_size": page_size}).is_complete
    assert landing.differences(served.store) == {}
    assert landing.tables["snapshots"]["store", "products"]["row_count"] == 120


@pytest.mark.parametrize("shift", [-3, -1, 1, 3, 100])
@pytest.mark.parametrize("number", [2, 6, 12, 13])
def test_another_page_in_place_of_a_later_one_costs_no_row(served: Site, shift: int, number: int) -> None:
    served.store.faults.add(OtherPage(shift), LIVE & nth(number))
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).is_complete
    assert landing.differences(served.store) == {}
    assert landing.tables["snapshots"]["store", "products"]["row_count"] == 120


def test_another_page_takes_no_live_row_for_deleted_on_a_later_whole_read(served: Site) -> None:
    landing = served.sync(**SETTINGS)
    served.store.clock.advance(60)
    served.store.faults.add(OtherPage(2), FIRST)
    served.sync(landing, full_read_interval_hours=0, **SETTINGS)
    assert lacks(served, landing) == set()


@pytest.mark.parametrize("shift", [1, 3])
def test_a_list_of_which_every_page_is_another_one_is_incomplete(served: Site, shift: int) -> None:
    served.store.faults.add(OtherPage(shift), PRODUCTS & param(offset=None))
    landing = Landing()
    outcome = fault_run.run(served, landing, **SETTINGS)
    assert (outcome.failure, outcome.incomplete) == (None, {"products"})
    assert not has_snapshot(landing)
    made_good(served, landing)


def ghost(rows: list[Any]) -> list[Any]:
    return [*rows, {"id": 10**9, "name": "One more"}] if rows else rows


def test_a_made_up_row_at_the_end_of_one_page_costs_no_other(served: Site) -> None:
    served.store.faults.add(RowsTurned(ghost), FIRST)
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).is_complete
    assert landing.differences(served.store) == {}


def test_a_made_up_row_in_place_of_another_one_costs_no_row(served: Site) -> None:
    served.store.faults.add(RowsTurned(lambda rows: ghost(rows[:3] + rows[4:])), FIRST)
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).is_complete
    assert landing.differences(served.store) == {}


def test_a_list_whose_every_page_ends_it_early_is_a_failure_and_takes_nothing_for_deleted(served: Site) -> None:
    served.store.keep_products(24)
    landing = served.sync(**SETTINGS)
    before = set(landing.live("products"))
    served.store.clock.advance(60)
    served.store.faults.add("ends_early", PRODUCTS & param(offset=None))
    settings = {**SETTINGS, "page_size": 4, "full_read_interval_hours": 0}
    assert "its pages do not fit together" in str(fault_run.run(served, landing, **settings).failure)
    assert set(landing.live("products")) == before
    made_good(served, landing)


@pytest.mark.parametrize("left_out", [slice(1), slice(2, 3), slice(3, None), slice(0, None, 2)])
def test_rows_left_out_of_one_answer_are_asked_for_again(served: Site, left_out: slice) -> None:
    def leave_out(rows: list[Any]) -> list[Any]:
        return [row for row in rows if row not in rows[left_out]]

    served.store.faults.add(RowsTurned(leave_out), LIVE & nth(3))
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).is_complete
    assert landing.differences(served.store) == {}
    assert has_snapshot(landing)


def test_rows_left_out_of_one_answer_count_where_many_pages_lack_some_for_good(served: Site) -> None:
    settings = {**SETTINGS, "page_size": 4, "max_concurrency": 1, "full_read_interval_hours": 0}
    hidden = set(ids_of(served)[2:93:3])
    served.store.hidden_rows = lambda kind, row: kind == "products" and row in hidden
    landing = Landing()
    for _ in range(2):
        served.sync(landing, **settings)
        served.store.clock.advance(3600)
    served.store.faults.add(RowsTurned(lambda rows: rows[:1] + rows[3:]), LIVE & param(offset="96") & nth(1))
    served.sync(landing, **settings)
    assert lacks(served, landing) == hidden


@pytest.mark.parametrize("most", [2, 3, 9])
def test_a_store_that_sends_fewer_rows_a_page_than_are_asked_for_is_read_whole(served: Site, most: int) -> None:
    served.store.faults.add(FewerRows(most), PRODUCTS)
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).is_complete
    assert landing.differences(served.store) == {}
    assert has_snapshot(landing)


def test_a_few_rows_that_are_counted_and_never_sent_are_told_of(served: Site, caplog: pytest.LogCaptureFixture) -> None:
    hidden = set(ids_of(served)[3:7:2])
    served.store.hidden_rows = lambda kind, row: kind == "products" and row in hidden
    with caplog.at_level(logging.INFO):
        landing = served.sync(**SETTINGS)
    assert lacks(served, landing) == hidden
    assert has_snapshot(landing)
    assert "products: 2 rows that the store counts did not come, however they were asked for" in caplog.text


def test_pages_with_more_rows_than_were_asked_for_are_a_failure_told_plainly(served: Site) -> None:
    served.store.faults.add(RowsTurned(ghost), LIVE)
    landing = Landing()
    outcome = fault_run.run(served, landing, **SETTINGS)
    assert "it answered with more rows than were requested" in str(outcome.failure)
    assert fault_run.PLAIN.fullmatch(str(outcome.failure))
    assert not has_snapshot(landing)


def test_a_page_of_very_many_things_that_are_no_rows_names_none_of_them(served: Site) -> None:
    served.store.faults.add(RowsTurned(lambda _: [0] * 200_000), FIRST)
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).is_complete
    assert landing.differences(served.store) == {}


@pytest.mark.parametrize("by", ["title", "slug", "date"])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_list_in_an_order_of_its_own_is_read_whole_and_takes_nothing_for_deleted(
    served: Site, by: str, order: str
) -> None:
    served.store.faults.add(OrderForced(by, order), PRODUCTS)
    landing = Landing()
    outcome = fault_run.run(served, landing, **SETTINGS)
    missing = lacks(served, landing)
    assert outcome.failure is None
    assert len(missing) <= outcome.named
    assert by == "date" or not missing  # many rows have one date, of which the store sends any
    assert not has_snapshot(landing)
    assert ("store", "products", "offset 0 of status any") in landing.tables["unread_rows"]


def test_rows_of_a_list_in_an_order_of_its_own_are_read_when_some_are_hidden(served: Site) -> None:
    hidden = set(ids_of(served)[5::9])
    served.store.hidden_rows = lambda kind, row: kind == "products" and row in hidden
    served.store.faults.add(OrderForced("slug", "asc"), PRODUCTS)
    landing = Landing()
    outcome = fault_run.run(served, landing, **SETTINGS)
    assert outcome.failure is None
    assert lacks(served, landing) == hidden


@pytest.mark.parametrize("total", [1, 20, 60])
def test_totals_that_are_too_low_end_no_list(served: Site, total: int) -> None:
    hidden = set(ids_of(served)[25::30])
    served.store.hidden_rows = lambda kind, row: kind == "products" and row in hidden
    served.store.faults.add(WrongTotals(total, 1), PRODUCTS)
    landing = Landing()
    assert fault_run.run(served, landing, **SETTINGS).failure is None
    assert lacks(served, landing) == hidden


def test_totals_that_are_too_low_and_rows_that_are_none_lose_no_other(served: Site) -> None:
    served.store.faults.add(WrongTotals(1, 1), PRODUCTS & param(offset=None))
    served.store.faults.add(JunkRows(step=7), PRODUCTS & param(offset=None))
    landing = Landing()
    outcome = fault_run.run(served, landing, **SETTINGS)
    assert outcome.failure is None
    assert len(lacks(served, landing)) <= outcome.named


def test_rows_that_are_counted_and_do_not_come_take_nothing_for_deleted_at_first(
    served: Site, caplog: pytest.LogCaptureFixture
) -> None:
    landing = served.sync(full_read_interval_hours=0, **SETTINGS)
    before = landing.tables["snapshots"]["store", "products"]
    hidden = set(ids_of(served)[3::15])
    served.store.hidden_rows = lambda kind, row: kind == "products" and row in hidden
    served.store.clock.advance(60)
    with caplog.at_level(logging.WARNING):
        served.sync(landing, full_read_interval_hours=0, **SETTINGS)
    assert landing.tables["snapshots"]["store", "products"] == before
    assert lacks(served, landing) == set()
    assert f"products: the store counts {len(hidden)} rows that it did not return" in caplog.text
    served.store.clock.advance(60)
    served.sync(landing, full_read_interval_hours=0, **SETTINGS)
    assert lacks(served, landing) == hidden


@pytest.mark.parametrize("dead", [range(30, 36), range(20, 70), range(6), range(105, 117), range(4)])
def test_neighbouring_rows_that_kill_their_page_are_named_and_all_others_read(served: Site, dead: range) -> None:
    ids = ids_of(served)
    lost = set(ids[dead.start : dead.stop])
    served.store.faults.add(PoisonousRow(*lost), PRODUCTS)
    landing = Landing()
    outcome = fault_run.run(served, landing, **SETTINGS)
    assert (outcome.failure, outcome.named) == (None, len(lost))
    assert lacks(served, landing) == lost
    assert not has_snapshot(landing)
