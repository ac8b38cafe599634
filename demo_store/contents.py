"""Hold what is in one store: its tables of rows, and where they come from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, TypeAlias

from demo_store.blank import new_product
from demo_store.inherit import own
from demo_store.links import links
from demo_store.php import Fields
from demo_store.profiles import PROFILES, read_json, read_list
from demo_store.rows import Row, Table

TermKind: TypeAlias = Literal["categories", "tags", "brands", "shipping_classes"]
TERM_KINDS: tuple[TermKind, ...] = ("categories", "tags", "brands", "shipping_classes")
_ORPHAN_IDS = {"11.0.1": 352, "9.9.5": 112}
_ORPHAN_PARENT = 4_000_000
_UNSEEN_MODIFIED = {1995: "2026-09-01T12:00:00"}
_UNSEEN = "2025-06-01T12:00:00"
_UNSEEN_DATE = "2024-01-01T12:00:00"


@dataclass
class Contents:
    """The contents of a store, whatever version of WooCommerce stands in front of it.

    Attributes:
        attribute_terms: rows whose data are `{"id", "attribute_id", "term"}`, `term` as served.
        tax_classes: rows as served, in order; their key is the slug.
        custom_field_names: names of custom fields beyond those the products hold.
        settings: group id to the settings of that group.
        api_root: `GET /wp-json/` but for its routes.
        system_status: `GET system_status`, as far as recorded.
        currency: `GET data/currencies/current`.
    """

    products: Table = field(default_factory=Table)
    variations: Table = field(default_factory=Table)
    terms: dict[TermKind, Table] = field(default_factory=lambda: {kind: Table() for kind in TERM_KINDS})
    attributes: Table = field(default_factory=Table)
    attribute_terms: Table = field(default_factory=Table)
    reviews: Table = field(default_factory=Table)
    taxes: Table = field(default_factory=Table)
    tax_classes: list[Fields] = field(default_factory=list)
    custom_field_names: list[str] = field(default_factory=list)
    settings: dict[str, list[Fields]] = field(default_factory=dict)
    api_root: Fields = field(default_factory=dict)
    system_status: Fields = field(default_factory=dict)
    currency: Fields = field(default_factory=dict)


@cache
def _recorded_rows(version: str, name: str) -> tuple[Row, ...]:
    return tuple(Row(data) for data in read_list(version, name))


@cache
def _recorded_products(version: str) -> tuple[Row, ...]:
    """Give the recorded products, with what is known of columns that were not served.

    Five rows show null dates, yet the recorded lists place them by a site time: after the oldest third of the rows,
    one of them on 11.0.1 after June 2026 (which of three cannot be told), the others before.
    """
    edits = {edit["id"]: edit for edit in read_json(version, "extra")["edit"]}
    rows = (*_recorded_rows(version, "products"), *_recorded_rows(version, "products_trash"))
    raw = ("description", "short_description")
    completed = []
    for row in sorted(rows, key=lambda row: row.id):
        unseen: Fields = {"_raw": {name: edits[row.id][name] for name in raw}} if row.id in edits else {}
        if not row.modified:
            unseen["_raw_modified"] = _UNSEEN_MODIFIED.get(row.id, _UNSEEN) if version == PROFILES[0] else _UNSEEN
        if not row.date:
            unseen["_raw_date"] = _UNSEEN_DATE
        completed.append(row.with_fields(**unseen) if unseen else row)
    return tuple(completed)


@cache
def _recorded_variations(version: str) -> tuple[Row, ...]:
    """Give the recorded variations, with the values that they have themselves."""
    parents = {row.id: row.data for row in _recorded_products(version)}
    rows = [Row(own(row.data, parents.get(row.parent_id))) for row in _recorded_rows(version, "variations_flat")]
    if version in _ORPHAN_IDS:
        # 11.0.1 and 9.9.5 count an orphan without sending it, so it was not recorded; that of 5.9.0 stands in.
        twin = next(row for row in _recorded_rows(PROFILES[-1], "variations_flat") if not row.parent_id)
        orphan = twin.with_fields(id=_ORPHAN_IDS[version], parent_id=_ORPHAN_PARENT)
        rows = sorted([*rows, orphan], key=lambda row: row.id)
    return tuple(rows)


@cache
def _recorded_reviews(version: str) -> tuple[Row, ...]:
    names = {row.id: row.name for row in _recorded_products(version)}
    return tuple(
        row.with_fields(_raw_named=names.get(row.data["product_id"])) for row in _recorded_rows(version, "reviews")
    )


@cache
def _recorded_attribute_terms(version: str) -> tuple[Row, ...]:
    return tuple(Row({"id": data["term"]["id"], **data}) for data in read_list(version, "attribute_terms"))


def _site(version: str) -> Contents:
    """Make a store without goods: settings, tax classes and the like as recorded."""
    return Contents(
        tax_classes=list(read_list(version, "tax_classes")),
        taxes=Table(_recorded_rows(version, "taxes")),
        settings={group: list(read_list(version, f"settings_{group}")) for group in ("general", "products", "tax")},
        api_root=dict(read_json(version, "api_root")),
        system_status=dict(read_json(version, "extra")["system_status"]),
        currency=dict(read_list(version, "currency_current")[0]),
    )


def recorded(version: str) -> Contents:
    """Make the recorded store of a version. Takes milliseconds after the first time: rows are shared."""
    contents = _site(version)
    contents.products = Table(_recorded_products(version))
    contents.variations = Table(_recorded_variations(version))
    contents.terms = {kind: Table(_recorded_rows(version, kind)) for kind in TERM_KINDS}
    contents.attributes = Table(_recorded_rows(version, "attributes"))
    contents.attribute_terms = Table(_recorded_attribute_terms(version))
    contents.reviews = Table(_recorded_reviews(version))
    contents.custom_field_names = list(
        read_list(version, "custom_field_names") or read_list(PROFILES[0], "custom_field_names")
    )
    return contents


def empty(version: str) -> Contents:
    """Make a store as it is just after WooCommerce was set up: one category, no goods."""
    contents = _site(version)
    contents.terms["categories"].put(
        Row(
            {
                "id": 15,
                "name": "Uncategorized",
                "slug": "uncategorized",
                "parent": 0,
                "description": "",
                "display": "default",
                "image": None,
                "menu_order": 0,
                "count": 0,
                "_links": links("products/categories", 15),
            }
        )
    )
    return contents


def of_plugin(name: str) -> Contents:
    """Make a store of the newest version that has nothing but rows that a plugin made or changed, as recorded.

    A variation whose product was not recorded gets a plain one, without which WooCommerce does not list it.
    """
    contents = empty(PROFILES[0])
    tables = {
        "products": contents.products,
        "product_categories": contents.terms["categories"],
        "product_brands": contents.terms["brands"],
    }
    for entry in read_json("plugins", name):
        stream, data = entry["route"], entry["row"]
        if stream == "product_variations":
            if data["parent_id"] not in contents.products:
                contents.products.put(_plain_parent(data))
            contents.variations.put(Row(own(data, contents.products[data["parent_id"]].data)))
        else:
            route = stream.replace("product_", "products/")
            tables[stream].put(Row({**data, "_links": links(route, data["id"])}))
    return contents


def _plain_parent(variation: Fields) -> Row:
    stamps = (variation["date_created"], variation["date_created_gmt"])
    return Row(new_product(variation["parent_id"], stamps)).with_fields(
        name="Not recorded",
        type="variable",
        permalink=variation["permalink"].partition("?")[0],
        variations=[variation["id"]],
        has_options=True,
    )


def listed_variations(variations: Iterable[Row]) -> list[int]:
    """Give the ids a variable product lists: its published and private variations, by menu order, then id."""
    shown = [row for row in variations if row.status in {"publish", "private"}]
    return [row.id for row in sorted(shown, key=lambda row: (row.data["menu_order"], row.id))]
