"""What plugins, other languages and other scripts make of a store's rows comes out right in the model."""

# ruff: noqa: RUF001 - letters of other scripts that look like Latin ones are what this is about.

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.landed_rows import READ_AT, axis, insert, insert_plugin_rows, meta, open_store, product, variation
from tests.support.warehouse import NewWarehouse, Warehouse
from tests.transform.conftest import OddStores

GOOD_GTIN = "4006381333931"
LONG_NAME = "Дуже довга назва властивості товару для перевірки обрізання"


def translated(product_id: int, sku: str, language: str, translations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return product(product_id, sku, lang=language, translations=translations, **fields)


def land_languages(warehouse: Warehouse) -> None:
    open_store(warehouse, "wpml", language="de-DE", namespaces=["wc/v3", "wpml/v1"])
    ids = {"en": "1", "de": "2"}
    sized = [axis("Size", ["S", "M"])]
    insert(
        warehouse, "products", "wpml",
        translated(1, "MUG", "en", ids, global_unique_id=GOOD_GTIN, name="Mug", slug="mug"),
        translated(2, "MUG", "de", ids, global_unique_id=GOOD_GTIN, name="Becher", slug="becher"),
        # French joined after the others were read; its SKU is its own.
        translated(3, "MUG-FR", "fr", {**ids, "fr": "3"}, name="Tasse", slug="tasse"),
        translated(4, "ONLY-EN", "en", {"en": 4}),
        translated(5, "TWICE", "en", {"en": 5}),
        translated(6, "TWICE", "en", {"en": 6}),
        product(7, "PLAIN", translations=[]),
        translated(10, "HAT", "en", {"en": 10, "de": 11}, type="variable", attributes=sized, variations=[12]),
        translated(11, "HAT", "de", {"en": 10, "de": 11}, type="variable", attributes=sized, variations=[13]),
    )  # fmt: skip
    insert(
        warehouse,
        "product_variations",
        "wpml",
        variation(12, 10, "S", sku="HAT-S"),
        variation(13, 11, "S", sku="HAT-S"),
    )
    insert(
        warehouse, "product_categories", "wpml",
        {"id": 21, "name": "Mugs", "slug": "mugs", "lang": "en", "translations": {"en": "21", "de": "22"}},
        {"id": 22, "name": "Becher", "slug": "becher", "lang": "de", "translations": {"en": "21", "de": "22"}},
        {"id": 23, "name": "Hats", "slug": "hats"},
    )  # fmt: skip
    open_store(warehouse, "polylang", language="en-US", namespaces=["wc/v3", "pll/v1"])
    insert_plugin_rows(warehouse, "polylang", "polylang")
    open_store(warehouse, "plain", language="en-US", namespaces=["wc/v3"])
    insert(warehouse, "products", "plain", product(1, "MUG", permalink="https://store.example/de/product/mug/"))


def land_attributes(warehouse: Warehouse) -> None:
    open_store(warehouse, "scripts")
    for parent, (name, slug) in enumerate(
        [
            ("Об'єм", "обєм"),
            ("Размер(см)", "размерсм"),
            ("Вес/кг", "вес-кг"),
            ("Größe & Form", "groesse-form"),
            ("Taille (pieds)", "taille-pieds"),
            ("ΧΡΏΜΑ", "%cf%87%cf%81%cf%8e%ce%bc%ce%b1"),
            ("ΜΈΓΕΘΟΣ", "μέγεθος"),
            ("Stærð", "staerd"),
            ("Maße (L × B × H)", "masse-l-x-b-x-h"),
            ("Preis in €", "preis-in-e"),
            ("GORE-TEX™ Futter", "gore-tex-futter"),
            ("Širina đona", "sirina-djona"),
            (LONG_NAME, LONG_NAME.lower()[:33].replace(" ", "-")),
        ],
        1,
    ):
        both = [axis(name, ["50 мл", "100 мл"])]
        insert(warehouse, "products", "scripts", product(parent, f"P{parent}", type="variable", attributes=both))
        insert(warehouse, "product_variations", "scripts", variation(parent + 100, parent, "50 мл", name=slug))
    open_store(warehouse, "odd")
    insert(
        warehouse, "products", "odd",
        product(1, "OBJECT", type="variable", attributes=[axis("Size", {"1": "S", "3": "M", "4": None, "5": 42})]),
        product(2, "NUMBERS", type="variable", attributes={"0": axis("Size", [42, 43])}),
        product(3, "TEXT", attributes=[axis("Size", "S")]),
        product(5, "NAMED", type="variable", attributes=[axis("Size", {"s": "S", "10": "M"})]),
        product(4, "STALE", type="variable", attributes=[axis("Size", ["S", "M", "50 ml"])]),
    )  # fmt: skip
    insert(
        warehouse, "product_variations", "odd",
        variation(11, 1, "S"),
        variation(12, 1, "S"),
        variation(13, 1, "M", status="private"),
        variation(14, 1, "M"),
        variation(21, 2, 42),
        variation(22, 2, None),
        variation(41, 4, "Small"),
        variation(42, 4, "m"),
        variation(43, 4, "50-ml"),
    )  # fmt: skip
    open_store(warehouse, "again")
    insert(warehouse, "snapshots", "again", {"stream": "product_attributes", "started_at": READ_AT})
    insert(
        warehouse, "product_attributes", "again",
        {"id": 1, "name": "Color", "slug": "pa_colour", "synced_at": "2026-11-27T19:00:00"},
        {"id": 2, "name": "Colour", "slug": "pa_colour"},
    )  # fmt: skip
    colour = {"id": 2, "name": "Colour", "variation": True, "visible": True, "options": ["Red"]}
    insert(warehouse, "products", "again", product(1, "P1", type="variable", attributes=[colour]))
    insert(warehouse, "product_variations", "again", variation(2, 1, attributes=[]))


def land_goods(warehouse: Warehouse) -> None:
    open_store(warehouse, "goods", requested_currency="USD")
    insert(
        warehouse, "products", "goods",
        *(
            product(number, f"C{number}", categories=[{"id": 15, "name": "Any", "slug": slug}])
            for number, slug in enumerate(
                ["unkategorisiert", "non-classe", "uncategorized-en", quote("без-рубрики").lower(), "uncategorized-x"],
                1,
            )
        ),
        product(11, "\u200bZW-1"),
        product(12, " ZW\u20111 ", global_unique_id="\u200e4006381333931"),
        product(13, "ISBN", global_unique_id="978\u20113\u201116\u2011148410\u20110"),
        product(14, "YOAST", meta_data=meta(
            _gtin="", wpseo_global_identifier_values={"gtin8": "", "gtin13": "4006381333948", "isbn": "x"})),
        product(15, "GLA", meta_data=meta(_wc_gla_gtin=4012345123456)),
        product(16, "FIELD", barcode="036000291452"),
        product(21, "BY-ADDRESS", images=[{"id": 0, "src": "https://cdn.example/a.jpg", "alt": "A"}]),
        product(22, "BY-META", images=[], meta_data=meta(
            fifu_image_url="https://cdn.example/b.jpg", fifu_list_url="https://cdn.example/c.jpg|https://cdn.example/d.jpg")),
        product(23, "NOTHING", images=[{"id": 0, "src": "https://store.example/woocommerce-placeholder.png"}]),
        product(31, "EXTERNAL", type="external", price="", regular_price="", external_url="https://elsewhere.example"),
        product(32, "FLOAT", price="0", regular_price=20.189999999999998, sale_price=13.520000000000001),
        product(33, "NET", price="8.40336134", regular_price="8.40336134"),
        product(35, "OLD-IN", in_stock=True),
        product(36, "OLD-OUT", in_stock=False),
        product(34, "SECRET", post_password="secret"),
        product(41, "BUNDLE", type="bundle", bundled_items=[
            {"product_id": 33, "quantity_min": 1, "quantity_max": 3},
            {"product_id": 32, "quantity_min": 2, "quantity_max": "", "optional": True},
            {"product_id": 9999, "quantity_min": 1, "quantity_max": 1}]),
        product(42, "COMPOSITE", type="composite", composite_components=[
            {"id": "1571", "query_type": "product_ids", "query_ids": [33, 32], "quantity_min": 1, "quantity_max": 2},
            {"id": "1572", "query_type": "category_ids", "query_ids": [15]}]),
        product(43, "WPC", meta_data=meta(woosb_ids={"aa11": {"id": 33, "qty": 1}, "bb": {"id": "32", "qty": "2"}})),
        product(44, "WPC-OLD", meta_data=meta(woosb_ids="33/1,32/2")),
        product(45, "YITH", meta_data=meta(_yith_wcpb_bundle_data={
            "1": {"product_id": 33, "bp_quantity": 2, "bundle_order": 2},
            "2": {"product_id": 32, "bp_quantity": 1, "bundle_order": 1}})),
        product(46, "GROUP", type="grouped", grouped_products=[33], upsell_ids=[901]),
        product(47, "MIX", type="mix-and-match", mnm_child_items=[
            {"child_item_id": 5, "child_id": 33, "product_id": 33, "variation_id": 0}]),
        product(50, "SUB", type="variable-subscription", variations=[51],
                attributes=[axis("Plan", ["Monthly", "Yearly"])]),
        product(52, "SUB-NONE", type="variable-subscription"),
        product(60, "LISTED", type="variable", attributes=[axis("Size", ["S", "M"])], variations=[61]),
        product(61, "LISTED-S", type="variation", parent_id=60, attributes=[{"id": 0, "name": "Size", "option": "S"}]),
        product(62, "LOST-S", type="variation", parent_id=0),
        product(70, "BRANDED", tags=[{"id": 5, "name": "New", "slug": "new"}],
                brands=[{"id": 520, "name": "Acme &amp; Söhne", "slug": "acme"}, {"id": 0, "name": ""}]),
        product(72, "GONE", status="trash", brands=[{"id": 521, "name": "Gone", "slug": "gone"}]),
        product(71, "ACF", meta_data=meta(
            care="wash", _care="field_63f1", _ean="4006381333931", _loose="field_1", note="x", _note="own value")),
    )  # fmt: skip
    insert(
        warehouse, "product_variations", "goods",
        variation(51, 50, "Monthly", name="plan", type="subscription_variation"),
        variation(53, 50, "Yearly", name="plan", type="subscription_variation", synced_at="2026-11-27T19:00:00"),
    )  # fmt: skip
    warehouse.write("update woo.products set synced_at = '2026-11-27 20:30' where store_id = 'goods' and id = 50")
    open_store(warehouse, "unknown", requested_currency="unknown")
    insert(warehouse, "products", "unknown", product(1, "TAXED", name="Taxed", price="7", regular_price="7"))
    for store_id, price, includes, calculates in (
        ("gross", "11.90", "yes", "yes"),
        ("net", "10.00", "no", "yes"),
        ("net2", "9.00", "no", None),
        ("untaxed", "12.00", "no", "no"),
    ):
        open_store(warehouse, store_id, prices_include_tax=includes, calculate_taxes=calculates)
        insert(warehouse, "products", store_id, product(1, "TAXED", name="Taxed", price=price, regular_price=price))
    for plugin in ("featured-image-from-url", "perfect-woocommerce-brands", "secure-custom-fields",
                   "woo-product-bundle-float", "woocommerce-germanized", "woocommerce-subscriptions-core",
                   "yith-woocommerce-product-bundles"):  # fmt: skip
        open_store(warehouse, plugin)
        insert_plugin_rows(warehouse, plugin, plugin)


def land(warehouse: Warehouse) -> None:
    land_languages(warehouse)
    land_attributes(warehouse)
    land_goods(warehouse)


@pytest.fixture
def built(odd_stores: OddStores) -> Warehouse:
    return odd_stores.warehouse


def findings(warehouse: Warehouse, store_id: str, *checks: str) -> set[tuple[Any, ...]]:
    return set(
        warehouse.tuples(
            "select check_name, product_id from pim.health_checks where store_id = %s and check_name = any(%s)",
            store_id,
            list(checks),
        )
    )


def test_translations_are_one_thing(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, language, translation_group, is_default_language from pim.products"
        " where store_id = 'wpml' order by 1"
    )
    assert found == [
        (1, "en", 1, False),
        (2, "de", 1, True),
        (3, "fr", 1, False),
        (4, "en", 4, False),
        (5, "en", 5, False),
        (6, "en", 6, False),
        (7, None, None, None),
        (10, "en", 10, False),
        (11, "de", 10, True),
        (12, "en", 12, False),
        (13, "de", 12, True),
    ]
    assert findings(built, "wpml", "duplicate_sku", "duplicate_gtin") == {("duplicate_sku", 5), ("duplicate_sku", 6)}
    masters = built.tuples(
        "select sku, name, product_ids -> 'wpml', languages, duplicate_in from pim.master_products"
        " where 'wpml' = any(stores) order by sku"
    )
    assert masters == [
        ("HAT", "Product 11", 11, ["de", "en"], []),
        ("HAT-S", "Product 11", 13, ["de", "en"], []),
        ("MUG", "Product 1", 2, ["de", "en", "fr"], []),
        ("ONLY-EN", "Product 4", 4, ["en"], []),
        ("PLAIN", "Product 7", 7, [], []),
        ("TWICE", "Product 5", 5, ["en"], ["wpml"]),
    ], "the name of MUG is that of the store that comes first"
    texts = built.tuples(
        "select translation_group, language, product_id, name, description, short_description, slug"
        " from pim.product_translations where store_id = 'wpml' and translation_group = 1 order by product_id"
    )
    assert texts == [
        (1, "en", 1, "Mug", "<p>Good.</p>", None, "mug"),
        (1, "de", 2, "Becher", "<p>Good.</p>", None, "becher"),
        (1, "fr", 3, "Tasse", "<p>Good.</p>", None, "tasse"),
    ]
    assert built.columns("live_product_translations") == built.columns("product_translations")
    terms = "select category_id, language, translation_group, is_default_language from pim.categories"
    assert built.tuples(f"{terms} where store_id = 'wpml' and category_id > 20 order by 1") == [
        (21, "en", 21, False),
        (22, "de", 21, True),
        (23, None, None, None),
    ]


def test_language_of_an_address_counts_where_polylang_keeps_it_from_rows(built: Warehouse) -> None:
    found = built.tuples(
        "select store_id, product_id, language, translation_group, is_default_language from pim.products"
        " where store_id in ('polylang', 'plain') order by 1, 2"
    )
    assert found == [
        ("plain", 1, None, None, None),
        ("polylang", 892, "en", None, True),
        ("polylang", 893, "de", None, False),
        ("polylang", 898, "en", None, True),
        ("polylang", 901, "de", None, False),
    ]
    assert findings(built, "polylang", "duplicate_sku") == set()
    masters = "select sku, product_ids, languages from pim.master_products where stores = '{polylang}' order by sku"
    assert built.tuples(masters) == [
        ("PLL-1", {"polylang": 892}, ["de", "en"]),
        ("PLLV", {"polylang": 898}, ["en"]),
        ("PLLVd", {"polylang": 901}, ["de"]),
    ]


def test_slug_of_a_local_attribute_meets_its_parents_name(built: Warehouse) -> None:
    found = built.tuples(
        "select own.product_id, attributes.name, own.value, own.is_variation_axis, own.is_any"
        " from pim.product_attribute_values as own join pim.attributes using (store_id, attribute_code)"
        " where own.store_id = 'scripts' and own.product_id > 100 order by 1"
    )
    names = ["Об'єм", "Размер(см)", "Вес/кг", "Größe & Form", "Taille (pieds)", "ΧΡΏΜΑ", "ΜΈΓΕΘΟΣ", "Stærð"]
    names += ["Maße (L × B × H)", "Preis in €", "GORE-TEX™ Futter", "Širina đona", LONG_NAME]
    assert found == [(101 + number, name, "50 мл", True, False) for number, name in enumerate(names)]
    assert built.tuples("select count(*) from pim.attributes where store_id = 'scripts'") == [(len(names),)]
    checks = ("open_axis", "unknown_option", "duplicate_combination")
    assert findings(built, "scripts", *checks) == set()


def test_numbers_and_objects_in_the_place_of_options(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, value, is_any from pim.product_attribute_values where store_id = 'odd' order by 1, position"
    )
    assert found == [
        *[(1, option, False) for option in ("S", "M", "42")],
        *[(2, option, False) for option in ("42", "43")],
        (3, "S", False),
        *[(4, option, False) for option in ("S", "M", "50 ml")],
        *[(5, option, False) for option in ("S", "M")],
        (11, "S", False),
        (12, "S", False),
        (13, "M", False),
        (14, "M", False),
        (21, "42", False),
        (22, None, True),
        (41, "Small", False),
        (42, "m", False),
        (43, "50-ml", False),
    ]


def test_an_attribute_that_was_deleted_and_made_again_is_one(built: Warehouse) -> None:
    query = "select attribute_code, attribute_id, name, is_deleted from pim.attributes where store_id = 'again'"
    assert built.tuples(query) == [("pa_colour", 2, "Colour", False)]
    assert findings(built, "again", "open_axis") == {("open_axis", 2)}


def test_options_that_nobody_can_choose_are_found(built: Warehouse) -> None:
    found = built.tuples(
        "select check_name, product_id, subject, severity, message from pim.health_checks"
        " where store_id = 'odd' and check_name in ('duplicate_combination', 'unknown_option', 'open_axis')"
        " order by 1, 2"
    )
    twins = "Several variations are S, so only one of them can be chosen: ids 11, 12."
    assert found == [
        ("duplicate_combination", 11, "", "error", twins),
        ("duplicate_combination", 12, "", "error", twins),
        ("open_axis", 22, "size", "warning", "The variation leaves Size open: it stands for any option of it."),
        ("unknown_option", 41, "size small", "error",
         'The parent does not offer "Small", so nobody can choose this variation.'),
    ]  # fmt: skip


def test_catch_all_category_is_known_in_any_language(built: Warehouse) -> None:
    assert findings(built, "goods", "no_category") == {("no_category", number) for number in (1, 2, 3, 4)}
    assert findings(built, "polylang", "no_category") == {("no_category", 898), ("no_category", 901)}


def test_invisible_letters_count_for_nothing(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, sku, sku_as_sent, gtin, gtin_as_sent, gtin_kind from pim.products"
        " where store_id = 'goods' and product_id in (11, 12, 13) order by 1"
    )
    assert found == [
        (11, "ZW-1", "\u200bZW-1", None, None, None),
        (12, "ZW-1", " ZW\u20111 ", GOOD_GTIN, "\u200e4006381333931", "GTIN-13"),
        (13, "ISBN", "ISBN", "9783161484100", "978\u20113\u201116\u2011148410\u20110", "GTIN-13"),
    ]
    assert findings(built, "goods", "duplicate_sku") == {("duplicate_sku", 11), ("duplicate_sku", 12)}
    assert findings(built, "goods", "bad_gtin") == set()


def test_gtin_comes_from_the_first_plugin_that_has_one(built: Warehouse) -> None:
    found = built.tuples(
        "select sku, gtin, gtin_source from pim.products where store_id = 'goods'"
        " and gtin_source <> 'global_unique_id' order by 1"
    )
    assert found == [
        ("ACF", GOOD_GTIN, "_ean"),
        ("FIELD", "036000291452", "barcode"),
        ("GLA", "4012345123456", "_wc_gla_gtin"),
        ("YOAST", "4006381333948", "wpseo_global_identifier_values.gtin13"),
    ]


def test_pictures_without_an_attachment(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, position, role, media_id, url, alt_text from pim.product_media"
        " where store_id = 'goods' and product_id between 20 and 29 order by 1, 2"
    )
    assert found == [
        (21, 1, "main", None, "https://cdn.example/a.jpg", "A"),
        (22, 1, "main", None, "https://cdn.example/b.jpg", None),
        (22, 2, "gallery", None, "https://cdn.example/c.jpg", None),
        (22, 3, "gallery", None, "https://cdn.example/d.jpg", None),
    ]
    media = "select url, product_count from pim.media where store_id = 'goods' and media_id is null order by 1"
    assert built.tuples(media) == [(f"https://cdn.example/{name}.jpg", 1) for name in "abcd"]
    assert findings(built, "goods", "no_image") == {("no_image", 23)}
    main = built.tuples(
        "select main_image_id, main_image_url from pim.products where store_id = 'goods' and product_id = 22"
    )
    assert main == [(None, "https://cdn.example/b.jpg")]
    gallery = built.tuples(
        "select position, media_id, url from pim.product_media join pim.products using (store_id, product_id)"
        " where store_id = 'featured-image-from-url' and sku = 'FIFU-G' order by 1"
    )
    assert gallery == [
        (1, 899, "https://cdn.example/main.jpg"),
        (2, None, "https://cdn.example/g0.jpg"),
        (3, None, "https://cdn.example/g1.jpg"),
    ]


def test_prices_as_they_were_meant(built: Warehouse) -> None:
    found = built.tuples(
        "select sku, currency, price, regular_price, sale_price from pim.prices"
        " where sku in ('FLOAT', 'NET', 'WF-0', 'WF-1') order by 1"
    )
    assert found == [
        ("FLOAT", "USD", 0, Decimal("20.19"), Decimal("13.52")),
        ("NET", "USD", Decimal("8.40336134"), Decimal("8.40336134"), None),
        ("WF-0", "EUR", 0, Decimal("60.17"), Decimal("54.15")),
        ("WF-1", "EUR", 0, Decimal("20.19"), Decimal("13.52")),
    ]
    assert built.tuples(
        "select store_id, message, severity from pim.health_checks where check_name = 'zero_price'"
        " and store_id <> 'own' order by sku"
    ) == [
        ("goods", "The price is 0, but the sale price is 13.52.", "warning"),
        ("woo-product-bundle-float", "The price is 0, but the sale price is 54.15.", "warning"),
        ("woo-product-bundle-float", "The price is 0, but the sale price is 13.52.", "warning"),
    ]
    assert findings(built, "goods", "no_price") == set()


def test_prices_are_compared_with_those_of_the_same_tax_and_currency(built: Warehouse) -> None:
    found = built.tuples(
        "select attribute, store_id, value from pim.master_product_differences where sku = 'TAXED' order by 2"
    )
    assert found == [
        ("regular_price EUR excl. tax", "net", "10.00"),
        ("regular_price EUR excl. tax", "net2", "9.00"),
    ]
    assert built.tuples("select store_id, includes_tax from pim.prices where sku = 'TAXED' order by 1") == [
        ("gross", True),
        ("net", False),
        ("net2", False),
        ("unknown", None),
        ("untaxed", None),
    ]
    assert built.tuples("select currency, price from pim.prices where store_id = 'unknown'") == [(None, 7)]
    assert built.tuples("select currency, requested_currency from pim.stores where store_id = 'goods'") == [
        ("EUR", "USD")
    ]


def test_stock_of_old_stores_is_a_flag(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, status from pim.stock where store_id = 'goods' and product_id in (34, 35, 36)"
    )
    assert sorted(found) == [(34, None), (35, "instock"), (36, "outofstock")]


def test_product_behind_a_password_is_not_published(built: Warehouse) -> None:
    found = built.tuples("select is_published, has_password from pim.products where sku = 'SECRET'")
    assert found == [(False, True)]


def test_parts_of_bundles_composites_and_groups(built: Warehouse) -> None:
    found = built.tuples(
        "select sku, kind, position, related_product_id, quantity_min::int, quantity_max::int, is_broken"
        " from pim.product_relations where store_id = 'goods' and product_id between 41 and 47"
        " order by product_id, 2, 3"
    )
    assert found == [
        ("BUNDLE", "bundled", 1, 33, 1, 3, False),
        ("BUNDLE", "bundled", 2, 32, 0, None, False),
        ("BUNDLE", "bundled", 3, 9999, 1, 1, True),
        ("COMPOSITE", "component", 1, 33, 1, 2, False),
        ("COMPOSITE", "component", 2, 32, 1, 2, False),
        ("WPC", "bundled", 1, 32, 2, 2, False),
        ("WPC", "bundled", 2, 33, 1, 1, False),
        ("WPC-OLD", "bundled", 1, 33, 1, 1, False),
        ("WPC-OLD", "bundled", 2, 32, 2, 2, False),
        ("YITH", "bundled", 1, 32, 1, 1, False),
        ("YITH", "bundled", 2, 33, 2, 2, False),
        ("GROUP", "grouped", 1, 33, None, None, False),
        ("GROUP", "upsell", 1, 901, None, None, True),
        ("MIX", "bundled", 1, 33, None, None, False),
    ]
    assert built.tuples(
        "select message from pim.health_checks where store_id = 'goods' and check_name = 'broken_relation' order by 1"
    ) == [
        ("The bundle holds product 9999, which is not in the store.",),
        ("The upsells name product 901, which is not in the store.",),
    ]
    parts = built.tuples(
        "select sku, related_product_id, quantity_min::int from pim.product_relations"
        " where store_id in ('woo-product-bundle-float', 'yith-woocommerce-product-bundles') order by 1, 2"
    )
    assert parts == [
        ("WF-0", 892, 3), ("WF-0", 893, 2), ("WF-1", 892, 1), ("WF-1", 893, 2), ("YB-SET", 892, 1), ("YB-SET", 893, 2),
    ]  # fmt: skip


def test_every_type_that_has_variations_counts_as_variable(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, kind, parent_id, is_published, is_deleted from pim.products"
        " where store_id = 'goods' and product_id in (50, 51, 52, 53) order by 1"
    )
    assert found == [
        (50, "variable-subscription", None, True, False),
        (51, "variation", 50, True, False),
        (52, "variable-subscription", None, True, False),
        (53, "variation", 50, True, True),
    ]
    checks = ("parent_without_variations", "orphan_variation")
    assert findings(built, "goods", *checks) == {("parent_without_variations", 52), ("orphan_variation", 62)}


def test_variation_that_is_listed_among_products_is_one(built: Warehouse) -> None:
    found = built.tuples(
        "select product_id, kind, parent_id, parent_sku, is_published from pim.products"
        " where store_id = 'goods' and product_id in (61, 62) order by 1"
    )
    assert found == [(61, "variation", 60, "LISTED", True), (62, "variation", None, None, False)]
    assert built.tuples(
        "select value, is_variation_axis from pim.product_attribute_values where store_id = 'goods' and product_id = 61"
    ) == [("S", True)]
    assert built.tuples(
        "select message from pim.health_checks where check_name = 'orphan_variation' and product_id = 62"
    ) == [("The parent of this variation is not in the store, so nobody can see or buy it.",)]


def test_term_that_only_products_name_is_there(built: Warehouse) -> None:
    assert built.tuples("select brand_id, name, slug, path, is_deleted from pim.brands where store_id = 'goods'") == [
        (520, "Acme & Söhne", "acme", "Acme & Söhne", False)
    ]
    assert built.tuples("select tag_id, name from pim.tags where store_id = 'goods'") == [(5, "New")]
    assert built.tuples("select brand_id, name from pim.product_brands where product_id = 72") == [(521, "Gone")]
    lacking = (
        "select count(*) from pim.live_product_brands as own left join pim.brands using (store_id, brand_id)"
        " where brands.store_id is null"
    )
    assert built.tuples(lacking) == [(0,)]


def test_notes_of_advanced_custom_fields_are_left_out(built: Warehouse) -> None:
    found = built.tuples(
        "select key from pim.product_custom_values where store_id = 'goods' and product_id = 71 order by 1"
    )
    assert [key for (key,) in found] == ["_ean", "_loose", "_note", "care", "note"]
    assert built.tuples(
        "select count(*) as all, count(*) filter (where key ~ '^_') as notes from pim.product_custom_values"
        " where store_id = 'secure-custom-fields'"
    ) == [(16, 0)]


@pytest.mark.long
def test_changes_of_languages_siblings_and_lists_reach_all_as_a_full_build_would(
    built: Warehouse, new_warehouse: NewWarehouse
) -> None:
    changed = new_warehouse("plugins_changed", built.name)
    changed.write(
        # The German mug goes, the French one joins another group, a twin and a brand are made good.
        "update woo.products set status = 'trash' where store_id = 'wpml' and id = 2",
        f"update woo.products set extra_fields = '{json.dumps({'lang': 'fr', 'translations': {'en': 4, 'fr': 3}})}'"
        " where store_id = 'wpml' and id = 3",
        "delete from woo.product_variations where store_id = 'odd' and id = 12",
        "update woo.products set brands = '[]' where store_id = 'goods' and id = 70",
        "update woo.stores set language = 'fr-FR' where store_id = 'wpml'",
    )
    changed.build("run")
    partly = changed.digests()
    done = changed.dbt("run", "--full-refresh")
    assert done.returncode == 0, done.stdout
    assert changed.digests() == partly
    masters = (
        "select sku, product_ids -> 'wpml', languages from pim.master_products where 'wpml' = any(stores) order by 1"
    )
    assert changed.tuples(masters)[2:4] == [("MUG", 1, ["en"]), ("MUG-FR", 3, ["en", "fr"])]
    assert findings(changed, "odd", "duplicate_combination") == set()
