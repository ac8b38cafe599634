"""Lists: paging, offsets, order, filters by date and status, and wrong parameters."""

from collections import Counter
from typing import Any

import pytest

from demo_store import PROFILES, Store
from tests.demo_store.conftest import Open, Site


def ids(rows: list[Any]) -> list[int]:
    return [row["id"] for row in rows]


def test_offset_wins_over_page_and_totals_stay(site: Site) -> None:
    route = "wc/v3/products"
    everything = ids(site.all_rows(route, orderby="id", order="asc", _fields="id"))
    response = site.get(route, orderby="id", order="asc", _fields="id", per_page=5, offset=17, page=9)
    assert ids(response.json()) == everything[17:22]
    assert (response.headers["X-WP-Total"], response.headers["X-WP-TotalPages"]) == ("1903", "381")
    assert ids(site.rows(route, orderby="id", order="asc", offset=0, page=3, per_page=2)) == everything[:2]


@pytest.mark.parametrize("route", ["products/categories", "products/tags", "products/reviews", "variations"])
def test_offset_works_on_the_other_lists(site: Site, route: str) -> None:
    everything = ids(site.all_rows(f"wc/v3/{route}", orderby="id", order="asc", _fields="id"))
    assert ids(site.rows(f"wc/v3/{route}", orderby="id", order="asc", offset=3, per_page=4)) == everything[3:7]


def test_hidden_rows_shorten_pages_and_leave_totals(site: Site) -> None:
    everything = ids(site.rows("wc/v3/products", orderby="id", order="asc", per_page=4))
    site.store.hidden_rows = lambda kind, row_id: kind == "products" and row_id in everything[1:3]
    response = site.get("wc/v3/products", orderby="id", order="asc", per_page=4)
    assert ids(response.json()) == [everything[0], everything[3]]
    assert response.headers["X-WP-Total"] == "1903"


@pytest.mark.parametrize("version", ["9.9.5", "5.9.0"])
def test_old_versions_lose_rows_of_one_second_when_ordered_by_modified(open_site: Open, version: str) -> None:
    site = open_site(Store.empty(version))
    site.store.clock.set(site.store.clock.now())
    made = {site.store.create_product(name=f"Item {number}") for number in range(40)}
    pages = site.all_rows("wc/v3/products", 10, orderby="modified", order="asc", _fields="id")
    assert len(pages) == len(made)
    assert set(ids(pages)) < made


def test_newest_version_orders_rows_of_one_second_by_id(open_site: Open) -> None:
    site = open_site(Store.empty())
    site.store.clock.set(site.store.clock.now())
    made = [site.store.create_product(name=f"Item {number}") for number in range(25)]
    pages = site.all_rows("wc/v3/products", 10, orderby="modified", order="desc", _fields="id")
    assert ids(pages) == made[::-1]


def test_include_status_lists_the_trash_where_the_route_knows_it(open_site: Open, version: str) -> None:
    site = open_site(Store.recorded(version))
    rows = site.all_rows("wc/v3/products", include_status="any,trash", _fields="id,status")
    has_trash = Counter(row["status"] for row in rows)["trash"] > 0
    assert has_trash == (version != "5.9.0")
    assert site.get("wc/v3/products", status="any,trash").status_code == 400


def test_dates_are_compared_exclusively_to_the_second(open_site: Open) -> None:
    site = open_site(Store.empty())
    product = site.store.create_product(date_modified_gmt="2026-03-01T10:00:00")
    for after, found in (("2026-03-01T09:59:59", [product]), ("2026-03-01T10:00:00", [])):
        asked = site.rows("wc/v3/products", modified_after=after, dates_are_gmt="true", _fields="id")
        assert ids(asked) == found
    before = site.rows("wc/v3/products", modified_before="2026-03-01T10:00:01", dates_are_gmt="true", _fields="id")
    assert ids(before) == [product]


