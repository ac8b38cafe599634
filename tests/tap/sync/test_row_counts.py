"""The deletion guard counts: which lists are taken for broken, and which rows for missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tap_woo_pim.sync.completeness import RowCounts
from tap_woo_pim.sync.state import ListState, RowNumbers

pytestmark = pytest.mark.unit

LAST = ListState(row_count=100, max_id=100)
"""The last full sync saw the rows 1 to 100."""


def rows(first: int, last: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(first, last + 1)]


def counted(state: ListState, first: int, last: int, total: int | None = None) -> RowCounts:
    counts = RowCounts(replace(state))
    counts.count(rows(first, last))
    counts.end_list(total)
    return counts


@pytest.mark.parametrize(
    ("first", "vanished", "percent", "is_broken"),
    [
        (1, 0, 0, False),
        (2, 1, 0, True),
        (2, 1, 0.5, False),
        (6, 5, 1, False),  # a few rows may go, whatever their share
        (7, 6, 5, True),
        (7, 6, 6, False),
        (21, 20, 20, False),
        (22, 21, 20, True),
        (22, 21, 100, False),
    ],
)
def test_a_list_looks_broken_by_the_share_of_rows_that_vanished(
    first: int, vanished: int, percent: float, is_broken: bool
) -> None:
    counts = counted(LAST, first, 120)  # 20 new rows make up for none
    assert counts.vanished == vanished
    assert counts.looks_broken(percent) is is_broken


def test_a_list_of_which_one_row_is_left_is_plausible() -> None:
    counts = RowCounts(ListState(row_count=3, max_id=9))
    counts.count([{"id": 9}])
    assert (counts.vanished, counts.looks_broken(20)) == (2, False)


@pytest.mark.parametrize(("total", "is_broken"), [(0, False), (None, True), (3, True)])
def test_an_empty_list_looks_broken_unless_the_store_counts_no_row_either(total: int | None, is_broken: bool) -> None:
    state = ListState(row_count=3, max_id=9)
    counts = RowCounts(state)
    counts.end_list(total)
    assert (counts.last_rows, counts.vanished) == (3, 3)
    assert counts.looks_broken(20) is is_broken


def test_an_empty_list_is_doubtful_where_nothing_is_known_of_an_earlier_sync() -> None:
    empty = RowCounts(ListState())
    assert empty.is_doubtful(99.9)
    assert not empty.is_doubtful(100)
    assert not RowCounts(ListState(row_count=0)).is_doubtful(20)
    assert not counted(ListState(), 1, 1).is_doubtful(20)
    assert (empty.last_rows, empty.vanished, empty.looks_broken(0)) == (0, 0, False)


@pytest.mark.parametrize(
    ("total", "before", "shortfall", "lacks", "lacks_if_unsure"),
    [
        (None, 0, 0, False, False),
        (9, 0, 0, False, False),  # more came than the store counts
        (10, 0, 0, False, False),
        (11, 0, 1, False, True),
        (15, 0, 5, False, True),
        (16, 0, 6, True, True),
        (16, 6, 6, False, False),  # the key may not read them
        (17, 6, 7, False, True),
        (22, 6, 12, True, True),
    ],
)
def test_rows_are_missing_if_more_are_counted_than_came_and_than_last_time(
    total: int | None, before: int, shortfall: int, lacks: bool, lacks_if_unsure: bool
) -> None:
    counts = counted(ListState(shortfall=before), 1, 10, total)
    assert counts.shortfall == shortfall
    assert counts.lacks_rows(pages_were_rechecked=True) is lacks
    assert counts.lacks_rows(pages_were_rechecked=False) is lacks_if_unsure


def test_a_list_without_a_total_leaves_the_shortfall_of_all_unknown() -> None:
    counts = RowCounts(ListState())
    counts.end_list(None)
    counts.end_list(7)
    assert counts.shortfall == 0
    assert counts.numbers().listed is None


@pytest.mark.parametrize(
    ("total", "percent", "shrank"),
    [(None, 0, False), (100, 0, False), (95, 0, False), (94, 0, True), (94, 6, False), (79, 20, True), (80, 20, False)],
)
def test_lists_that_end_shorter_than_what_came_shrank(total: int | None, percent: float, shrank: bool) -> None:
    assert counted(ListState(), 1, 100, total).shrank(percent) is shrank


def test_rows_without_a_number_are_survivors_and_unread_ones_stand_for_rows_of_the_list() -> None:
    counts = RowCounts(replace(LAST))
    counts.count([{"slug": "a"}, {"slug": "b"}], 3)
    counts.count([{"id": 7}, {"id": 101}], 2)
    assert counts.numbers() == RowNumbers(rows=4, survivors=3, max_id=101, walked=5, listed=0)


def test_an_interrupted_count_goes_on() -> None:
    state = replace(LAST)
    first = RowCounts(state)
    first.count(rows(1, 50))
    first.end_list(50)
    second = RowCounts(state, first.numbers())
    assert second.numbers() == first.numbers()
    second.count(rows(51, 110))
    second.end_list(61)
    assert second.numbers() == RowNumbers(rows=110, survivors=100, max_id=110, walked=110, listed=111)
    assert second.shortfall == 1
    second.save()
    assert state == ListState(row_count=110, max_id=110, shortfall=1)


def test_new_rows_of_an_incremental_sync_are_added_to_those_of_the_last_full_one() -> None:
    state = replace(LAST)
    counts = RowCounts(state)
    counts.count(rows(99, 103))
    counts.save_new()
    assert state == ListState(row_count=103, max_id=103)
    unchanged = RowCounts(state)
    unchanged.count(rows(1, 2))
    unchanged.save_new()
    assert state == ListState(row_count=103, max_id=103)
    first = ListState()
    counts = RowCounts(first)
    counts.count(rows(4, 5))
    counts.save_new()
    assert first == ListState(row_count=2, max_id=5)
