"""The sample store serves rows as real plugins make them, and options that are no text."""

from typing import Any

import pytest

from demo_store import Store
from demo_store.profiles import PLUGINS, PROFILES, read_json
from tests.demo_store.conftest import Open

ROUTES = {
    "products": "wc/v3/products",
    "product_variations": "wc/v3/variations",
    "product_categories": "wc/v3/products/categories",
    "product_brands": "wc/v3/products/brands",
}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_rows_of_a_plugin_are_served_as_recorded(open_site: Open, plugin: str) -> None:
    site = open_site(Store.of_plugin(plugin))
    recorded: list[dict[str, Any]] = read_json("plugins", plugin)
    assert recorded
    served = {route: {row["id"]: row for row in site.all_rows(path)} for route, path in ROUTES.items()}
    for entry in recorded:
        row = dict(served[entry["route"]][entry["row"]["id"]])
        assert row.pop("_links")
        assert row == entry["row"]
    invented = {id_ for id_, row in served["products"].items() if row["name"] == "Not recorded"}
    assert served["products"].keys() - invented == {e["row"]["id"] for e in recorded if e["route"] == "products"}


def test_a_plugin_that_was_not_recorded_is_named_with_those_that_were() -> None:
    with pytest.raises(ValueError, match=r"No recording of the plugin polyglot; there are .*polylang"):
        Store.of_plugin("polyglot")


@pytest.mark.parametrize(
    ("option", "shown"),
    [("Red", "Red"), (7, "7"), (2.5, "2.5"), (None, ""), (True, "1"), (False, ""), (["Red"], "Array"), ({}, "Array")],
)
@pytest.mark.parametrize("version", PROFILES)
def test_an_option_that_is_no_text_is_named_as_php_would(
    open_site: Open, version: str, option: object, shown: str
) -> None:
    store = Store.empty(version)
    parent = store.create_product(name="Shirt", type="variable", status="publish")
    store.create_variation(parent, attributes=[{"id": 0, "name": "Colour", "option": option}])
    (row,) = open_site(store).rows(f"wc/v3/products/{parent}/variations")
    assert [axis["option"] for axis in row["attributes"]] == [option]
    assert row.get("name", shown) == shown
