"""A store that answers with other rows and totals than it has: a failure, or no row is lost without a word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from singer_sdk.exceptions import SingerSDKError

from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.reader import MOST_SHORT_PAGES, read
from tap_woo_pim.sync.completeness import FEW_ROWS, RowCounts
from tap_woo_pim.sync.state import ListState
from tests.support.moving_list import MovingList, listing_of, read_ids

pytestmark = pytest.mark.unit

MADE_UP = 10**6
"""Ids from here on are none of the store's."""

Lie = tuple[str, int]


@dataclass
class LyingList(MovingList):
    """A list of which some answers are lies.

    Attributes:
        lies: what is wrong with the answer to a request, by its number.
        lasting: whether the answer to a request stays the same, as of a cache, once it was given.
        counts: whether the answers say how many rows there are.
    """

    lies: dict[int, Lie] = field(default_factory=dict)
    lasting: bool = False
    counts: bool = True
    kept: dict[str, Response] = field(default_factory=dict)

    def get(self, _path: str, params: dict[str, Any], **_: Any) -> Response:
        key = str(sorted(params.items()))
        if self.lasting and key in self.kept:
            self.requests += 1
            return self.kept[key]
        answer = super().get(_path, params)
        what, which = self.lies.get(self.requests, ("truth", 0))
        if what == "page":
            answer = super().get(_path, {"per_page": params["per_page"], "offset": which})
        elif what == "ahead" and "offset" in params:
            offset = params["offset"] + which * params["per_page"]
            answer = super().get(_path, {"per_page": params["per_page"], "offset": offset})
        rows = list(answer.data)
        if what == "cap":
            del rows[which:]
        elif what == "insert":
            rows.append({"id": MADE_UP + which})
        elif what == "drop":
            del rows[which % 5 :: 3]
        elif what == "short" and params.get("offset"):
            del rows[which % 7 :]
            answer = Response(rows, params["offset"] + len(rows), None)
        total = max(0, answer.total + which - 60) if what == "total" and answer.total is not None else answer.total
        self.kept[key] = Response(rows, total if self.counts else None, None)
        return self.kept[key]


lists = st.integers(0, 90).map(lambda count: list(range(1, 3 * count, 3)))


def lies(*kinds: str, most: int) -> st.SearchStrategy[dict[int, Lie]]:
    """What is wrong with which requests: another page, a made-up row, too low a total, rows left out, an early end."""
    return st.dictionaries(
        st.integers(1, 30), st.tuples(st.sampled_from(kinds), st.integers(0, 120)), min_size=1, max_size=most
    )


def lost(rows: LyingList, page_size: int) -> int:
    """Count the rows that are missing though the run ended well, none is named and a snapshot is written."""
    listing = listing_of(page_size)
    tally, seen = RowCounts(ListState()), list[int]()
    try:
        for page in read(rows.store(), listing):
            seen += [row["id"] for row in page]
            tally.count(page)
    except SingerSDKError:
        return 0
    tally.end_list(listing.paginator.total)
    assert len(seen) == len(set(seen))
    is_told = not listing.complete or tally.lacks_rows(
        pages_were_rechecked=listing.paginator.pages.short_pages <= MOST_SHORT_PAGES
    )
    return 0 if is_told else len(set(rows.ids) - set(seen))


ALL = ("page", "insert", "total", "drop", "short")


@given(lists, lies(*ALL, most=1), st.integers(2, 12))
def test_an_answer_that_is_wrong_once_costs_no_row(ids: list[int], lies: dict[int, Lie], page_size: int) -> None:
    assert lost(LyingList(ids, lies=lies), page_size) == 0


@example([1], {1: ("drop", 0)}, 2)
@given(lists, lies("drop", most=1), st.integers(2, 12))
def test_rows_left_out_of_an_answer_that_a_cache_keeps_are_not_lost(
    ids: list[int], lies: dict[int, Lie], page_size: int
) -> None:
    assert lost(LyingList(ids, lies=lies, lasting=True), page_size) == 0


@given(lists, lies(*ALL, most=2), st.integers(2, 12), st.booleans())
def test_answers_that_are_wrong_cost_no_more_rows_than_may_be_hidden(
    ids: list[int], lies: dict[int, Lie], page_size: int, lasting: bool
) -> None:
    assert lost(LyingList(ids, lies=lies, lasting=lasting), page_size) <= FEW_ROWS


EACH = pytest.mark.parametrize("step", [7, pytest.param(1, marks=pytest.mark.long)])
"""Lists of every seventh length, or of every length."""


@EACH
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("page_size", [2, 3, 8])
@pytest.mark.parametrize("pages", range(1, 6))
def test_first_pages_that_are_those_further_on_cost_no_row(page_size: int, pages: int, counts: bool, step: int) -> None:
    for length in range(pages % step, 40, step):
        for number in range(1, 11 if counts else 5):
            lies = dict.fromkeys(range(1, number + 1), ("ahead", pages))
            rows = LyingList(list(range(1, length + 1)), lies=lies, counts=counts)
            assert lost(rows, page_size) <= (0 if number < 5 else FEW_ROWS), (length, number)


@EACH
@pytest.mark.parametrize("page_size", [3, 4, 8])
@pytest.mark.parametrize("begins", range(1, 12))
def test_pages_that_become_short_where_nothing_is_counted_cost_no_row(page_size: int, begins: int, step: int) -> None:
    for length in range(begins % step, 40, step):
        lies = dict.fromkeys(range(begins, 200), ("cap", 2))
        rows = LyingList(list(range(1, length + 1)), lies=lies, counts=False)
        assert lost(rows, page_size) == 0, length


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_page_that_is_cut_with_a_total_to_match_ends_no_list_that_goes_on_unnoticed(number: int) -> None:
    rows = LyingList(list(range(1, 61)), lies={number: ("short", 2)})
    listing, seen = read_ids(rows, 10, offset=18, seen=19)
    assert sorted({*seen, *range(1, 20)}) == rows.ids
    assert listing.complete


def test_a_long_list_of_which_the_first_pages_were_others_is_read_again() -> None:
    rows = LyingList(list(range(1, 3001)), lies=dict.fromkeys(range(1, 9), ("ahead", 3)))
    listing, seen = read_ids(rows, 10)
    assert sorted(seen) == rows.ids
    assert listing.complete
