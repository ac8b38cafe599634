"""Two stores of other currencies with the same SKUs, an empty third one, and values that no merchandiser meant."""

from __future__ import annotations

import html
import html.entities
from decimal import Decimal
from typing import Any

import pytest

from demo_store import Store
from tests.support.warehouse import Warehouse
from tests.transform.conftest import OddStores

PROMOTED = [
    {"key": "warranty", "column": "warranty_months", "type": "integer"},
    {"key": "launch", "column": "launched_on", "type": "date"},
    {"key": "vegan", "column": "is_vegan", "type": "boolean"},
    {"key": "it's odd", "column": "Odd name", "type": "text"},
]
VARIABLES = {"promoted_custom_fields": PROMOTED}
SKUS = "'CAP', 'CAP-R', 'CUP', 'TEA'"

TEA_NAME = "Tee & Tasse \N{EN DASH} <b>neu</b> &unknown; 🍵"

Stores = tuple[Warehouse, dict[str, int], dict[str, int]]
"""The database, and the ids of products in the German and in the American store."""


def attribute(name: str, *options: str, axis: bool = False, attribute_id: int = 0) -> dict[str, Any]:
    slug = {"slug": "pa_colour"} if attribute_id else {}
    flags = {"variation": axis, "visible": True, "position": 0}
    return {"id": attribute_id, "name": name, "options": list(options), **flags, **slug}


def meta(**values: Any) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def german_store() -> tuple[Store, dict[str, int]]:
    store = Store.empty()
    ids: dict[str, int] = {}
    loop = [store.create_term("categories", name=name) for name in ("Hen", "Egg", "Fish &amp; Chips", "Lost")]
    store.edit_term("categories", loop[0], parent=loop[1])
    store.edit_term("categories", loop[1], parent=loop[0])
    store.edit_term("categories", loop[3], parent=987_654)
    colour = store.create_attribute(name="Farbe", slug="pa_colour")
    red = store.create_attribute_term(colour, name="Rot &amp; Rosa", slug="rot-rosa")
    ids |= {"colour": colour, "red": red}
    ids["tea"] = store.create_product(
        name="Tee &amp; Tasse &#8211; <b>neu</b> &unknown; &#x1F375;",
        sku="TEA",
        regular_price="12.50",
        weight="1.5",
        categories=loop,
        description="<p>Gut.</p>",
        global_unique_id="4006381333931",
        attributes=[attribute("Colour:", "Green "), attribute("Farbe", "rot &amp; rosa", "Blau", attribute_id=colour)],
        meta_data=[*meta(warranty="24", launch="20260131", vegan="yes"), {"key": "it's odd", "value": "a'b"}],
        upsell_ids=[987_654],
    )
    ids["cup"] = store.create_product(
        name="Cup",
        sku="CUP",
        regular_price="3",
        sale_price="4",
        date_on_sale_from="2026-05-02T00:00:00",
        date_on_sale_to="2026-05-01T00:00:00",
        attributes=[attribute("colour ", "green"), attribute("Colour", "GREEN", "50 %", "50")],
        meta_data=meta(_ean="4006381333932", warranty="two", launch="2026-02-30"),
    )
    ids["pan"] = store.create_product(
        name="Pan",
        regular_price="1",
        weight="2,5",
        manage_stock=True,
        meta_data=[{"key": "mixed", "value": value} for value in (7, "", {"a": [1]})],
    )
    store.sql_update("products", ids["pan"], price="abc", stock_quantity=None, dimensions={"length": "9" * 400})
    ids["hat"] = store.create_product(
        name="Hat",
        sku="CAP",
        type="variable",
        weight="0.2",
        tax_class="reduced-rate",
        attributes=[
            attribute("Farbe", "Rot &amp; Rosa", "Blau", axis=True, attribute_id=colour),
            attribute("Size", "S", "M", axis=True),
        ],
    )
    store.sql_update(
        "products", ids["hat"], shipping_class="bulky", dimensions={"length": "30", "width": "", "height": ""}
    )
    ids["hat-red"] = store.create_variation(
        ids["hat"],
        sku="CAP-R",
        regular_price="8",
        attributes=[{"id": colour, "name": "Farbe", "option": "Rot &amp; Rosa"}],
        meta_data=meta(mixed="", _hidden=[]),
    )
    store.sql_update("variations", ids["hat-red"], manage_stock="parent", dimensions=[])
    return store, ids


