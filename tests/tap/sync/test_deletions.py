"""A list that breaks down does not empty the PIM, and what was really deleted is gone after the next whole read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, TypeAlias

import pytest

from demo_store import PROFILES, Store
from demo_store.faults import path
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.pages import NoTotals
from demo_store.faults.statuses import PoisonousRow
from demo_store.request_log import Request
from demo_store.rows import Table
from tap_woo_pim.exceptions import StoreError
from tap_woo_pim.sync.completeness import FEW_ROWS
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import FEW_KINDS, RandomEdits, new_store, without_flat_variations

WHOLE: dict[str, Any] = {"full_read_interval_hours": 0}
PRODUCTS: dict[str, Any] = {"sync_components": ["products"]}
LISTS = (
    "/products(/(categories|tags|brands|shipping_classes|attributes|attributes/[0-9]+/terms|reviews|[0-9]+/variations))?$"
    "|/variations$"
)


@contextmanager
def goes_empty(store: Store) -> Iterator[None]:
    """Answer every list with [] and no totals, as some firewalls and caches do."""
    empty = store.faults.add(BodyChanged(lambda body: b"[]" if body.startswith(b"[") else body), path(LISTS))
    untold = store.faults.add(NoTotals(), path(LISTS))
    yield
    store.faults.remove(empty)
    store.faults.remove(untold)


@contextmanager
def hides_all_rows(store: Store) -> Iterator[None]:
    """Count the rows and send none, as WordPress does when a plugin takes the key's user the right to read them."""
    store.hidden_rows = lambda *_: True
    yield
    store.hidden_rows = None


@contextmanager
def counts_nothing(store: Store) -> Iterator[None]:
    """Answer [] with a total of 0: the tables are gone, or a plugin filters every query."""
    kept = store.contents.products, store.contents.variations
    store.contents.products, store.contents.variations = Table(), Table()
    store.kept_lists.clear()
    yield
    store.contents.products, store.contents.variations = kept
    store.kept_lists.clear()


Breakdown: TypeAlias = Callable[[Store], AbstractContextManager[None]]
BREAKDOWNS: tuple[Breakdown, ...] = (goes_empty, hides_all_rows, counts_nothing)


@pytest.fixture(params=FEW_KINDS)
def served(request: pytest.FixtureRequest) -> Any:
    store = new_store("11.0.1" if request.param == "per product" else request.param)
    if request.param == "per product":
        without_flat_variations(store)
    RandomEdits(store, 0).populate(30)
    with site(store) as opened:
        yield opened


@pytest.mark.parametrize(
    ("breaks", "state"),
    [
        *((breaks, "kept") for breaks in BREAKDOWNS),
        *(
            pytest.param(breaks, "lost", marks=[pytest.mark.long] if breaks != counts_nothing else [])
            for breaks in BREAKDOWNS
        ),
    ],
)
def test_a_store_that_breaks_down_does_not_empty_the_pim(served: Site, breaks: Breakdown, state: str) -> None:
    landing = served.sync(**WHOLE)
    before = {stream: landing.live(stream) for stream in ("products", "product_variations")}
    assert all(before.values())
    with breaks(served.store):
        for _ in range(3):  # nor when it stays so
            served.store.clock.advance(3600)
            if state == "lost":
                landing.state = {}
            served.sync(landing, **WHOLE)
        assert {stream: landing.live(stream) for stream in before} == before
    served.store.clock.advance(3600)
    served.sync(landing)
    assert landing.differences(served.store) == {}


@pytest.mark.parametrize("breaks", BREAKDOWNS)
@pytest.mark.parametrize("begin", [None, pytest.param("2026-01-01T00:00:00Z", marks=pytest.mark.long)])
def test_what_a_first_run_missed_of_a_broken_store_comes_with_the_next_one(
    served: Site, breaks: Breakdown, begin: str | None
) -> None:
    with breaks(served.store):
        landing = served.sync(start_date=begin)
    served.store.clock.advance(3600)
    served.sync(landing, start_date=begin)
    assert landing.differences(served.store) == {}


@pytest.mark.parametrize("version", PROFILES)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_list_that_empties_while_it_is_read_is_read_again_by_the_next_run(version: str, *, is_first: bool) -> None:
    store = new_store(version)
    for number in range(60):
        store.clock.advance(900)
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    settings: dict[str, Any] = {"page_size": 5, "max_concurrency": 1, **PRODUCTS}
    with site(store) as served, ExitStack() as broken:
        landing = Landing() if is_first else served.sync(**settings)
        store.clock.advance(90_000)

        def break_down(request: Request) -> None:
            if int(request.query.get("offset", 0)) >= 50:
                store.before_request = None
                broken.enter_context(counts_nothing(store))

        store.before_request = break_down
        served.sync(landing, **settings)
        broken.close()
        assert is_first or len(landing.live("products")) == 60
        store.clock.advance(3600)
        served.sync(landing, **settings)
        assert landing.differences(store) == {}


