"""An answer of another shape than was asked for is asked for again as any other that fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from demo_store import Store, serve
from demo_store.faults import nth, param, path
from demo_store.faults.bodies import BodyChanged
from tests.support.fault_run import PLAIN, run
from tests.support.harness import Landing, Site, site

ERROR = BodyChanged(lambda _: b'{"code":"internal","message":"There has been a critical error.","data":{"status":500}}')
LISTS = {
    "tax_classes": "taxes/classes$",
    "attributes": "products/attributes$",
    "custom_fields": "custom-fields/names$",
    "tags": "products/tags$",
    "products": "products$",
}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store = Store.recorded("9.9.5")
    store.keep_products(24)
    with site(store) as opened:
        yield opened


@pytest.mark.parametrize("component", LISTS)
def test_an_error_of_status_200_is_tried_again_in_every_list(served: Site, component: str) -> None:
    has_pages = component in {"tags", "products"}  # a page that fails is asked for smaller, which is no retry
    by_offset = param(offset=0) if has_pages else param()
    served.store.faults.add(ERROR, path(LISTS[component]) & by_offset & nth(1))
    landing = Landing()
    outcome = run(served, landing, sync_components=[component], page_size=100)
    assert (outcome.is_complete, outcome.retries) == (True, 0 if has_pages else 1)
    assert landing.differences(served.store) == {}


def test_a_page_that_is_never_a_list_is_read_in_smaller_ones(served: Site) -> None:
    served.store.faults.add(ERROR, path("products$") & param(offset=0, per_page=8))
    landing = Landing()
    outcome = run(served, landing, sync_components=["products"], page_size=8)
    assert outcome.is_complete
    assert landing.differences(served.store) == {}
    assert "4" in {request.query.get("per_page") for request in served.server.requests}


def test_a_page_at_which_plain_http_breaks_off_is_read_in_smaller_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What answered before over plain http does not need https now."""
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store = Store.recorded("9.9.5")
    store.keep_products(24)
    store.faults.add("connection_reset", path("products$") & param(offset=0, per_page=8))
    landing = Landing()
    with serve(store, tls=False) as server:
        outcome = run(Site(store, server), landing, sync_components=["products"], page_size=8, ca_bundle=None)
    assert outcome.is_complete, outcome.failure
    assert landing.differences(store) == {}


def test_a_page_with_more_rows_than_were_asked_for_is_asked_for_again(served: Site) -> None:
    twice = BodyChanged(lambda body: body[:-1] + b"," + body[1:])
    served.store.faults.add(twice, path("products/tags$") & param(offset=0) & nth(1))
    landing = Landing()
    outcome = run(served, landing, sync_components=["tags"], page_size=100)
    assert (outcome.is_complete, outcome.retries) == (True, 0)
    assert landing.differences(served.store) == {}


def test_a_list_that_never_is_one_is_told_plainly_after_all_tries(served: Site) -> None:
    served.store.faults.add(ERROR, path("taxes/classes$"))
    outcome = run(served, Landing(), sync_components=["tax_classes"])
    assert PLAIN.fullmatch(str(outcome.failure))
    assert "tax_classes: it answered with something that is not a list." in str(outcome.failure)
    assert outcome.retries == 2


@pytest.mark.parametrize("component", ["tags", "tax_classes"])
def test_early_hints_are_not_taken_for_the_answer_nor_that_for_the_next_one(served: Site, component: str) -> None:
    served.store.faults.add("early_hints", path(LISTS[component]) & nth(1))
    landing = Landing()
    outcome = run(served, landing, sync_components=[component], page_size=100)
    assert outcome.is_complete
    assert landing.differences(served.store) == {}


def test_a_server_that_always_sends_early_hints_is_named(served: Site) -> None:
    served.store.faults.add("early_hints", path(LISTS["tax_classes"]))
    outcome = run(served, Landing(), sync_components=["tax_classes"])
    assert "tax_classes: it answered with HTTP status 103." in str(outcome.failure)
