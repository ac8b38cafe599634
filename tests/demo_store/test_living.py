"""The living store: what edits do to rows and to their dates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo_store import Store

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
LATER = "2026-11-24T12:01:00"


@pytest.fixture
def store() -> Store:
    made = Store.recorded()
    made.keep_products(300)
    made.clock.set(NOW)
    return made


def row(store: Store, kind: Any, row_id: int) -> dict[str, Any]:
    return next(found for found in store.rows(kind) if found["id"] == row_id)


def modified(store: Store, kind: Any, *row_ids: int) -> list[str | None]:
    return [row(store, kind, row_id)["date_modified_gmt"] for row_id in row_ids]


def others(store: Store, kind: Any, *changed: int) -> list[dict[str, Any]]:
    return [found for found in store.rows(kind) if found["id"] not in changed]


def variable(store: Store) -> dict[str, Any]:
    found = (r for r in store.rows("products") if r["type"] == "variable" and r["status"] == "publish")
    return next(r for r in found if len(r["variations"]) > 2)


def test_created_product_is_served_with_all_fields_and_derived_ones(store: Store) -> None:
    product_id = store.create_product(name="Ächte Lampe", regular_price="20", sale_price="15", categories=[15])
    made = row(store, "products", product_id)
    assert set(made) == set(store.rows("products")[0])
    assert (made["price"], made["on_sale"], made["purchasable"]) == ("15", True, True)
    assert (made["slug"], made["permalink"]) == ("achte-lampe", "https://store.example/product/achte-lampe/")
    assert (made["date_created"], made["date_created_gmt"]) == ("2026-11-24T07:00:00", "2026-11-24T12:00:00")
    assert made["categories"] == [{"id": 15, "name": "Uncategorized", "slug": "uncategorized"}]
    assert row(store, "products", store.create_product(name="Ächte Lampe"))["slug"] == "achte-lampe-2"


def test_edit_moves_the_date_of_that_product_only(store: Store) -> None:
    before = others(store, "products", 310)
    store.clock.advance(60)
    store.edit_product(310, name="New name")
    assert row(store, "products", 310)["name"] == "New name"
    assert modified(store, "products", 310) == [LATER]
    assert row(store, "products", 310)["date_modified"] == "2026-11-24T07:01:00"
    assert others(store, "products", 310) == before


def test_saving_without_change_moves_the_date(store: Store) -> None:
    store.edit_product(310)
    assert modified(store, "products", 310) == ["2026-11-24T12:00:00"]


def test_stock_decides_the_stock_status(store: Store) -> None:
    store.edit_product(310, manage_stock=True, stock_quantity=0, backorders="no")
    assert row(store, "products", 310)["stock_status"] == "outofstock"
    store.edit_product(310, backorders="notify", stock_quantity=-2)
    assert [row(store, "products", 310)[name] for name in ("stock_status", "backordered")] == ["onbackorder", True]


def test_variation_edits_move_the_product_too(store: Store) -> None:
    parent = variable(store)
    first, second, *_ = parent["variations"]
    store.clock.advance(60)
    store.edit_variation(first, regular_price="0.50", sale_price="")
    assert modified(store, "variations", first) == modified(store, "products", parent["id"]) == [LATER]
    assert row(store, "products", parent["id"])["price"] == "0.50"
    store.clock.advance(60)
    store.delete_variation(second)
    assert modified(store, "products", parent["id"]) == ["2026-11-24T12:02:00"]
    assert second not in row(store, "products", parent["id"])["variations"]
    assert second not in {found["id"] for found in store.rows("variations")}
    new = store.create_variation(parent["id"], attributes=[], regular_price="3")
    assert row(store, "products", parent["id"])["variations"][-1] == new
    assert row(store, "variations", new)["parent_id"] == parent["id"]


def test_trashing_and_restoring_a_variation(store: Store) -> None:
    parent = variable(store)
    first = parent["variations"][0]
    store.trash_variation(first)
    assert row(store, "variations", first)["status"] == "trash"
    assert first not in row(store, "products", parent["id"])["variations"]
    store.clock.advance(60)
    store.restore_variation(first)
    assert row(store, "variations", first)["status"] == "publish"
    assert row(store, "products", parent["id"])["variations"] == parent["variations"]
    assert modified(store, "products", parent["id"]) == [LATER]


def test_trashed_product_takes_its_variations_along_and_comes_back_whole(store: Store) -> None:
    parent = variable(store)
    below = [found for found in store.rows("variations") if found["parent_id"] == parent["id"]]
    store.trash_product(parent["id"])
    trashed = row(store, "products", parent["id"])
    assert (trashed["status"], trashed["slug"], trashed["variations"]) == ("trash", f"{parent['slug']}__trashed", [])
    assert trashed["permalink"] == f"https://store.example/?post_type=product&p={parent['id']}"
    ids = [found["id"] for found in below]
    assert {row(store, "variations", found)["status"] for found in ids} == {"trash"}
    assert set(modified(store, "variations", *ids)) == {"2026-11-24T12:00:00"}
    store.clock.advance(60)
    store.restore_product(parent["id"])
    dates = {"date_modified", "date_modified_gmt"}
    restored = row(store, "products", parent["id"])
    assert {name for name in parent if restored[name] != parent[name]} == dates
    assert restored["date_modified_gmt"] == LATER
    for former in below:
        again = row(store, "variations", former["id"])
        assert {name for name in former if again[name] != former[name]} == dates


def test_deletion_takes_variations_and_reviews_along_and_moves_no_date(store: Store) -> None:
    parent = variable(store)
    store.create_review(parent["id"])
    before = others(store, "products", parent["id"])
    store.trash_product(parent["id"])
    store.delete_product(parent["id"])
    assert store.rows("products") == before
    assert parent["id"] not in {found["parent_id"] for found in store.rows("variations")}
    assert parent["id"] not in {found["product_id"] for found in store.rows("reviews")}


def test_sql_moves_no_date(store: Store) -> None:
    before = row(store, "products", 310)
    store.sql_update("products", 310, stock_quantity=2.5, price="1")
    assert row(store, "products", 310) == {**before, "stock_quantity": 2.5, "price": "1"}
    store.sql_update("products", 310, date_modified=None, date_modified_gmt=None)
    assert modified(store, "products", 310) == [None]


def test_sql_can_make_an_orphan(store: Store) -> None:
    parent = variable(store)
    orphan = parent["variations"][0]
    store.sql_update("variations", orphan, parent_id=77_777)
    assert orphan not in {found["id"] for found in store.rows("variations")}
    assert orphan not in row(store, "products", parent["id"])["variations"]
    assert modified(store, "products", parent["id"]) == [parent["date_modified_gmt"]]


@pytest.mark.parametrize("kind", ["categories", "tags", "brands"])
def test_renamed_term_changes_products_but_not_their_dates(store: Store, kind: Any) -> None:
    before = store.rows("products")
    term_id = next(found[kind][0]["id"] for found in before if found[kind])
    store.edit_term(kind, term_id, name="Renamed & new", slug="renamed")
    after = store.rows("products")
    holding = [found for found in after if term_id in {term["id"] for term in found[kind]}]
    assert holding
    for found in holding:
        assert {"id": term_id, "name": "Renamed & new", "slug": "renamed"} in found[kind]
    assert [found["date_modified"] for found in after] == [found["date_modified"] for found in before]
    assert [{**found, kind: 0} for found in after] == [{**found, kind: 0} for found in before]


def test_deleted_category_leaves_products_and_lifts_its_children(store: Store) -> None:
    parent_id = next(found["parent"] for found in store.rows("categories") if found["parent"])
    children = [found["id"] for found in store.rows("categories") if found["parent"] == parent_id]
    above = row(store, "categories", parent_id)["parent"]
    dates = [found["date_modified"] for found in store.rows("products")]
    store.delete_term("categories", parent_id)
    assert {row(store, "categories", child)["parent"] for child in children} == {above}
    products = store.rows("products")
    assert parent_id not in {term["id"] for found in products for term in found["categories"]}
    assert [found["date_modified"] for found in products] == dates


def test_last_category_is_replaced_by_the_default(store: Store) -> None:
    term_id = store.create_term("categories", name="Short-lived")
    product_id = store.create_product(name="Thing", categories=[term_id])
    assert row(store, "categories", term_id)["count"] == 1
    store.delete_term("categories", term_id)
    assert [term["id"] for term in row(store, "products", product_id)["categories"]] == [15]


def test_shipping_class_changes_follow_into_products_and_variations(store: Store) -> None:
    class_id = store.create_term("shipping_classes", name="Pallet")
    product_id = store.create_product(name="Heavy", shipping_class_id=class_id)
    assert row(store, "products", product_id)["shipping_class"] == "pallet"
    store.edit_term("shipping_classes", class_id, slug="pallets")
    assert row(store, "products", product_id)["shipping_class"] == "pallets"
    store.delete_term("shipping_classes", class_id)
    assert row(store, "products", product_id)["shipping_class_id"] == 0


def test_attribute_and_option_renames_follow_without_dates(store: Store) -> None:
    parent = next(r for r in store.rows("products") if r["variations"] and r["attributes"][0]["id"] == 1)
    option = parent["attributes"][0]["options"][0]
    term = next(t["term"] for t in store.rows("attribute_terms") if t["term"]["name"] == option)
    store.edit_attribute(1, name="Farbe")
    store.edit_attribute_term(1, term["id"], name="Umbenannt")
    changed = row(store, "products", parent["id"])
    assert changed["attributes"][0]["name"] == "Farbe"
    assert changed["attributes"][0]["options"][0] == "Umbenannt"
    assert changed["date_modified"] == parent["date_modified"]
    options = {a["option"] for v in store.rows("variations") for a in v["attributes"] if a["id"] == 1}
    assert "Umbenannt" in options
    assert option not in options
    store.delete_attribute_term(1, term["id"])
    assert "Umbenannt" not in row(store, "products", parent["id"])["attributes"][0]["options"]
    store.delete_attribute(1)
    assert 1 not in {a["id"] for found in store.rows("products") for a in found["attributes"]}
    assert 1 not in {found["attribute_id"] for found in store.rows("attribute_terms")}


def test_new_attribute_and_term(store: Store) -> None:
    attribute_id = store.create_attribute(name="Seat height")
    term_id = store.create_attribute_term(attribute_id, name="High")
    assert row(store, "attributes", attribute_id)["slug"] == "pa_seat-height"
    made = next(found for found in store.rows("attribute_terms") if found["term"]["id"] == term_id)
    assert (made["attribute_id"], made["term"]["slug"]) == (attribute_id, "high")
    assert list(made["term"]) == list(store.rows("attribute_terms")[0]["term"])


def test_reviews_change_the_rating_but_no_date(store: Store) -> None:
    product_id = store.create_product(name="Rated")
    date = modified(store, "products", product_id)
    store.clock.advance(60)
    good, bad = store.create_review(product_id, rating=5), store.create_review(product_id, rating=2)
    assert row(store, "products", product_id)["average_rating"] == "3.50"
    store.edit_review(bad, status="hold")
    assert row(store, "products", product_id)["average_rating"] == "5.00"
    store.delete_review(good)
    assert row(store, "products", product_id)["rating_count"] == 0
    assert modified(store, "products", product_id) == date
    assert list(row(store, "reviews", bad)) == list(store.rows("reviews")[0])


def test_product_names_in_reviews_follow_the_product(store: Store) -> None:
    review = store.rows("reviews")[0]
    store.edit_product(review["product_id"], name="Another name")
    assert row(store, "reviews", review["id"])["product_name"] == "Another name"


def test_image_edits_move_no_date(store: Store) -> None:
    before = store.rows("products")
    store.edit_image(65, alt="New alt")
    after = store.rows("products")
    assert {i["alt"] for found in after for i in found["images"] if i["id"] == 65} == {"New alt"}
    assert [found["date_modified"] for found in after] == [found["date_modified"] for found in before]


def test_tax_classes_and_custom_fields(store: Store) -> None:
    assert store.create_tax_class("Books only") == "books-only"
    assert store.rows("tax_classes")[-1]["slug"] == "books-only"
    store.delete_tax_class("books-only")
    assert "books-only" not in {found["slug"] for found in store.rows("tax_classes")}
    store.edit_product(310, meta_data=[{"key": "brand_new", "value": 1}, {"key": "_hidden", "value": 1}])
    names = {found["name"] for found in store.rows("custom_field_names")}
    assert "brand_new" in names
    assert "_hidden" not in names
    assert row(store, "products", 310)["meta_data"][0]["id"] > 2**32


def test_future_products_are_published_when_their_time_comes_without_a_date(store: Store) -> None:
    product_id = store.create_product(name="Soon", type="variable", date_created_gmt="2026-11-24T12:00:30")
    below = store.create_variation(product_id, status="future", date_created_gmt="2026-11-24T12:00:30")
    waiting = row(store, "products", product_id)
    assert (waiting["status"], waiting["variations"]) == ("future", [])
    store.clock.advance(60)
    published = row(store, "products", product_id)
    assert (published["status"], published["variations"]) == ("publish", [below])
    assert published["permalink"] == "https://store.example/product/soon/"
    assert published["date_modified_gmt"] == waiting["date_modified_gmt"]


def test_site_time_repeats_an_hour_when_daylight_saving_ends(store: Store) -> None:
    store.clock.set(datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    first = row(store, "products", store.create_product(name="Before"))
    store.clock.advance(timedelta(hours=1).total_seconds())
    second = row(store, "products", store.create_product(name="After"))
    assert first["date_created"] == second["date_created"] == "2026-11-01T01:30:00"
    assert first["date_created_gmt"] != second["date_created_gmt"]


def test_two_stores_share_no_edits(store: Store) -> None:
    other = Store.recorded()
    other.keep_products(300)
    other.clock.set(NOW)
    before = other.rows("products")
    store.edit_product(310, name="Only here")
    store.delete_product(312)
    store.edit_term("tags", 136, name="Only here")
    assert other.rows("products") == before