def american_store() -> tuple[Store, dict[str, int]]:
    store = Store.empty("9.9.5")
    ids = {
        "tea": store.create_product(
            name="Tea",
            sku="TEA",
            regular_price="12.50",
            weight="1.5",
            global_unique_id="036000291452",
            attributes=[attribute("Colour", "Green")],
        ),
        "cup": store.create_product(name="Cup", sku="CUP", regular_price="3", meta_data=meta(forgotten="x")),
    }
    store.trash_product(ids["cup"])
    return store, ids


def land(warehouse: Warehouse) -> tuple[dict[str, int], dict[str, int]]:
    german, ids = german_store()
    american, american_ids = american_store()
    warehouse.land(german, "de")
    warehouse.land(american, "us")
    warehouse.land(Store.empty("5.9.0"), "none")
    warehouse.write("update woo.stores set currency = 'USD', weight_unit = 'lbs' where store_id = 'us'")
    warehouse.write("update woo.stores set currency = 'EUR', weight_unit = 'kg' where store_id = 'de'")
    # WooCommerce shows the product's values where a variation has none; what a plugin sends may be the bare ones.
    bare = "weight = null, shipping_class = null, tax_class = 'parent', image = null"
    warehouse.write(f"update woo.product_variations set {bare} where store_id = 'de' and id = {ids['hat-red']}")
    return ids, american_ids


@pytest.fixture
def stores(odd_stores: OddStores) -> Stores:
    return odd_stores.warehouse, *odd_stores.ids[__name__]


def test_attributes_meet_under_one_code(stores: Stores) -> None:
    warehouse, ids, _ = stores
    found = warehouse.tuples(
        "select attribute_code, is_global, name, spellings, product_count, is_variation_axis from pim.attributes"
        " where store_id = 'de' order by 1"
    )
    assert found == [
        ("colour", False, "Colour", ["Colour", "Colour:", "colour"], 2, False),
        ("pa_colour", True, "Farbe", ["Farbe"], 3, True),
        ("size", False, "Size", ["Size"], 2, True),
    ]
    options = warehouse.tuples(
        "select product_id, attribute_code, option_code, option_id, value, is_variation_axis, is_any"
        " from pim.product_attribute_values where store_id = 'de' order by 1, 2, position, 3"
    )
    red = "rot-rosa"
    assert options == [
        (ids["tea"], "colour", "green", None, "Green", False, False),
        (ids["tea"], "pa_colour", red, ids["red"], "rot & rosa", False, False),
        (ids["tea"], "pa_colour", "blau", None, "Blau", False, False),
        (ids["cup"], "colour", "green", None, "GREEN", False, False),
        (ids["cup"], "colour", "50 %", None, "50 %", False, False),
        (ids["cup"], "colour", "50", None, "50", False, False),
        (ids["hat"], "pa_colour", red, ids["red"], "Rot & Rosa", True, False),
        (ids["hat"], "pa_colour", "blau", None, "Blau", True, False),
        (ids["hat"], "size", "s", None, "S", True, False),
        (ids["hat"], "size", "m", None, "M", True, False),
        (ids["hat-red"], "pa_colour", red, ids["red"], "Rot & Rosa", True, False),
        (ids["hat-red"], "size", None, None, None, True, True),
    ]


def test_paths_of_loops_and_lost_parents(stores: Stores) -> None:
    found = stores[0].tuples(
        "select path, depth, is_in_loop, has_missing_parent from pim.categories where store_id = 'de' order by 1"
    )
    assert found == [
        ("Egg > Hen", 2, True, False),
        ("Fish & Chips", 1, False, False),
        ("Hen > Egg", 2, True, False),
        ("Lost", 1, False, True),
        ("Uncategorized", 1, False, False),
    ]


def test_variation_takes_what_it_lacks_from_its_parent(stores: Stores) -> None:
    warehouse, ids, _ = stores
    found = warehouse.tuples(
        "select name, weight, weight_unit, own_weight, length, own_length, shipping_class, own_shipping_class,"
        " tax_class, own_tax_class, stock_kept_by, currency, parent_sku"
        " from pim.products where product_id = %s and store_id = 'de'",
        ids["hat-red"],
    )
    measures = (Decimal("0.2"), "kg", None, Decimal(30), None)
    classes = ("bulky", None, "reduced-rate", "parent")
    assert found == [("Hat - Rot & Rosa", *measures, *classes, "parent", "EUR", "CAP")]


