"""Tell all that is in a store as its API would serve it: the truth tests compare with."""

from typing import Literal, TypeAlias

from demo_store import choose, shapes
from demo_store.contents import Contents
from demo_store.parts import Form
from demo_store.php import Fields
from demo_store.profiles import PROFILES
from demo_store.rows import Row, Table

ContentKind: TypeAlias = Literal[
    "products",
    "variations",
    "categories",
    "tags",
    "brands",
    "attributes",
    "attribute_terms",
    "shipping_classes",
    "tax_classes",
    "taxes",
    "reviews",
]
RowKind: TypeAlias = ContentKind | Literal["custom_field_names"]


def rows_of(contents: Contents, version: str, namespace: str, kind: ContentKind, route: str | None) -> list[Fields]:
    """List the rows of a kind; see `Store.rows`."""
    form = Form(version, namespace)
    if kind == "products":
        return [shapes.product(row.data, form) for row in _by_id(contents.products)]
    if kind == "variations":
        return _variations(contents, version, namespace, route)
    if kind == "reviews":
        found = [
            (row, contents.products.get(row.data["product_id"]))
            for row in _by_id(contents.reviews)
            if row.status in choose.LISTED
        ]
        return [shapes.review(row.data, form, product.data if product else None) for row, product in found]
    if kind == "attribute_terms":
        return [
            {"attribute_id": row.data["attribute_id"], "term": shapes.term(row.data["term"], form)}
            for row in _by_id(contents.attribute_terms)
        ]
    if kind == "tax_classes":
        return [shapes.term(row, form) for row in contents.tax_classes]
    table = contents.attributes if kind == "attributes" else contents.taxes if kind == "taxes" else contents.terms[kind]
    return [shapes.term(row.data, form) for row in _by_id(table)]


def _by_id(table: Table) -> list[Row]:
    return sorted(table, key=lambda row: row.id)


def _variations(contents: Contents, version: str, namespace: str, route: str | None) -> list[Fields]:
    if route is None:
        route = "v3" if version == PROFILES[0] else "analytics"
    form = Form(version, "wc-analytics" if route == "analytics" else namespace, flat=route != "per_product")
    found = [(row, contents.products.get(row.parent_id)) for row in _by_id(contents.variations)]
    sends_orphans = version == PROFILES[-1] and route != "per_product"
    return [shapes.variation(row.data, form, parent) for row, parent in found if parent is not None or sends_orphans]
