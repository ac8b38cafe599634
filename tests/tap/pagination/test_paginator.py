"""The paginator alone, without requests: it loses no row in a list that it calls complete, whatever the store does."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from itertools import islice

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from tap_woo_pim.exceptions import EndlessListError
from tap_woo_pim.pagination.page import Page, page_of
from tap_woo_pim.pagination.page_size import PageSize
from tap_woo_pim.pagination.paginator import OverlapPaginator

pytestmark = pytest.mark.unit

AHEAD = 3
"""So many pages are asked for before the one that is taken, as by the reader."""

Edit = tuple[str, int, int]


@dataclass
class RandomStore:
    """A list that is edited between any two answers. Two answers at most are wrong: cut, or that of before.

    Attributes:
        ids: the ids of its rows.
        hidden: rows that it counts and does not send.
        edits: what happens before each answer, and to it.
        stayed: the rows that were there all the time.
    """

    ids: set[int]
    hidden: set[int]
    edits: list[Edit]
    stayed: set[int] = field(init=False)
    last: tuple[list[int], int] | None = None
    wrong: int = 0
    answers: int = 0

    def __post_init__(self) -> None:
        self.stayed = set(self.ids)

    def answer(self, part: range) -> Page:
        self.answers += 1
        what, which, many = self.edits.pop(0) if self.edits else ("", 0, 0)
        in_order = sorted(self.ids)
        block = set(in_order[which : which + many]) if what == "delete" else set(range(which + 1, which + 1 + many))
        if what == "delete":
            self.ids -= block
        elif what == "insert":
            self.ids |= block
        elif what == "hide":
            self.hidden |= block
        self.stayed &= self.ids - self.hidden
        ids = [one for one in sorted(self.ids)[part.start : part.stop] if one not in self.hidden]
        answer = ids, len(self.ids)
        if what == "cut" and self.wrong < 2:
            self.wrong += 1
            answer = ids[: max(0, len(ids) - many)], len(self.ids)
        elif what == "repeat" and self.last is not None and self.wrong < 2:
            self.wrong += 1
            answer = self.last
        self.last = answer
        return page_of(part, [{"id": one} for one in answer[0][: len(part)]], answer[1])


def read(store: RandomStore, paginator: OverlapPaginator) -> set[int]:
    """Read the list as the reader does, several pages ahead."""
    brought: list[int] = []
    while not paginator.done:
        plan, ahead = paginator.plan(), deque[Page]()
        while not paginator.done and paginator.fits_plan:
            ahead.extend(store.answer(one) for one in islice(plan, AHEAD + 1 - len(ahead)))
            if not ahead:
                break
            brought += [row["id"] for row in paginator.receive(ahead.popleft())]
    assert len(brought) == len(set(brought))
    return set(brought)


def edits(*kinds: str, most: int = 40) -> st.SearchStrategy[list[Edit]]:
    edit = st.tuples(st.sampled_from((*kinds, "")), st.integers(0, 90), st.integers(1, 25))
    return st.lists(edit, max_size=most)


IDS = st.integers(0, 90).map(lambda count: set(range(1, count + 1)))
SOME = st.sets(st.integers(1, 90), max_size=12)
SIZES = st.integers(2, 12)


@given(IDS, edits("delete", "insert", "delete"), SIZES)
def test_no_row_that_stays_is_missed_whatever_moves(ids: set[int], script: list[Edit], size: int) -> None:
    store = RandomStore(ids, set(), script)
    paginator = OverlapPaginator(PageSize(size))
    assert store.stayed <= read(store, paginator)
    assert paginator.ordered


MOVES = ("delete", "insert", "hide")
NOTHING = ("", 0, 0)
HIDDEN_AT_A_SEAM = [*[NOTHING] * 8, ("delete", 0, 1), *[NOTHING] * 4, ("hide", 47, 9), *[NOTHING] * 4, ("delete", 0, 2)]
"""Rows at the end of a page are hidden, and those behind them move up while nothing shows it but a total that falls."""


REPEATED_AT_THE_BEGINNING = [NOTHING, ("delete", 0, 2), ("insert", 19, 12), ("repeat", 0, 0), ("hide", 31, 12)]
"""The first page, asked for once more, is a later one: what is read behind it must not count as read up to there."""


MOVED_WHILE_ALL_ARE_HIDDEN = [
    *[NOTHING, ("hide", 10, 6), ("delete", 11, 9), ("delete", 11, 6), ("insert", 11, 5)],
    *[*[NOTHING] * 6, ("delete", 0, 2)],
]
"""Rows move up beside a page that is all but empty, so that the page cannot show it; only the total falls."""


@example(set(range(1, 58)), {10}, HIDDEN_AT_A_SEAM, 10)
@example(set(range(1, 44)), set(), MOVED_WHILE_ALL_ARE_HIDDEN, 7)
@example(set(range(1, 20)), {15}, REPEATED_AT_THE_BEGINNING, 8)
@given(IDS, SOME, edits(*MOVES, "cut", "repeat"), SIZES)
def test_no_row_is_missed_in_a_list_that_is_called_complete(
    ids: set[int], hidden: set[int], script: list[Edit], size: int
) -> None:
    store = RandomStore(ids, set(hidden), script)
    paginator = OverlapPaginator(PageSize(size))
    try:
        brought = read(store, paginator)
    except EndlessListError:
        event("the list is a failure")
        return
    is_complete = paginator.ordered and paginator.missing <= len(store.hidden & store.ids - brought)
    event("complete" if is_complete else "incomplete")
    assert not is_complete or store.stayed <= brought


@given(IDS, SOME, edits("delete", "insert", most=10), SIZES, st.integers(0, 9))
def test_a_list_that_was_interrupted_goes_on_without_a_gap(
    ids: set[int], hidden: set[int], script: list[Edit], size: int, pages: int
) -> None:
    store = RandomStore(ids, hidden, [])
    first = OverlapPaginator(PageSize(size))
    brought = [row["id"] for one in islice(first.plan(), pages) for row in first.receive(store.answer(one))]
    store.edits = script
    brought += read(store, OverlapPaginator(PageSize(size), first.offset, first.seen))
    assert store.stayed <= set(brought)
    assert len(brought) == len(set(brought))


def test_an_interrupted_list_that_stands_still_goes_on_where_it_was() -> None:
    store = RandomStore(set(range(1, 201)), set(), [])
    assert read(store, OverlapPaginator(PageSize(10), 99, 100)) == set(range(101, 201))
    assert store.answers < 20


@pytest.mark.parametrize("hidden", [range(1, 30), range(5, 60), range(60, 91), range(1, 91), range(1, 91, 2)])
def test_rows_that_are_never_sent_end_no_list_and_are_counted(hidden: range) -> None:
    store = RandomStore(set(range(1, 91)), set(hidden), [])
    paginator = OverlapPaginator(PageSize(8))
    assert read(store, paginator) == set(range(1, 91)) - set(hidden)
    assert paginator.missing == len(hidden)


def test_a_list_that_stands_still_costs_one_request_a_page_and_nothing_is_looked_at_again() -> None:
    store = RandomStore(set(range(1, 201)), set(), [])
    paginator = OverlapPaginator(PageSize(100))
    assert [one.start for one in paginator.plan()] == [0]
    for one in (range(100), range(99, 199), range(198, 298)):
        paginator.receive(store.answer(one))
        assert paginator.fits_plan
    assert (paginator.done, paginator.missing) == (True, 0)


def test_many_rows_that_go_at_once_cost_few_requests() -> None:
    store = RandomStore(set(range(1, 5001)), set(), [*[NOTHING] * 400, ("delete", 0, 3500)])
    assert store.ids - read(store, OverlapPaginator(PageSize(10))) == set()
    assert store.answers < 700


def test_a_total_that_is_too_low_ends_no_list_and_counts_no_row_as_missing() -> None:
    paginator, rows, brought = OverlapPaginator(PageSize(10)), range(1, 36), []
    while not paginator.done:
        for part in paginator.plan():
            page = page_of(part, [{"id": one} for one in rows[part.start : part.stop]], 15)
            brought += [row["id"] for row in paginator.receive(page)]
            if paginator.done or not paginator.fits_plan:
                break
    assert brought == list(rows)
    assert (paginator.total, paginator.missing) == (None, 0)


def test_a_first_page_that_began_late_is_made_good_where_the_total_shows_it() -> None:
    store, paginator = RandomStore(set(range(1, 31)), set(), []), OverlapPaginator(PageSize(10))
    late = page_of(range(10), [{"id": one} for one in range(4, 14)], 30)
    brought = {row["id"] for row in paginator.receive(late)}
    assert brought | read(store, paginator) == store.ids
    assert (paginator.ordered, paginator.missing) == (True, 0)


def test_a_list_of_new_rows_is_not_endless_however_long_it_is() -> None:
    paginator, rows = OverlapPaginator(PageSize(100)), 25_000
    while not paginator.done:
        for part in paginator.plan():
            paginator.receive(page_of(part, [{"id": one} for one in range(part.start + 1, rows + 1)[:100]], rows))
    assert (paginator.seen, paginator.missing) == (rows, 0)


def test_pages_that_never_fit_together_are_a_failure() -> None:
    paginator = OverlapPaginator(PageSize(4))

    def read_on() -> None:
        while True:
            part = next(paginator.plan())
            first = part.start + 1 if part.start == 0 else 100
            rows = [{"id": one} for one in range(first, first + 4)]
            paginator.receive(page_of(part, rows, 20))

    with pytest.raises(EndlessListError):
        read_on()