def test_names_and_promoted_custom_fields(stores: Stores) -> None:
    warehouse, ids, _ = stores
    found = warehouse.tuples(
        'select product_id, name, warranty_months, launched_on::text, is_vegan, "Odd name", gtin, gtin_kind,'
        " gtin_source"
        " from pim.products where store_id = 'de' and product_id in (%s, %s) order by 1",
        ids["tea"],
        ids["cup"],
    )
    assert found == [
        (ids["tea"], TEA_NAME, 24, "2026-01-31", True, "a'b", "4006381333931",
         "GTIN-13", "global_unique_id"),
        (ids["cup"], "Cup", None, None, None, None, "4006381333932", None, "_ean"),
    ]  # fmt: skip


def test_profile_of_custom_fields(stores: Stores) -> None:
    """Of five live products and variations. A field counts as filled once for a product, however often it comes."""
    found = stores[0].tuples(
        "select key, is_private, product_count, own_product_count, variation_count, value_types, example, fill_rate"
        " from pim.custom_fields where store_id = 'de' order by key collate \"C\""
    )
    assert found == [
        ("_ean", True, 1, 1, 0, ["string"], "4006381333932", Decimal("0.2")),
        ("_hidden", True, 1, 0, 1, ["array"], None, Decimal(0)),
        ("it's odd", False, 1, 1, 0, ["string"], "a'b", Decimal("0.2")),
        ("launch", False, 2, 2, 0, ["string"], "2026-02-30", Decimal("0.4")),
        ("mixed", False, 2, 1, 1, ["number", "object", "string"], "7", Decimal("0.2")),
        ("vegan", False, 1, 1, 0, ["string"], "yes", Decimal("0.2")),
        ("warranty", False, 2, 2, 0, ["string"], "24", Decimal("0.4")),
    ]


def test_custom_field_of_a_deleted_product_counts_no_more(stores: Stores) -> None:
    """The store still lists it, so it is there, without a product."""
    found = stores[0].tuples(
        "select key, product_count, fill_rate, example from pim.custom_fields where store_id = 'us'"
    )
    assert ("forgotten", 0, Decimal(0), None) in found


def test_findings_of_the_odd_products(stores: Stores) -> None:
    warehouse, ids, _ = stores
    found = warehouse.tuples(
        "select product_id, check_name, subject, severity from pim.health_checks where store_id = 'de' order by 1, 2, 3"
    )
    common = {"no_image": "warning", "no_alt_text": "info"}
    wanted = {
        ("tea", "broken_relation", "upsell 987654", "warning"),
        ("tea", "no_image", "", common["no_image"]),
        ("tea", "option_without_term", "pa_colour blau", "warning"),
        ("cup", "bad_gtin", "_ean", "error"),
        ("cup", "custom_field_misfit", "launch", "warning"),
        ("cup", "custom_field_misfit", "warranty", "warning"),
        ("cup", "deleted_elsewhere", "", "info"),
        ("cup", "no_category", "", "warning"),
        ("cup", "no_description", "", "warning"),
        ("cup", "no_image", "", "warning"),
        ("cup", "sale_not_below_regular", "", "error"),
        ("cup", "sale_window_reversed", "", "error"),
        ("pan", "no_category", "", "warning"),
        ("pan", "no_description", "", "warning"),
        ("pan", "no_image", "", "warning"),
        ("pan", "no_sku", "", "warning"),
        ("pan", "not_a_number", "length", "error"),
        ("pan", "not_a_number", "price", "error"),
        ("pan", "not_a_number", "weight", "error"),
        ("pan", "stock_without_quantity", "", "warning"),
        ("hat", "no_category", "", "warning"),
        ("hat", "no_description", "", "warning"),
        ("hat", "no_image", "", "warning"),
        ("hat", "option_without_term", "pa_colour blau", "warning"),
        ("hat-red", "no_image", "", "warning"),
        ("hat-red", "open_axis", "size", "warning"),
        ("hat-red", "stock_without_quantity", "", "warning"),
    }
    assert set(found) == {(ids[name], *rest) for name, *rest in wanted}
    assert len(found) == len(wanted)


def test_score_is_the_formula_of_the_docs(stores: Stores) -> None:
    """Tea loses 0.3, cup 1 (three errors), pan 1 (three errors), hat 0.4, red hat 0.3: 3.0 of 5 lost."""
    found = stores[0].tuples(
        "select distinct store_id, store_score from pim.health_summary"
        " where store_id in ('de', 'none', 'us') order by 1"
    )
    assert found == [("de", Decimal("40.0")), ("none", None), ("us", Decimal("70.0"))]


