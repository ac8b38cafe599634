"""A first run brings all that the store has, exactly."""

from __future__ import annotations

import pytest
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

from demo_store import PROFILES, Store
from tap_woo_pim.tap import TapWooPim
from tests.support.harness import Landing, Pipe, Site, site

COUNTS = {
    "11.0.1": {"products": 2000, "product_variations": 3412, "product_categories": 121, "product_reviews": 361},
    "9.9.5": {"products": 300, "product_variations": 515, "product_categories": 121, "product_reviews": 54},
    "5.9.0": {"products": 200, "product_variations": 342, "product_categories": 121, "product_reviews": 54},
}


@pytest.fixture(scope="module", params=PROFILES)
def landed(request: pytest.FixtureRequest) -> tuple[str, Store, Landing]:
    with site(Store.recorded(request.param)) as served:
        return request.param, served.store, served.sync()


def test_every_column_of_every_row_says_what_the_store_says(landed: tuple[str, Store, Landing]) -> None:
    version, store, landing = landed
    assert landing.differences(store) == {}
    assert {stream: len(landing.tables[stream]) for stream in COUNTS[version]} == COUNTS[version]


def test_every_record_is_valid_against_its_schema(landed: tuple[str, Store, Landing]) -> None:
    _, _, landing = landed
    for stream, table in landing.tables.items():
        validator = DEFAULT_JSONSCHEMA_VALIDATOR(
            landing.schemas[stream]["schema"], format_checker=DEFAULT_JSONSCHEMA_VALIDATOR.FORMAT_CHECKER
        )
        for row in table.values():
            validator.validate(row)


def test_every_stream_that_was_read_has_its_snapshot(landed: tuple[str, Store, Landing]) -> None:
    _, _, landing = landed
    snapshots = {key[1]: row["row_count"] for key, row in landing.tables["snapshots"].items()}
    read = set(landing.schemas) - {"stores", "snapshots", "sync_runs", "unread_rows"}
    assert snapshots == {stream: len(landing.tables[stream]) for stream in read}


def test_streams_that_the_store_lacks_are_left_out(landed: tuple[str, Store, Landing]) -> None:
    version, _, landing = landed
    missing = {"product_brands", "product_custom_fields"} if version == "5.9.0" else set()
    assert {"product_brands", "product_custom_fields"} - set(landing.schemas) == missing


def test_the_store_row_tells_what_the_store_is(landed: tuple[str, Store, Landing]) -> None:
    version, _, landing = landed
    row = landing.tables["stores"]["store",]
    assert row["woocommerce_version"] == version
    assert {name: row[name] for name in ("currency", "weight_unit", "dimension_unit", "timezone_string")} == {
        "11.0.1": {
            "currency": "USD",
            "weight_unit": "lbs",
            "dimension_unit": "in",
            "timezone_string": "America/New_York",
        },
        "9.9.5": {"currency": "EUR", "weight_unit": "kg", "dimension_unit": "cm", "timezone_string": "Europe/Berlin"},
        "5.9.0": {"currency": "GBP", "weight_unit": "kg", "dimension_unit": "cm", "timezone_string": "UTC"},
    }[version]
    assert row["price_decimals"] == 2
    assert set(row["extra_fields"]) == {"authentication"}


def test_the_store_row_has_the_settings_of_woocommerce_and_none_of_plugins() -> None:
    store = Store.recorded("11.0.1")
    recorded = {
        row["id"]: row["value"] for group in ("general", "products", "tax") for row in store.contents.settings[group]
    }
    store.contents.settings["products"].append({"id": "woocommerce_plugin_licence", "value": "a secret"})
    with site(store) as served:
        row = served.sync(sync_components=["tags"]).tables["stores"]["store",]
    del recorded["woocommerce_stock_email_recipient"]  # no product data
    assert row["settings"] == recorded
    assert row["currency_name"] == "United States (US) dollar"


@pytest.mark.parametrize("version", PROFILES)
def test_an_empty_store_gives_its_one_row_and_tells_nothing_of_deletions(version: str) -> None:
    with site(Store.empty(version)) as served:
        landing = served.sync()
        assert landing.differences(served.store) == {}
    assert list(landing.tables["stores"]) == [("store",)]
    assert {key[1] for key in landing.tables["snapshots"]} <= {
        "product_categories",
        "tax_classes",
        "product_custom_fields",
    }


@pytest.mark.parametrize("page_size", [7, 100, pytest.param(1, marks=pytest.mark.long)])
def test_rows_are_the_same_at_any_page_size(page_size: int) -> None:
    with site(Store.recorded("5.9.0")) as served:
        assert served.sync(page_size=page_size).differences(served.store) == {}


def test_only_chosen_components_come_and_are_asked_for() -> None:
    with site(Store.recorded("9.9.5")) as served:
        landing = served.sync(sync_components=["categories", "tax_classes"])
        asked = {request.path for request in served.server.requests}
    assert set(landing.schemas) == {
        *("stores", "product_categories", "tax_classes", "snapshots", "sync_runs", "unread_rows")
    }
    assert not any("/products/tags" in path or path.endswith("/variations") for path in asked)


def test_noise_is_not_kept() -> None:
    with site(Store.recorded("9.9.5")) as served:
        landing = served.sync(sync_components=["products", "variations", "tags"])
    assert {row["extra_fields"] for row in landing.tables["products"].values()} == {None}
    assert {row["extra_fields"] for row in landing.tables["product_tags"].values()} == {None}


def test_the_email_of_a_reviewer_does_not_come_unless_selected() -> None:
    with site(Store.recorded("9.9.5")) as served:
        landing = served.sync(sync_components=["reviews"])
        assert "reviewer_email" not in next(iter(landing.tables["product_reviews"].values()))
        tap = served.tap(landing := Landing(), sync_components=["reviews"])
        catalog = tap.catalog_dict
        tap.run.client.close()
        for entry in catalog["streams"]:
            for metadata in entry["metadata"]:
                metadata["metadata"]["selected"] = True
        _sync_with_catalog(served, landing, catalog)
    assert next(iter(landing.tables["product_reviews"].values()))["reviewer_email"].endswith("@example.invalid")


def test_a_deselected_column_is_not_asked_for() -> None:
    with site(Store.recorded("9.9.5")) as served:
        tap = served.tap(landing := Landing(), sync_components=["products", "tags"])
        catalog = tap.catalog_dict
        tap.run.client.close()
        for entry in catalog["streams"]:
            for metadata in entry["metadata"]:
                name = metadata["breadcrumb"][-1] if metadata["breadcrumb"] else None
                metadata["metadata"]["selected"] = name not in {"description", "extra_fields"}
        served.server.requests.clear()
        _sync_with_catalog(served, landing, catalog)
        fields = [request.query["_fields"] for request in served.server.requests if "offset" in request.query]
    assert all("description" not in field.split(",") and "id" in field.split(",") for field in fields)
    assert "description" not in next(iter(landing.tables["products"].values()))
    assert "description" not in landing.columns("product_tags")


def _sync_with_catalog(served: Site, landing: Landing, catalog: dict[str, object]) -> None:
    tap = TapWooPim(config=served.config(), catalog=catalog, message_writer=Pipe(landing))
    tap.sync_all()
    tap.run.client.close()
