"""Made-up catalogues: the same each time, of the size asked for, whole, and quick."""

import time

import pytest

from demo_store import PROFILES, Store
from tests.demo_store.conftest import Open


def test_same_arguments_make_the_same_store() -> None:
    one, two, other = (Store.synthetic(products=30, variations=40, seed=seed) for seed in (1, 1, 2))
    assert one.rows("products") == two.rows("products") != other.rows("products")
    assert one.rows("variations") == two.rows("variations")


@pytest.mark.parametrize(("products", "variations"), [(0, 0), (1, 0), (1, 100), (50, 7), (200, 1000)])
def test_sizes_are_those_asked_for(products: int, variations: int) -> None:
    store = Store.synthetic(products=products, variations=variations)
    rows, below = store.rows("products"), store.rows("variations")
    assert (len(rows), len(below)) == (products, variations)
    assert [row["id"] for row in below] == sorted({i for row in rows for i in row["variations"]})
    parents = {row["id"] for row in rows if row["type"] == "variable"}
    assert {row["parent_id"] for row in below} == parents
    assert len({row["sku"] for row in rows + below}) == products + variations


@pytest.mark.parametrize("version", PROFILES)
def test_rows_have_the_shape_of_the_version(open_site: Open, version: str) -> None:
    site = open_site(Store.synthetic(version, products=20, variations=20))
    recorded = Store.recorded(version)
    assert list(site.rows("wc/v3/products")[0]) == list(recorded.rows("products")[0])
    assert list(site.store.rows("variations")[0]) == list(recorded.rows("variations")[0])
    assert site.all_rows("wc/v3/products", 7, orderby="id", order="asc") == site.store.rows("products")
    known = {row["id"] for row in site.store.rows("categories")}
    assert {term["id"] for row in site.store.rows("products") for term in row["categories"]} <= known


def test_made_up_rows_can_be_edited(open_site: Open) -> None:
    site = open_site(Store.synthetic(products=20, variations=20))
    site.store.edit_product(1001, name="Edited")
    site.store.trash_product(1000)
    assert site.get("wc/v3/products/1001").json()["name"] == "Edited"
    assert {row["status"] for row in site.store.rows("variations") if row["parent_id"] == 1000} == {"trash"}


@pytest.mark.long
def test_large_catalogue_is_made_and_served_quickly(open_site: Open) -> None:
    """The bounds are many times what an idle machine needs: 2.5 s and 12 ms a page."""
    began = time.process_time()
    site = open_site(Store.synthetic(products=100_000, variations=200_000))
    assert time.process_time() - began < 20
    assert len(site.rows("wc/v3/products", per_page=100, orderby="id", order="asc")) == 100
    began = time.process_time()
    for page in range(2, 12):
        assert len(site.rows("wc/v3/products", per_page=100, page=page, orderby="id", order="asc")) == 100
    assert time.process_time() - began < 2
