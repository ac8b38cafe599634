"""A walk through a list misses no row that stays in it, whatever moves between the requests."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.http.models import Response
from tap_woo_pim.pagination.reader import read
from tests.support.moving_list import MovingList, listing_of, read_ids

pytestmark = pytest.mark.unit


ids_strategy = st.sets(st.integers(1, 400), max_size=120)
moves = st.lists(st.tuples(st.sampled_from(["delete", "insert", "stay"]), st.integers(1, 400)), max_size=60)


INSERTS = [("delete", 1), ("delete", 1), *(("insert", number) for number in (4, 4, 1, 2, 3))]


@given(ids_strategy, moves, st.integers(1, 12))
@example({8, 1, 2}, INSERTS, 1).via("a page that was taken for the same again and again, as rows came in before it")
def test_rows_that_stay_are_read_whatever_moves(ids: set[int], script: list[tuple[str, int]], page_size: int) -> None:
    inserted = {which for what, which in script if what == "insert"}
    rows = MovingList(list(ids), script=script)
    listing, seen = read_ids(rows, page_size)
    assert ids & (set(rows.ids) - inserted) <= set(seen)
    assert listing.complete


@given(ids_strategy, st.sets(st.integers(1, 400), max_size=200), st.integers(1, 12))
def test_rows_that_the_key_may_not_read_leave_no_gap(ids: set[int], hidden: set[int], page_size: int) -> None:
    listing, seen = read_ids(MovingList(list(ids), hidden=hidden), page_size)
    assert sorted(set(seen)) == sorted(ids - hidden)
    assert listing.complete


@given(ids_strategy, st.sets(st.integers(1, 400), max_size=3), st.integers(1, 12))
def test_rows_that_kill_their_page_are_named_and_all_others_read(
    ids: set[int], poisoned: set[int], page_size: int
) -> None:
    listing, seen = read_ids(MovingList(list(ids), poisoned=poisoned), page_size)
    in_order = sorted(ids)
    assert sorted(set(seen)) == sorted(ids - poisoned)
    assert [unread.position for unread in listing.unread] == [
        f"offset {in_order.index(row)}" for row in sorted(ids & poisoned)
    ]
    assert listing.complete == (not ids & poisoned)


numbers = st.sets(st.integers(1, 40), max_size=4)


@given(ids_strategy, moves, st.sets(st.integers(1, 400), max_size=40), st.tuples(numbers, numbers), st.integers(2, 12))
def test_no_row_is_lost_in_a_list_that_says_complete(
    ids: set[int], script: list[tuple[str, int]], hidden: set[int], wrong: tuple[set[int], set[int]], page_size: int
) -> None:
    cut, repeated = wrong
    inserted = {which for what, which in script if what == "insert"}
    rows = MovingList(list(ids), hidden=hidden, script=script, cut=cut, repeated=repeated)
    try:
        listing, seen = read_ids(rows, page_size)
    except (FatalAPIError, RetriableAPIError):
        return  # the run fails, and says why
    lost = ids & (set(rows.ids) - inserted) - hidden - set(seen)
    counted = listing.paginator.missing - len(hidden & set(rows.ids))
    assert not lost or not listing.complete or counted > 0


def blocks(most: int) -> st.SearchStrategy[set[int]]:
    """Neighbouring rows, as an import brings them and an admin trashes them; often none."""
    return st.one_of(
        st.just(set[int]()),
        st.tuples(st.integers(1, most), st.integers(1, most)).map(lambda ends: set(range(min(ends), max(ends) + 1))),
    )


def turns_of(blocks_moved: list[set[int]], undo: list[bool]) -> list[set[int]]:
    """Let some blocks come back with the next request, as when an admin clicks Undo."""
    pairs = zip(blocks_moved, undo, strict=False)
    return [turn for block, is_undone in pairs for turn in ([block, block] if is_undone else [block])]


@given(st.integers(8, 60), st.lists(blocks(60), max_size=12), st.lists(st.booleans(), max_size=12), st.integers(1, 9))
def test_rows_that_stay_are_read_when_many_go_and_come_at_once(
    last: int, moved: list[set[int]], undo: list[bool], page_size: int
) -> None:
    turns = turns_of(moved, undo)
    rows = MovingList(list(range(1, last + 1)), turns=list(turns))
    listing, seen = read_ids(rows, page_size)
    assert set(range(1, last + 1)) - set[int]().union(*turns) <= set(seen)
    assert listing.complete


@given(
    st.integers(8, 60),
    st.lists(blocks(60), max_size=12),
    st.lists(st.booleans(), max_size=12),
    st.sets(st.integers(1, 60), max_size=3),
    st.integers(6, 12),
)
@example(22, [set(), set(), set(), {1, 2}], [False, False, True, True], {16}, 6).via(
    "a page behind the end for a moment"
)
def test_rows_that_stay_are_read_when_others_hide_on_the_seams_and_many_go_and_come(
    last: int, moved: list[set[int]], undo: list[bool], hidden: set[int], page_size: int
) -> None:
    turns = turns_of(moved, undo)
    rows = MovingList(list(range(1, last + 1)), hidden=hidden, turns=list(turns))
    listing, seen = read_ids(rows, page_size)
    assert set(range(1, last + 1)) - hidden - set[int]().union(*turns) <= set(seen)
    assert listing.complete


@pytest.mark.parametrize("comes", range(8))
@pytest.mark.parametrize("goes", range(8))
def test_a_first_row_that_comes_and_goes_ends_no_reading(comes: int, goes: int) -> None:
    turns = [*[set[int]()] * comes, {1}, *[set[int]()] * goes, {1}]
    rows = MovingList(list(range(2, 20)), hidden={15}, turns=turns)
    listing, seen = read_ids(rows, 10)
    assert set(range(2, 20)) - {15} <= set(seen)
    assert listing.complete


@given(ids_strategy, st.integers(1, 12), st.integers(0, 120), moves)
def test_a_walk_goes_on_where_it_was_interrupted(
    ids: set[int], page_size: int, pages: int, between: list[tuple[str, int]]
) -> None:
    rows = MovingList(list(ids))
    listing = listing_of(page_size)
    seen: list[int] = []
    for _, page in zip(range(pages), read(rows.store(), listing), strict=False):
        seen += [row["id"] for row in page]
    for what, which in between:
        rows._move(what, which)
    _, rest = read_ids(rows, page_size, offset=listing.paginator.offset, seen=listing.paginator.seen)
    assert ids & set(rows.ids) <= {*seen, *rest, *(which for what, which in between if what == "insert")}


def test_a_still_list_costs_one_request_a_page() -> None:
    rows = MovingList(list(range(1, 1000)))
    read_ids(rows, 100)
    assert rows.requests == 11


def test_a_cache_that_ignores_the_query_is_found_out() -> None:
    rows = MovingList(list(range(1, 1000)))
    site = rows.store()
    site.get = lambda *_, **__: Response([{"id": row} for row in range(1, 11)], 999, None)  # type: ignore[method-assign]
    with pytest.raises(FatalAPIError, match=r"^store, rows: its pages do not fit together, .* cache"):
        list(read(site, listing_of(10)))


def test_a_store_that_is_down_is_not_taken_for_unreadable_rows() -> None:
    rows = MovingList(list(range(1, 100)), poisoned=set(range(1, 100)))
    with pytest.raises(RetriableAPIError):
        read_ids(rows, 10)


def test_a_store_that_fails_every_second_request_has_no_bad_row() -> None:
    rows, count = MovingList(list(range(1, 31))), iter(range(100_000))
    site = rows.store()

    def every_second(path: str, params: dict[str, Any], **options: Any) -> Response:
        for _ in range(1 if options["is_large"] else options["tries"] or 6):
            if next(count) % 2:
                return rows.get(path, params)
        raise RetriableAPIError("the server broke down")

    site.get = every_second  # type: ignore[method-assign, assignment]
    listing = listing_of(100)
    assert [row["id"] for page in read(site, listing) for row in page] == rows.ids
    assert listing.unread == []


@pytest.mark.parametrize("requests_before", range(12))
def test_rows_that_move_between_the_parts_of_a_page_are_read(requests_before: int) -> None:
    rows = MovingList(list(range(1, 25)), script=[*[("stay", 0)] * requests_before, ("delete", 0)])
    site, answer = rows.store(), requests.Response()
    answer.status_code = 500

    def few_at_once(path: str, params: dict[str, Any], **_: Any) -> Response:
        if params["per_page"] > 4 and "_fields" not in params:
            raise RetriableAPIError("the server broke down", answer)
        return rows.get(path, params)

    site.get = few_at_once  # type: ignore[method-assign, assignment]
    listing = listing_of(8)
    assert {row["id"] for page in read(site, listing) for row in page} >= set(range(2, 25))
    assert listing.complete


def test_a_row_without_its_texts_comes_from_a_store_that_cannot_send_the_ids_of_its_page() -> None:
    rows = MovingList(list(range(1, 41)))
    site = rows.store()

    def few_at_once(path: str, params: dict[str, Any], **_: Any) -> Response:
        holds_bad = params["offset"] <= 4 < params["offset"] + params["per_page"]
        renders = "context" not in params and "description" in params.get("_fields", "description")
        if params["per_page"] > 10 or (holds_bad and renders):
            raise RetriableAPIError("the server broke down")
        return rows.get(path, params)

    site.get = few_at_once  # type: ignore[method-assign, assignment]
    listing = listing_of(20)
    listing.known_fields = frozenset({"id", "description"})
    assert [row["id"] for page in read(site, listing) for row in page] == rows.ids
    assert [row.position for row in listing.unread] == ["id 5"]


def test_ten_rows_at_most_are_named_of_a_list_of_which_none_comes() -> None:
    listing, seen = read_ids(MovingList(list(range(1, 11)), poisoned=set(range(1, 11))), 10)
    assert (seen, len(listing.unread)) == ([], 10)
    with pytest.raises(RetriableAPIError):
        read_ids(MovingList(list(range(1, 12)), poisoned=set(range(1, 12))), 10)


def test_bad_rows_at_the_end_are_named_however_many_they_are() -> None:
    listing, seen = read_ids(MovingList(list(range(1, 108)), poisoned=set(range(2, 108))), 10)
    assert (seen, len(listing.unread)) == ([1], 106)


def test_a_list_without_end_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tap_woo_pim.pagination.paginator.MAX_ROWS", 500)
    rows = MovingList([])
    site = rows.store()

    def endless(_path: str, params: dict[str, Any], **_: Any) -> Response:
        rows.requests += 1
        begin = params["offset"] + 1
        return Response([{"id": row} for row in range(begin, begin + params["per_page"])], 10**17, None)

    site.get = endless  # type: ignore[method-assign, assignment]
    with pytest.raises(FatalAPIError, match="never end"):
        list(read(site, listing_of(100)))
    assert rows.requests < 20


def test_a_store_that_counts_rows_it_never_sends_ends() -> None:
    rows = MovingList([1, 2, 3])
    site = rows.store()
    site.get = lambda *_, **__: Response([], 10**9, None)  # type: ignore[method-assign]
    with pytest.raises(FatalAPIError):
        list(read(site, listing_of(10)))