@pytest.mark.parametrize(
    ("version", "zone_hours"),
    [("11.0.1", -5), ("9.9.5", 1), ("5.9.0", 0)],
)
def test_an_offset_in_a_date_is_the_trap_of_dates_are_gmt(open_site: Open, version: str, zone_hours: int) -> None:
    """With an offset the value becomes site time and is then compared with the GMT column."""
    site = open_site(Store.empty(version))
    product = site.store.create_product(date_modified_gmt="2026-01-10T12:00:00")
    for hour in range(24):
        bare = site.rows("wc/v3/products", modified_after=f"2026-01-10T{hour:02}:00:00", dates_are_gmt="true")
        zulu = site.rows("wc/v3/products", modified_after=f"2026-01-10T{hour:02}:00:00Z", dates_are_gmt="true")
        local = site.rows("wc/v3/products", modified_after=f"2026-01-10T{hour:02}:00:00")
        assert ids(bare) == ([product] if hour < 12 else [])
        assert ids(zulu) == ([product] if hour + zone_hours < 12 else [])
        assert ids(local) == ([product] if hour < 12 + zone_hours else [])


def test_null_dates_never_match_a_gmt_filter(site: Site) -> None:
    rows = site.all_rows("wc/v3/products", modified_after="2000-01-01T00:00:00", dates_are_gmt="true", _fields="id")
    without = {row["id"] for row in site.store.rows("products") if row["date_modified_gmt"] is None}
    assert len(without) == 3
    assert without.isdisjoint(ids(rows))


def test_filters_and_orders(site: Site) -> None:
    truth = {row["id"]: row for row in site.store.rows("products")}
    route = "wc/v3/products"
    variable = site.all_rows(route, type="variable", _fields="id")
    assert set(ids(variable)) == {i for i, r in truth.items() if r["type"] == "variable" and r["status"] != "trash"}
    wanted = ids(variable)[5:0:-1]
    listed = site.rows(route, include=",".join(map(str, wanted)), orderby="include", order="asc", _fields="id")
    assert ids(listed) == wanted
    sku = truth[wanted[0]]["sku"] or next(r["sku"] for r in truth.values() if r["sku"] and r["status"] == "publish")
    assert {truth[i]["sku"] for i in ids(site.rows(route, sku=sku))} == {sku}
    slugs = [row["slug"] for row in site.all_rows(route, orderby="slug", order="asc", status="publish")]
    assert slugs == sorted(slugs)
    category = truth[wanted[0]]["categories"][0]["id"]
    assert wanted[0] in ids(site.all_rows(route, category=category, _fields="id"))
    assert wanted[0] not in ids(site.all_rows(route, exclude=wanted[0], _fields="id"))


def test_flat_variations_can_be_asked_by_parent(site: Site) -> None:
    rows = site.all_rows("wc/v3/variations", parent=339, _fields="id,parent_id")
    assert {row["parent_id"] for row in rows} == {339}
    assert len(rows) > 100


def test_term_filters(site: Site) -> None:
    every = site.all_rows("wc/v3/products/categories")
    top = site.all_rows("wc/v3/products/categories", parent=0)
    assert ids(top) == [row["id"] for row in every if row["parent"] == 0]
    used = site.all_rows("wc/v3/products/brands", hide_empty="true")
    assert {row["count"] == 0 for row in used} == {False}
    product = next(row for row in site.store.rows("products") if len(row["tags"]) > 1)
    assert {row["name"] for row in site.all_rows("wc/v3/products/tags", product=product["id"])} == {
        tag["name"] for tag in product["tags"]
    }


def test_reviews_default_to_approved_and_know_no_modified_dates(site: Site) -> None:
    approved = site.all_rows("wc/v3/products/reviews")
    assert {row["status"] for row in approved} == {"approved"}
    assert len(site.all_rows("wc/v3/products/reviews", modified_after="2030-01-01T00:00:00")) == len(approved)
    late = site.all_rows("wc/v3/products/reviews", after="2026-11-01T00:00:00", status="all")
    assert late
    assert all(row["date_created"] > "2026-11-01T00:00:00" for row in late)


