"""Rows as real plugins make them arrive whole, what no schema declares included."""

from __future__ import annotations

import pytest

from demo_store import Store
from demo_store.profiles import PLUGINS
from tests.support.harness import site


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_column_of_rows_that_a_plugin_made_is_what_the_store_says(plugin: str) -> None:
    store = Store.of_plugin(plugin)
    with site(store) as served:
        landing = served.sync()
    assert landing.differences(store) == {}
    assert landing.tables["products"]


def test_fields_that_a_plugin_adds_to_rows_stand_in_extra_fields() -> None:
    with site(Store.of_plugin("woocommerce-germanized")) as served:
        landing = served.sync()
    extra = [row["extra_fields"] for row in landing.live("products").values() if row["extra_fields"]]
    assert len(extra) == 3
    assert all({"unit_price", "delivery_time", "gtin", "min_age"} <= fields.keys() for fields in extra)