def test_what_was_edited_before_half_a_list_was_hidden_comes_when_it_is_shown_again() -> None:
    store = new_store(products=60)
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        store.clock.advance(90_000)
        store.edit_product(ids[40], name="Edited, then hidden")
        store.trash_product(ids[41])
        store.clock.advance(3600)
        store.edit_product(ids[5], name="Edited later and shown")
        store.clock.advance(3600)
        store.hidden_rows = lambda _, row: row in ids[30:]
        served.sync(landing, **PRODUCTS)
        store.hidden_rows = None
        store.clock.advance(3600)
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


def test_variations_that_were_counted_and_hidden_are_not_taken_for_deleted_at_first(served: Site) -> None:
    store, settings = served.store, {**WHOLE, "max_vanished_percent": 100}
    landing = served.sync(**settings)
    hidden = {row["id"] for row in store.rows("variations")[1:9]}
    store.hidden_rows = lambda kind, row: kind == "variations" and row in hidden
    for lost in (set(), hidden):
        store.clock.advance(3600)
        served.sync(landing, **settings)
        assert {row["id"] for row in store.rows("variations")} - landing.live("product_variations").keys() == lost


@pytest.mark.parametrize(
    ("kinds", "hidden"),
    [
        (("products", "variations"), slice(None)),
        (("products",), slice(10, 12)),
        (("variations",), slice(20, None)),
        *(
            pytest.param(kinds, hidden, marks=pytest.mark.long)
            for kinds, hidden in (
                (("products", "variations"), slice(10, 12)),
                (("products", "variations"), slice(20, None)),
                (("products",), slice(None)),
                (("products",), slice(20, None)),
                (("variations",), slice(None)),
                (("variations",), slice(10, 12)),
            )
        ),
    ],
)
def test_changes_that_were_counted_and_hidden_come_with_the_next_run(
    served: Site, kinds: tuple[str, ...], hidden: slice
) -> None:
    store = served.store
    landing = served.sync()
    store.clock.advance(3600)
    for kind in ("products", "variations"):
        edit = store.edit_product if kind == "products" else store.edit_variation
        for row in reversed(store.rows(kind)):  # so that later ids bear the earlier dates
            store.clock.advance(10)
            edit(row["id"], regular_price="7.77")
    ids = {kind: [row["id"] for row in store.rows(kind)][hidden] for kind in kinds}  # type: ignore[arg-type]
    store.hidden_rows = lambda kind, row: row in ids.get(kind, ())
    served.sync(landing, page_size=5)
    store.hidden_rows = None
    store.clock.advance(3600)
    served.sync(landing, page_size=5)
    assert landing.differences(store) == {}


def test_changes_hidden_beside_one_that_cannot_be_read_come_with_the_next_run() -> None:
    store = new_store(products=20)
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        for id_ in reversed(ids[5:10]):
            store.clock.advance(3600)
            store.edit_product(id_, name=f"New {id_}")
        store.hidden_rows = lambda _, row: row in ids[6:8]
        dead = store.faults.add(PoisonousRow(ids[8]), path("/products$"))
        served.sync(landing, max_retries=0, **PRODUCTS)
        store.hidden_rows = None
        store.faults.remove(dead)
        store.clock.advance(3600)
        served.sync(landing, **PRODUCTS)
        assert landing.differences(store) == {}


@pytest.mark.parametrize("kind", ["products", "variations"])
def test_rows_that_never_come_are_asked_for_once_more_and_then_left(served: Site, kind: str) -> None:
    store = served.store
    hidden = store.rows("products" if kind == "products" else "variations")[7]["id"]
    edit = store.edit_product if kind == "products" else store.edit_variation
    edit(hidden, regular_price="7.77")
    store.hidden_rows = lambda what, row: (what, row) == (kind, hidden)
    landing = served.sync()
    records = list[int]()
    for _ in range(6):
        store.clock.advance(3600)
        before = len(landing.messages)
        served.sync(landing)
        records.append(
            sum(
                message["type"] == "RECORD" and message["stream"] in {"products", "product_variations"}
                for message in landing.messages[before:]
            )
        )
    assert records[-2:] == [0, 0], records