def test_variations_of_a_missing_product_are_an_empty_list(site: Site) -> None:
    response = site.get("wc/v3/products/99999999/variations")
    assert (response.status_code, response.json(), response.headers["X-WP-Total"]) == (200, [], "0")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"page": "x"}, "page is not of type integer."),
        ({"per_page": ""}, "per_page is not of type integer."),
        ({"include": "1,x"}, "include[1] is not of type integer."),
        ({"dates_are_gmt": "yes"}, "dates_are_gmt is not of type boolean."),
        ({"order": "up"}, "order is not one of asc and desc."),
        ({"modified_after": "2026-13-01T00:00:00"}, "Invalid date."),
        ({"modified_after": "2026-01-01"}, "Invalid date."),
        (
            {"include_status": "any,gone"},
            "include_status[1] is not one of any, future, trash, draft, pending, private,",
        ),
    ],
)
def test_wrong_parameters_are_named(site: Site, parameters: dict[str, str], message: str) -> None:
    response = site.get("wc/v3/products", **parameters)
    assert response.status_code == 400
    (name,) = parameters
    body = response.json()
    assert body["code"] == "rest_invalid_param"
    assert body["data"]["params"][name].startswith(message)


def test_several_wrong_parameters_are_named_together_and_before_the_key_is_asked_for(site: Site) -> None:
    response = site.session.get(f"{site.server.url}/wp-json/wc/v3/products?page=0&per_page=101", timeout=20)
    assert response.status_code == 400
    assert response.json()["message"] == "Invalid parameter(s): page, per_page"
    assert "Allow" not in response.headers


def test_fields_order_follows_the_request_for_products_only(site: Site) -> None:
    (product,) = site.rows("wc/v3/products", per_page=1, _fields="sku,stock_status,name,id")
    assert list(product) == ["sku", "name", "id", "stock_status"]
    (category,) = site.rows("wc/v3/products/categories", per_page=1, _fields="slug,id")
    assert list(category) == ["id", "slug"]
    assert site.rows("wc/v3/products", per_page=1, _fields="nonsense") == [[]]


def test_single_rows_and_missing_ones(site: Site) -> None:
    truth = site.store.rows("products")[0]
    assert site.get(f"wc/v3/products/{truth['id']}").json() == truth
    one = site.get(f"wc/v3/products/{truth['id']}", _fields="id").json()
    assert list(one) == ["id", "_links"]
    for route, code in (
        ("products/999999", "woocommerce_rest_product_invalid_id"),
        ("products/312/variations/999999", "woocommerce_rest_product_variation_invalid_id"),
        ("products/tags/999999", "woocommerce_rest_term_invalid"),
        ("products/attributes/999/terms", "woocommerce_rest_taxonomy_invalid"),
        ("products/reviews/999999", "woocommerce_rest_review_invalid_id"),
    ):
        response = site.get(f"wc/v3/{route}")
        assert (response.status_code, response.json()["code"]) == (404, code)


def test_meta_can_be_chosen_where_the_route_knows_it(open_site: Open, version: str) -> None:
    site = open_site(Store.recorded(version))
    (row,) = site.rows("wc/v3/products", per_page=1, orderby="id", order="asc", include_meta="lab_string")
    assert ({entry["key"] for entry in row["meta_data"]} == {"lab_string"}) == (version != "5.9.0")


def test_variation_names_differ_by_version_and_route(open_site: Open) -> None:
    names: dict[str, list[str | None]] = {}
    for version in PROFILES:
        store = Store.recorded("11.0.1", version=version)
        site = open_site(store)
        variation = next(row for row in store.rows("variations") if row["parent_id"] == 312)
        analytics = site.rows("wc-analytics/variations", include=variation["id"])
        below = site.rows("wc/v3/products/312/variations", include=variation["id"])
        names[version] = [row[0].get("name") for row in (analytics, below)]
    parent = "Coastal Leather Poster 118"
    assert names == {
        "11.0.1": [parent, "Coral, 38"],
        "9.9.5": [f"{parent} - Coral, 38", "Coral, 38"],
        "5.9.0": [f"{parent} - Coral, 38", None],
    }


def test_related_ids_can_be_made_to_change_with_every_call(site: Site) -> None:
    site.store.random_related_ids = True
    samples = {str(site.get("wc/v3/products/312").json()["related_ids"]) for _ in range(3)}
    listed = {str(site.rows("wc/v3/products", include=312)[0]["related_ids"]) for _ in range(5)}
    assert samples
    assert len(listed) > 1
