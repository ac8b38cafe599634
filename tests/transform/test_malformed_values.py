"""Values that no store should send, written into the landed tables: none may break a build, each has its finding."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from demo_store import Store
from tests.support.warehouse import CHECKOUT, Warehouse
from tests.transform.conftest import OddStores

LONG_NUMBER = "9" * 5000
LONG_TEXT = "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,.", k=9000)).strip()
"""What PostgreSQL cannot press into a page of an index, as it can one letter many times over."""
NUMBERS = [
    "1e400",
    "NaN",
    "Infinity",
    "-Infinity",
    " 12,5 ",
    LONG_NUMBER,
    "1.2.3",
    "--1",
    "0x1F",
    "12 kg",
    "\u0665",
    ".",
]
NOT_JSON_LISTS: list[Any] = [
    None,
    {},
    {"0": {"id": 1}},
    [],
    [None],
    "text",
    7,
    [[]],
    [{}],
    [7, "x", None, {"id": None}],
]
ATTRIBUTES: list[Any] = [
    [{"id": None, "name": None, "options": None}],
    [{"id": "pa", "name": {"a": 1}, "options": {"0": "S"}}],
    [{"id": 99, "name": "Ghost", "options": [None, "", " ", 7, {"a": 1}, ["S"], "S", "s", "S "], "variation": "yes"}],
    [{"id": 10**30, "name": "Huge", "option": ["S"]}],
    [{"id": -1, "name": "", "options": ["S"]}],
    [{"id": 0, "name": "::", "options": [LONG_TEXT]}],
    [{"id": 0, "name": LONG_TEXT, "options": ["S"], "variation": True}],
    [{"id": 98, "slug": LONG_TEXT, "name": "Slug", "options": [LONG_TEXT + "x"]}],
]
META: list[Any] = [
    ["scalar", 7, None, True, []],
    [{"key": None, "value": 1}, {"value": 2}, {"key": "", "value": 3}, {"id": 10**30, "key": "k"}],
    [{"key": {"a": 1}, "value": "v"}, {"key": 7, "value": "v"}, {"key": LONG_TEXT, "value": LONG_TEXT}],
    [{"id": 1, "key": "nothing", "value": None}],
    [{"key": "_ean", "value": {"a": 1}}, {"key": "_ean", "value": ["1"]}, {"key": "_gtin", "value": LONG_NUMBER}],
    [{"key": "size", "value": "1e400"}, {"key": "day", "value": "99999-12-31"}, {"key": "yes", "value": "maybe"}],
]
PROMOTED = [
    {"key": "size", "column": "size", "type": "numeric"},
    {"key": "day", "column": "day", "type": "date"},
    {"key": "yes", "column": "said", "type": "boolean"},
]
KNOWN_GTIN_KEYS = yaml.safe_load((CHECKOUT / "transform" / "dbt_project.yml").read_text("utf-8"))["vars"][
    "gtin_meta_keys"
]
VARIABLES = {"promoted_custom_fields": PROMOTED, "gtin_meta_keys": [*KNOWN_GTIN_KEYS, "size"]}


def entry_lists() -> list[Any]:
    """Lists of terms, pictures and related products whose entries are odd."""
    ids: list[Any] = ["7", "x", 10**30, -1, 1.5, None, {}, []]
    entries = [{"id": one} for one in ids]
    far = [{"id": 10**21, "src": "https://x.example/y.jpg"}, {"id": 2**63 - 1, "src": "https://x.example/z.jpg"}]
    pictures = [
        {"id": 7, "src": False, "alt": None, "name": {}},
        {"id": 10**30, "src": []},
        {"src": "https://x.example"},
    ]
    return [entries, entries * 2, pictures, far, [1.5, "x", 10**30, None, -1, "7", "7"]]


def land(warehouse: Warehouse) -> None:
    """Land a product or variation for each odd value, in a store whose every other table is as odd."""
    store = Store.empty()
    made = store.create_product(name="Plain", sku="MALFORMED", regular_price="1", type="variable")
    store.create_variation(made, regular_price="1")
    store.create_term("categories", name="One")
    warehouse.land(store, "malformed")
    origins = {"products": f"id = {made}", "product_variations": f"parent_id = {made}"}
    columns = {table: set(warehouse.columns(table, "woo")) for table in origins}
    rows: list[dict[str, Any]] = []
    rows += [{"price": text, "weight": text, "average_rating": text} for text in NUMBERS]
    rows += [{"dimensions": {"length": text, "width": {"a": 1}, "height": [1]}} for text in NUMBERS]
    lists = ("images", "image", "gallery_image_ids", "categories", "tags", "brands", "upsell_ids", "grouped_products",
             "variations", "attributes", "meta_data", "dimensions")  # fmt: skip
    rows += [dict.fromkeys(lists, value) for value in (*NOT_JSON_LISTS, *entry_lists())]
    rows += [{"attributes": value} for value in ATTRIBUTES] + [{"meta_data": value} for value in META]
    rows += [{"sku": sku} for sku in ("dup", "DUP", " dup ", "dup\u00a0", "d" * 300, LONG_TEXT)]
    rows += [{"name": name} for name in ("&#99999999;", "&" * 3000, "&#0;&#55296;&#x0;", "\u202e<b>")]
    rows += [{"date_created_gmt": "9999-12-31T23:59:59", "date_on_sale_to_gmt": "0001-01-01", "status": None}]
    rows += [
        {"parent_id": -5},
        {"parent_id": 2**62},
        {"type": None, "sku": None, "name": None, "manage_stock": None},
    ]
    rows += [{"stock_quantity": "1e120"}, {"stock_quantity": "-0.0001"}, {"global_unique_id": LONG_NUMBER}]
    rows += [{"slug": LONG_TEXT, "permalink": LONG_TEXT, "images": [{"id": 8, "src": LONG_TEXT, "alt": LONG_TEXT}]}]
    statements = []
    for table, origin in origins.items():
        for number, row in enumerate(rows, 1):
            known = {name: value for name, value in row.items() if name in columns[table]}
            fields = {**known, "id": number + (10_000 if table == "products" else 20_000)}
            text: str = json.dumps(fields).replace("'", "''")
            statements.append(
                f"insert into woo.{table} select (jsonb_populate_record(own, '{text}')).*"
                f" from woo.{table} as own where {origin} and id < 10000 and store_id = 'malformed'"
            )
    warehouse.write(
        *statements,
        f"update woo.product_categories set name = '{LONG_TEXT}', slug = '{LONG_TEXT}'"
        " where store_id = 'malformed' and name = 'One'",
        "insert into woo.product_custom_fields (store_id, name, synced_at)"
        f" select 'malformed', left('{LONG_TEXT}', size), max(started_at)"
        " from woo.snapshots, generate_series(1500, 1501) as size where store_id = 'malformed'"
        " group by size",
        "insert into woo.product_custom_fields (store_id, name, synced_at)"
        " select 'malformed', 'forgotten', started_at - interval '3 days' from woo.snapshots"
        " where stream = 'product_custom_fields' and store_id = 'malformed'",
        "insert into woo.unread_rows (store_id, stream, position, reason, synced_at)"
        " select 'malformed', 'products', 'id 4711', 'HTTP 500', started_at from woo.snapshots"
        " where stream = 'products' and store_id = 'malformed'",
        "insert into woo.product_tags (store_id, id, name, synced_at) values ('tags alone', 1, 'Tag', now())",
    )


@pytest.fixture
def odd(odd_stores: OddStores) -> Warehouse:
    return odd_stores.warehouse


def test_all_rows_are_there(odd: Warehouse) -> None:
    landed = odd.tuples("select (select count(*) from woo.products) + (select count(*) from woo.product_variations)")
    assert odd.tuples("select count(*) from pim.products") == landed


@pytest.mark.parametrize("text", NUMBERS)
def test_text_in_the_place_of_a_number_is_null_and_a_finding(odd: Warehouse, text: str) -> None:
    number = NUMBERS.index(text) + 1
    for product_id, field in ((10_000 + number, "weight"), (10_000 + number + len(NUMBERS), "length")):
        found = odd.rows(
            "select weight, length, price, not_numbers from pim.products"
            " where store_id = 'malformed' and product_id = %s",
            product_id,
        )
        assert found[0][field] is None
        assert found[0]["not_numbers"][field] == text.strip()
        told = odd.tuples(
            "select message from pim.health_checks"
            " where store_id = 'malformed' and check_name = 'not_a_number' and product_id = %s and subject = %s",
            product_id,
            field,
        )
        assert told == [(f'The {field} is "{text.strip()[:40]}", which is no number. Write it like 12.50.',)]


def test_promoted_field_that_does_not_fit_is_null_and_a_finding(odd: Warehouse) -> None:
    found = odd.rows(
        "select product_id, subject from pim.health_checks"
        " where store_id = 'malformed' and check_name = 'custom_field_misfit'"
    )
    assert {row["subject"] for row in found} == {"size", "day", "yes"}
    for row in found:
        values = odd.tuples(
            "select size, day, said from pim.products where store_id = 'malformed' and product_id = %s",
            row["product_id"],
        )
        assert values == [(None, None, None)]


def test_gtin_comes_from_the_custom_fields_that_the_variable_names(odd: Warehouse) -> None:
    found = odd.tuples(
        "select distinct gtin_source, gtin from pim.products"
        " where store_id = 'malformed' and gtin is not null order by 1"
    )
    assert found == [("_gtin", LONG_NUMBER), ("global_unique_id", LONG_NUMBER), ("size", "1E400")]


def test_skus_meet_but_for_spaces_around_them(odd: Warehouse) -> None:
    found = odd.tuples(
        "select distinct sku from pim.health_checks"
        " where store_id = 'malformed' and check_name = 'duplicate_sku' and sku like 'd%%p' order by 1"
    )
    assert found == [("dup",)]
    (ids,) = odd.tuples(
        "select array_agg(product_id order by 1) from pim.products where store_id = 'malformed' and lower(sku) = 'dup'"
    )
    assert len(ids[0]) == 8


def test_row_that_never_came_is_a_finding_without_a_product(odd: Warehouse) -> None:
    found = odd.tuples(
        "select product_id, subject from pim.health_checks where store_id = 'malformed' and check_name = 'unread_row'"
    )
    assert found == [(None, "products id 4711")]


def test_long_texts_stay_whole(odd: Warehouse) -> None:
    """All but the keys of custom fields, of which WordPress keeps 255 letters."""
    for query in (
        "select sku from pim.master_products where length(sku) > 1000",
        "select value from pim.product_attribute_values where attribute_code = 'unnamed' and length(value) > 9 limit 1",
        "select name from pim.attributes where length(attribute_code) > 1000 and not is_global",
        "select distinct value_text from pim.product_custom_values where length(value_text) > 5000",
    ):
        assert odd.tuples(query) == [(LONG_TEXT,)], query
    assert odd.tuples("select key from pim.custom_fields where length(key) > 100") == [(LONG_TEXT[:255],)]


def test_custom_field_that_the_store_lists_no_more_is_gone(odd: Warehouse) -> None:
    assert not odd.tuples("select key from pim.custom_fields where store_id = 'malformed' and key = 'forgotten'")


def test_custom_field_without_a_value_is_of_type_null(odd: Warehouse) -> None:
    found = odd.tuples("select distinct value_type, value_text from pim.product_custom_values where key = 'nothing'")
    assert found == [("null", None)]


def test_first_picture_is_the_main_one_unless_its_id_is_out_of_range(odd: Warehouse) -> None:
    found = odd.tuples(
        "select distinct main_image_id from pim.products left join pim.product_media using (store_id, product_id)"
        " where main_image_id is distinct from media_id and role = 'main'"
    )
    assert found == []


def test_store_of_which_only_tags_came_is_a_store(odd: Warehouse) -> None:
    assert odd.tuples("select name from pim.stores where store_id = 'tags alone'") == [(None,)]
