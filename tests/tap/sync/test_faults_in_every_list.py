"""Every fault, in every kind of list: complete, or complete but for rows that are named, or a plain failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from demo_store import Store
from demo_store.faults import cases, nth, path
from tests.support import fault_run
from tests.support.harness import Landing, Site, site
from tests.support.random_edits import store_of


class Place(NamedTuple):
    """A kind of list: in which store, below which component, at which route, and the stream and rows that it holds."""

    kind: str
    component: str
    route: str
    stream: str
    rows: Any


PLACES = {
    "variations": Place("11.0.1", "variations", "/wc/v3/variations$", "product_variations", "variations"),
    "variations by analytics": Place(
        "5.9.0", "variations", "/wc-analytics/variations$", "product_variations", "variations"
    ),
    "variations below products": Place(
        "per product", "variations", r"/products/\d+/variations$", "product_variations", "variations"
    ),
    "terms": Place("9.9.5", "attributes", "/terms$", "product_attribute_terms", "attribute_terms"),
    "attributes": Place("11.0.1", "attributes", "/products/attributes$", "product_attributes", "attributes"),
    "categories": Place("11.0.1", "categories", "/products/categories$", "product_categories", "categories"),
    "reviews": Place("11.0.1", "reviews", "/products/reviews$", "product_reviews", "reviews"),
    "custom fields": Place("11.0.1", "custom_fields", "/custom-fields/names$", "product_custom_fields", None),
    "tax classes": Place("11.0.1", "tax_classes", "/taxes/classes$", "tax_classes", "tax_classes"),
    "products": Place("11.0.1", "products", "/wc/v3/products$", "products", "products"),
}
VALUES = {
    *("zero dates", "year 9999", "meta_data as an object", "a description of 10 MB", "lone surrogates"),
    *("NUL characters", "numbers beyond 64 bits", "control characters", "wrong types", "list for an object"),
    *("200 levels of nesting", "500 levels of nesting", "no ids", "ids as texts"),
}
"""Values that are odd as long as the fault strikes: `tests/e2e/test_faults.py` looks at them."""
LONG = {"connection refused", "host not found", "compression bomb", "body too large", "429, Retry-After 1"}
MADE_UP = {"pages without end, totals that grow", "pages without end, no totals"}
NAMES = [name for name in cases.cases(1, 2, 3) if name not in {*VALUES, *LONG, *MADE_UP, *fault_run.HANGS}]


EVERYWHERE = {
    *("status 503", "connection reset", "cut body", "no totals", "totals of 1", "the next page's rows"),
    *("every third row null", "a row that kills its page"),
}
"""The faults that `make test` lets strike in every list. The others strike in one list here, and in that of products in
`tests/e2e/test_faults.py`. `make test-long` has all of them in all lists."""


def places_and_names() -> list[Any]:
    found = []
    for number, place in enumerate(PLACES):
        for turn, name in enumerate(NAMES):
            is_short = name in EVERYWHERE or turn % len(PLACES) == number
            found.append(pytest.param(place, name, marks=[] if is_short else [pytest.mark.long]))
    return found


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Place, Site]]:
    place = PLACES[request.param]
    store = fill(place)
    with pytest.MonkeyPatch.context() as patch, site(store) as opened:
        fault_run.quick(patch)
        patch.setattr("tap_woo_pim.streams.product_custom_fields.MAX_PAGE_SIZE", 4)
        yield place, opened


def fill(place: Place) -> Store:
    if place.kind == "per product":
        store = store_of(place.kind)
        for number in range(6):
            parent = store.create_product(name=f"P {number}", type="variable", status="publish")
            for size in range(1 + 3 * number % 7):
                store.create_variation(parent, attributes=[{"id": 0, "name": "Size", "option": f"{size}"}])
        return store
    store = Store.recorded(place.kind)
    store.keep_products(24)
    return store


def key_of(row: dict[str, Any]) -> Any:
    return row.get("id", row.get("slug"))


@pytest.mark.parametrize(("served", "name"), places_and_names(), indirect=["served"])
def test_a_fault_costs_no_row_that_is_not_named(served: tuple[Place, Site], name: str) -> None:
    place, opened = served
    store, landing = opened.store, Landing()
    settings: dict[str, Any] = {"sync_components": [place.component], "page_size": 4}
    rows = store.custom_field_names() if place.rows is None else [key_of(row) for row in store.rows(place.rows)]
    store.faults.add(
        cases.cases(*[row for row in rows if isinstance(row, int)])[name](), path(place.route) & nth(1, 2, 5)
    )
    try:
        outcome = fault_run.run(opened, landing, **settings)
    finally:
        fault_run.heal(opened)
    if outcome.failure:
        assert fault_run.PLAIN.fullmatch(outcome.failure), outcome.failure
    elif outcome.named and place.rows is not None:  # a list of bare names says only that some are missing
        brought = {key[1] for key in landing.tables.get(place.stream, {})}
        assert len(set(rows) - brought) <= outcome.named
    elif not outcome.named:
        assert landing.differences(store) == {}
    store.clock.advance(60)
    assert fault_run.run(opened, landing, **settings).is_complete
    assert landing.differences(store) == {}
    assert ("store", place.stream) in landing.tables["snapshots"]
