"""The terms of all attributes, whose lists are read several at once."""

from __future__ import annotations

import pytest

from demo_store.faults import nth, path
from tap_woo_pim.exceptions import StoreError
from tap_woo_pim.pagination.reader import ROWS_AT_ONCE
from tests.support.harness import site
from tests.support.random_edits import new_store


def test_a_list_that_is_too_long_to_be_read_beside_others_comes_whole() -> None:
    store = new_store()
    for count in (3, ROWS_AT_ONCE + 150, 2):
        attribute = store.create_attribute(name=f"With {count}")
        for number in range(count):
            store.create_attribute_term(attribute, name=f"Term {number}")
    with site(store) as served:
        landing = served.sync(sync_components=["attributes"])
    assert landing.differences(store) == {}
    assert landing.tables["snapshots"]["store", "product_attribute_terms"]["row_count"] == ROWS_AT_ONCE + 155


def test_a_list_that_the_store_refuses_is_not_taken_for_one_that_is_gone() -> None:
    store = new_store()
    for name in ("Colour", "Size"):
        store.create_attribute_term(store.create_attribute(name=name), name="One")
    store.faults.add("key_revoked", path("/terms$") & nth(2))
    with site(store) as served, pytest.raises(StoreError, match="product_attribute_terms: the key was revoked"):
        served.sync(sync_components=["attributes"])