def test_master_products_tell_where_stores_disagree(stores: Stores) -> None:
    warehouse, ids, american = stores
    found = warehouse.tuples(
        "select sku, stores, missing_stores, deleted_in, product_ids from pim.master_products"
        f" where sku in ({SKUS}) order by 1"
    )
    others = {store_id for (store_id,) in warehouse.tuples("select store_id from pim.stores")} - {"de", "us"}
    assert "none" in others
    assert found == [
        ("CAP", ["de"], sorted({*others, "us"}), [], {"de": ids["hat"]}),
        ("CAP-R", ["de"], sorted({*others, "us"}), [], {"de": ids["hat-red"]}),
        ("CUP", ["de"], sorted({*others, "us"}), ["us"], {"de": ids["cup"]}),
        ("TEA", ["de", "us"], sorted(others), [], {"de": ids["tea"], "us": american["tea"]}),
    ]
    ((differences,),) = warehouse.tuples("select differences from pim.master_products where sku = 'TEA'")
    assert differences == {
        "name": {"de": TEA_NAME, "us": "Tea"},
        "gtin": {"de": "4006381333931", "us": "036000291452"},
        "weight": {"de": "1.5 kg", "us": "1.5 lbs"},
        "description": {"de": "<p>Gut.</p>", "us": None},
        "categories": {"de": "Egg > Hen | Fish & Chips | Hen > Egg | Lost", "us": None},
        "attribute pa_colour": {"de": "Blau | rot & rosa", "us": None},
    }, "prices of other currencies are no difference, and neither is the colour that both have"


def test_every_entity_that_wordpress_keeps_is_decoded(stores: Stores) -> None:
    """Against Python's own table of HTML's entities."""
    names = "".join(f"&{name};" for name in html.entities.name2codepoint)
    text = f"{names} &#8211;&#x2014;&#X41; &#0; &#55296; &#99999999; &; & &amp;lt; &nosuch; a&b"
    ((found,),) = stores[0].tuples("select pim_work.decode_html(%s)", text)
    assert found == html.unescape(names) + " –—A &#0; &#55296; &#99999999; &; & &lt; &nosuch; a&b"  # noqa: RUF001


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("4006381333931", "GTIN-13"),
        ("4006381333932", None),
        ("036000291452", "GTIN-12"),
        ("96385074", "GTIN-8"),
        ("10036000291459", "GTIN-14"),
        ("0306406152", "ISBN-10"),
        ("080442957X", "ISBN-10"),
        ("0306406153", None),
        ("04252614", "GTIN-12"),
        ("01234531", "GTIN-12"),
        ("01234546", None),
        ("24252615", None),
        ("0000000000000", None),
        ("0000000000", None),
        ("123", None),
        ("", None),
    ],
)
def test_check_digits(stores: Stores, code: str, kind: str | None) -> None:
    assert stores[0].tuples("select pim_work.gtin_kind(%s)", code) == [(kind,)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", "12.50"), (" 7 ", "7"), ("-2.", "-2"), (".5", "0.5"), ("1,5", None), ("abc", None), ("1e3", None),
        ("", None), ("NaN", None), ("Infinity", None), ("9" * 400, None), ("1 000", None), ("٣", None), ("0x10", None),
    ],
)  # fmt: skip
def test_numbers(stores: Stores, text: str, number: str | None) -> None:
    assert stores[0].tuples("select pim_work.to_number(%s)", text) == [(number and Decimal(number),)]


@pytest.mark.long
def test_removed_store_leaves_and_nothing_else_changes(odd_stores: OddStores) -> None:
    """Runs last in this file: it takes the store away. The others only learn that they are one store less now."""
    warehouse = odd_stores.warehouse
    others = "store_id = 'us'"
    counts = ("products", "product_attribute_values", "attributes", "health_checks", "stores")
    before = {name: found for name, found in warehouse.digests(others).items() if name in counts}
    for table in warehouse.tables("woo"):
        warehouse.write(f"delete from woo.{table} where store_id = 'de'")
    warehouse.build(**odd_stores.variables)

    for table in set(warehouse.tables("pim")) - {"health_history"}:
        if "store_id" in warehouse.columns(table):
            assert warehouse.tuples(f"select count(*) from pim.{table} where store_id = 'de'") == [(0,)], table
    assert {name: found for name, found in warehouse.digests(others).items() if name in counts} == before
    masters = f"select sku, stores, deleted_in from pim.master_products where sku in ({SKUS})"
    assert warehouse.tuples(masters) == [("TEA", ["us"], [])]