def test_a_store_that_looks_broken_is_read_whole_until_the_admin_says_that_it_is_right(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = new_store(products=60)
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        landing = served.sync(**PRODUCTS)
        for product in ids[:30]:
            store.delete_product(product)
        store.clock.advance(90_000)
        store.edit_product(ids[30], name="Edited")
        whole = []
        for settings in ({}, {}, {"max_vanished_percent": 50}, {}):
            store.clock.advance(3600)
            landing.messages.clear()
            served.sync(landing, **PRODUCTS, **settings)
            read = [one for one in landing.messages if one["type"] == "RECORD" and one["stream"] == "products"]
            whole.append(len(read) == 30)
        assert whole == [True, True, True, False]
        assert landing.differences(store) == {}
    assert "until then every run reads the whole list." in caplog.text


def test_a_key_that_lost_its_rights_ends_the_run_and_empties_nothing(served: Site) -> None:
    landing = served.sync(**WHOLE)
    before = landing.live("products")
    served.store.clock.advance(3600)
    key = served.store.keys.add(user_role="customer")
    settings = {**WHOLE, "consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}
    with pytest.raises(StoreError, match="this key's user may not view any part"):
        served.sync(landing, **settings)
    landing.state = {}
    with pytest.raises(StoreError, match="this key's user may not view any part"):
        served.sync(landing, **settings)
    assert landing.live("products") == before


def test_products_of_a_new_store_are_not_emptied_by_a_list_that_breaks_down_before_the_next_whole_read() -> None:
    store = new_store()
    with site(store) as served:
        landing = served.sync()  # a whole read of nothing
        for number in range(40):
            store.create_product(name=f"Product {number}", type="simple", status="publish")
        store.clock.advance(3600)
        served.sync(landing)
        assert landing.differences(store) == {}
        store.clock.advance(90_000)
        with hides_all_rows(store):
            served.sync(landing)
        assert len(landing.live("products")) == 40


def test_half_a_list_does_not_empty_the_other_half() -> None:
    store = new_store(products=60)
    newest = sorted(row["id"] for row in store.rows("products"))[10:]
    with site(store) as served:
        landing = served.sync()
        for number in range(40):
            newest.append(store.create_product(name=f"New {number}", type="simple", status="publish"))
        store.clock.advance(3600)
        served.sync(landing)
        store.hidden_rows = lambda kind, row: kind == "products" and row in newest
        store.clock.advance(90_000)
        served.sync(landing)
        assert len(landing.live("products")) == 100


def test_a_store_that_was_emptied_is_empty_when_the_admin_says_that_it_is_right(served: Site) -> None:
    landing = served.sync(**WHOLE)
    for row in served.store.rows("products"):
        served.store.delete_product(row["id"])
    served.store.clock.advance(3600)
    served.sync(landing, **WHOLE)
    assert landing.live("products")
    landing.state = {}
    served.sync(landing, max_vanished_percent=100, **WHOLE)
    assert landing.differences(served.store) == {}


def test_deletions_within_the_bounds_are_seen_and_each_side_of_the_bound_holds() -> None:
    store = new_store(products=100)
    ids = [row["id"] for row in store.rows("products")]
    with site(store) as served:
        landing = served.sync(**WHOLE)
        for product in ids[:20]:
            store.delete_product(product)
        served.sync(landing, **WHOLE)
        assert landing.differences(store) == {}
        for product in ids[20:37]:  # 17 of 80 are more than a fifth
            store.delete_product(product)
        served.sync(landing, **WHOLE)
        assert len(landing.live("products")) == 80


DELETED = {
    "product_categories": lambda store: store.delete_term("categories", store.rows("categories")[1]["id"]),
    "product_tags": lambda store: store.delete_term("tags", store.rows("tags")[0]["id"]),
    "product_brands": lambda store: store.delete_term("brands", store.rows("brands")[0]["id"]),
    "product_shipping_classes": lambda store: store.delete_term(
        "shipping_classes", store.rows("shipping_classes")[0]["id"]
    ),
    "product_attributes": lambda store: store.delete_attribute(store.rows("attributes")[0]["id"]),
    "product_attribute_terms": lambda store: store.delete_attribute_term(
        store.rows("attribute_terms")[0]["attribute_id"], store.rows("attribute_terms")[0]["term"]["id"]
    ),
    "tax_classes": lambda store: store.delete_tax_class(store.rows("tax_classes")[0]["slug"]),
    "products": lambda store: store.delete_product(store.rows("products")[0]["id"]),
    "product_variations": lambda store: store.delete_variation(store.rows("variations")[0]["id"]),
    "product_reviews": lambda store: store.delete_review(store.rows("reviews")[0]["id"]),
}
"""What is deleted for good, by the stream in which it must be gone."""


@pytest.mark.parametrize("version", PROFILES)
def test_what_is_deleted_for_good_is_gone_after_the_next_whole_read(version: str) -> None:
    store = Store.recorded(version)
    store.keep_products(120)
    with site(store) as served:
        landing = served.sync(**WHOLE)
        before = {stream: set(landing.live(stream)) for stream in DELETED}
        deleted = [stream for stream in DELETED if before[stream]]
        for stream in deleted:
            DELETED[stream](store)
        served.sync(landing, **WHOLE)
        assert landing.differences(store) == {}
    for stream in deleted:
        assert before[stream] - set(landing.live(stream)), stream


SMALL_LISTS = ("product_tags", "product_brands", "product_shipping_classes", "product_attributes", "product_reviews")


@pytest.fixture
def small() -> Iterator[Site]:
    """A store whose lists have a few rows each."""
    store = Store.recorded("11.0.1")
    store.keep_products(4)
    store.create_review(store.rows("products")[0]["id"])
    for stream in (*SMALL_LISTS, "product_attribute_terms"):
        kind = stream.removeprefix("product_")
        while len(store.rows(kind)) > 2:  # type: ignore[arg-type]
            DELETED[stream](store)
    with site(store) as served:
        yield served


def test_the_last_rows_of_a_small_list_are_gone_when_the_store_counts_none(small: Site) -> None:
    store = small.store
    landing = small.sync(**WHOLE)
    for stream in SMALL_LISTS:
        assert 0 < len(landing.live(stream)) <= 2
        for _ in landing.live(stream):
            DELETED[stream](store)
    store.clock.advance(3600)
    small.sync(landing, **WHOLE)
    assert landing.differences(store) == {}
    assert not any(landing.live(stream) for stream in (*SMALL_LISTS, "product_attribute_terms"))


def test_the_last_row_of_a_small_list_is_gone_though_a_new_one_came(small: Site) -> None:
    store = small.store
    landing = small.sync(**WHOLE)
    for _ in landing.live("product_tags"):
        DELETED["product_tags"](store)
    store.create_term("tags", name="New")
    store.clock.advance(3600)
    small.sync(landing, **WHOLE)
    assert landing.differences(store) == {}


@pytest.mark.parametrize("kind", FEW_KINDS)
def test_the_last_variation_of_a_store_is_gone(kind: str) -> None:
    store = new_store("11.0.1" if kind == "per product" else kind, products=3)
    if kind == "per product":
        without_flat_variations(store)
    parent = store.create_product(name="Shirt", type="variable", status="publish")
    variation = store.create_variation(parent, regular_price="5")
    with site(store) as served:
        landing = served.sync(**WHOLE)
        assert landing.live("product_variations").keys() == {variation}
        store.delete_variation(variation)
        store.clock.advance(3600)
        served.sync(landing, **WHOLE)
        assert landing.differences(store) == {}


def test_a_small_list_that_comes_empty_without_a_count_is_held_back(small: Site) -> None:
    landing = small.sync(**WHOLE)
    before = {stream: landing.live(stream) for stream in (*SMALL_LISTS, "product_attribute_terms")}
    small.store.clock.advance(3600)
    with goes_empty(small.store):
        small.sync(landing, **WHOLE)
    assert {stream: landing.live(stream) for stream in before} == before


def test_the_terms_of_a_deleted_attribute_are_gone_whatever_their_share() -> None:
    store = Store.recorded("11.0.1")
    store.keep_products(1)
    chosen: dict[str, Any] = {"sync_components": ["attributes"]}
    with site(store) as served:
        landing = served.sync(**chosen)
        terms = landing.live("product_attribute_terms")
        for attribute in store.rows("attributes")[:3]:
            store.delete_attribute(attribute["id"])
        store.create_attribute(name="New")
        store.clock.advance(3600)
        served.sync(landing, **chosen)
        assert landing.differences(store) == {}
        gone = len(terms) - len(landing.live("product_attribute_terms"))
        assert gone > max(FEW_ROWS, len(terms) / 5)


def test_terms_that_a_broken_list_lacks_are_held_back_though_an_attribute_was_deleted_before() -> None:
    store = Store.recorded("11.0.1")
    store.keep_products(1)
    chosen: dict[str, Any] = {"sync_components": ["attributes"]}
    with site(store) as served:
        landing = served.sync(**chosen)
        store.delete_attribute(store.rows("attributes")[0]["id"])
        served.sync(landing, **chosen)
        before = landing.live("product_attribute_terms")
        with goes_empty(store):
            served.sync(landing, **chosen)
        assert landing.live("product_attribute_terms") == before


def test_a_table_that_was_lost_with_the_state_is_whole_again(served: Site) -> None:
    served.sync(**WHOLE)
    landing = Landing()
    served.sync(landing, **WHOLE)
    assert landing.differences(served.store) == {}
