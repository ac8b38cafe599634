"""What could not be read, or did not fit, is named so that somebody finds it."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest

from demo_store import Store
from demo_store.faults import param, path
from demo_store.faults.fields import FieldsChanged
from demo_store.faults.pages import JunkRows, RowsChanged
from demo_store.faults.statuses import PoisonousRow
from tests.support.harness import Landing, Site, site

LISTS = param(offset=None)
SETTINGS: dict[str, Any] = {"max_retries": 0, "page_size": 10, "sync_components": ["products"]}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr("tap_woo_pim.http.retry.LONGEST_WAIT_SECONDS", 0.01)
    store = Store.recorded("5.9.0")
    store.keep_products(40)
    with site(store) as opened:
        yield opened


def positions(landing: Landing) -> set[str]:
    return {key[2] for key in landing.tables.get("unread_rows", {})}


def test_a_row_that_kills_its_page_is_named_by_its_id_where_the_store_can_tell_that(served: Site) -> None:
    ids = [row["id"] for row in served.store.rows("products") if row["status"] != "trash"]
    served.store.faults.add(PoisonousRow(ids[3], ids[20]), path("/products$") & ~param(_fields="id"))
    landing = served.sync(**SETTINGS)
    assert positions(landing) == {f"id {ids[3]}", f"id {ids[20]}"}
    assert len(landing.tables["products"]) == len(served.store.rows("products")) - 2


def test_rows_that_kill_their_page_at_both_ends_are_named_and_the_others_read(served: Site) -> None:
    ids = [row["id"] for row in served.store.rows("products") if row["status"] != "trash"]
    served.store.faults.add(PoisonousRow(ids[0], ids[-1]), path("/products$") & LISTS)
    landing = served.sync(**SETTINGS)
    assert len(positions(landing)) == 2
    assert len(landing.tables["products"]) == len(served.store.rows("products")) - 2


def test_positions_in_several_lists_of_a_stream_are_several(served: Site) -> None:
    for row in served.store.rows("products")[:4]:
        served.store.trash_product(row["id"])
    served.store.faults.add(JunkRows(step=40), path("/products$") & param(status="any", offset=0))
    served.store.faults.add(JunkRows(step=40), path("/products$") & param(status="trash", offset=0))
    landing = served.sync(**SETTINGS)
    assert {"offset 0 of status any", "offset 0 of status trash"} <= positions(landing)


def test_positions_in_a_list_of_changes_say_of_which(served: Site) -> None:
    landing = served.sync(**SETTINGS)
    served.store.clock.advance(60)
    served.store.edit_product(served.store.rows("products")[5]["id"], name="Other")
    served.store.faults.add("junk_rows", path("/products$") & param(status="any") & LISTS)
    served.sync(landing, **SETTINGS)
    assert positions(landing)
    assert all(re.match(r"offset \d of status any of changes after 20", one) for one in positions(landing))


def test_rows_without_an_id_at_the_beginning_are_named_beside_others_that_do_not_come(served: Site) -> None:
    hidden = [row["id"] for row in served.store.rows("products") if row["status"] != "trash"][-1]
    served.store.hidden_rows = lambda kind, row: kind == "products" and row == hidden
    served.store.faults.add("junk_rows", path("/products$") & param(status="any", offset=0))
    landing = served.sync(**SETTINGS)
    assert "offset 0 of status any" in positions(landing)


def test_positions_below_parents_name_the_parent(served: Site) -> None:
    served.store.faults.add("junk_rows", path("/attributes/.*/terms"))
    landing = served.sync(**{**SETTINGS, "sync_components": ["attributes"]})
    attributes = {row["id"] for row in served.store.rows("attributes")}
    assert {position.rpartition(" ")[2] for position in positions(landing)} == set(map(str, attributes))
    assert len(landing.tables["unread_rows"]) == len(served.store.rows("attribute_terms"))


def test_values_that_do_not_fit_are_counted_in_one_line_a_stream(
    served: Site, caplog: pytest.LogCaptureFixture
) -> None:
    served.store.faults.add(FieldsChanged({"total_sales": 2**70, "images": "x"}), path("/products$") & LISTS)
    with caplog.at_level(logging.WARNING):
        served.sync(**SETTINGS)
    count = len(served.store.rows("products"))
    assert caplog.messages == [
        f"products: values that do not fit their column went to extra_fields: total_sales {count}, images {count}."
    ]


KEYS: list[Any] = [True, False, None, "", 0, -1, 1.5, "x", "../../users", "٣", "9" * 30, "9" * 5000, 2**63, [], {}, [1]]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key}"[:20])
@pytest.mark.parametrize("component", ["attributes", "products", "tags", "tax_classes"])
def test_rows_with_odd_keys_are_named_and_ask_for_nothing_odd(served: Site, component: str, key: Any) -> None:
    name = "slug" if component == "tax_classes" else "id"
    first = iter([True])
    odd = RowsChanged(lambda row: {**row, name: key} if next(first, False) else row)
    route = {"tax_classes": "/taxes/classes$", "attributes": "/products/attributes$"}.get(component, f"{component}$")
    landing = Landing()
    tap = served.tap(landing, **{**SETTINGS, "sync_components": [component]})
    assert tap.run.connection.login.method == "basic"
    served.store.faults.add(odd, path(route))
    tap.sync_all()
    tap.run.client.close()
    assert not any(odd in request.path for request in served.server.requests for odd in ("..", "/-", "/0"))
    for stream, rows in landing.tables.items():
        schema = landing.schemas[stream]["schema"]
        for row in rows.values():
            for required in schema["required"]:
                assert row[required] is not None, (stream, row)


def test_a_key_too_long_for_an_index_is_named_and_costs_no_other_row(served: Site) -> None:
    slugs = [row["slug"] for row in served.store.rows("tax_classes")]
    long = RowsChanged(lambda row: {**row, "slug": "x" * 9000} if row["slug"] == slugs[0] else row)
    served.store.faults.add(long, path("/taxes/classes$"))
    landing = served.sync(**{**SETTINGS, "sync_components": ["tax_classes"]})
    assert set(landing.live("tax_classes")) == set(slugs[1:])
    assert positions(landing) == {"offset 0"}


def test_a_name_too_long_for_an_index_is_named_and_costs_no_other_row() -> None:
    store = Store.recorded("9.9.5")
    with site(store) as served:
        names = set(served.sync(sync_components=["custom_fields"]).live("product_custom_fields"))
        dropped = min(names)
        store.faults.add(RowsChanged(lambda name: "x" * 9000 if name == dropped else name), path("custom-fields"))
        landing = served.sync(sync_components=["custom_fields"])
    assert set(landing.live("product_custom_fields")) == names - {dropped}
    assert positions(landing) == {"offset 0"}
