"""The pages of products: the list over all stores, and one product with its stores side by side."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, LiteralString

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from pimctl.console import texts
from pimctl.console.listing import Listing, csv_response, read_part
from pimctl.console.pages import page
from pimctl.console.texts import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from pimctl.console.warehouse import Reader, Row, Warehouse

FILTERS = ("store", "kind", "check", "missing", "differs", "gone")
SORTS = {
    "name": "name",
    "sku": "sku",
    "stores": "cardinality(stores)",
    "differences": "cardinality(differing_attributes)",
}
MOST_VARIANTS = 500
MODEL = ("pim.products", "pim.master_products", "pim.health_checks", "pim.stores")

SHARED = """
select sku, name, kind, gtin, stores, missing_stores, differing_attributes, product_ids from pim.master_products
"""
ALONE = """
select sku, name, kind, gtin, array[store_id] as stores, '{}'::text[] as missing_stores,
    '{}'::text[] as differing_attributes, jsonb_build_object(store_id, product_id) as product_ids
from pim.products
"""
LIVE_ITEMS = f"{SHARED} union all {ALONE} where sku is null and not is_deleted"
"""A row for each SKU that a store carries, and for each product without one."""
DELETED_ITEMS = f"{ALONE} where is_deleted"
CONDITIONS = {
    "q": "(sku ilike %(pattern)s or name ilike %(pattern)s or gtin ilike %(pattern)s)",
    "store": "%(store)s = any(stores)",
    "kind": "kind = %(kind)s",
    "missing": "%(missing)s = any(missing_stores)",
    "differs": "exists (select 1 from unnest(differing_attributes) as a(name) "
    "where %(differs)s in ('any', a.name, split_part(a.name, ' ', 1)))",
    "check": "(sku in (select products.sku from pim.products inner join pim.health_checks as h "
    "using (store_id, product_id) where products.sku is not null and h.check_name = %(check)s) "
    "or sku is null and (stores[1], (product_ids ->> stores[1])::bigint) in "
    "(select store_id, product_id from pim.health_checks where check_name = %(check)s))",
}
"""What each filter asks; only those that are set are part of a query."""
FINDINGS = """
select found.store_id, found.product_id, count(*) as findings,
    count(*) filter (where severity = 'error') as errors, count(*) filter (where severity = 'warning') as warnings
from pim.health_checks as found
inner join unnest(%(stores)s::text[], %(products)s::bigint[]) as asked(store_id, product_id)
    using (store_id, product_id)
group by found.store_id, found.product_id
"""

ONE_SKU = "select * from pim.products where sku = %(sku)s order by is_deleted, store_id, product_id"
ONE_ROW = "select * from pim.products where store_id = %(store)s and product_id = %(id)s"
PAIRS = "unnest(%(stores)s::text[], %(products)s::bigint[]) as asked(store_id, product_id)"
ATTRIBUTES = f"""
select store_id, product_id, attribute_code as key, bool_or(is_variation_axis) as marked,
    string_agg(case when is_any then '*' else value end, ', ' order by position) as value,
    (select min(name) from pim.attributes where attributes.attribute_code = v.attribute_code) as label
from pim.product_attribute_values as v inner join {PAIRS} using (store_id, product_id)
group by store_id, product_id, attribute_code, attribute_position order by attribute_position
"""
FIELDS = f"""
select store_id, product_id, key, string_agg(left(value_text, 500), ', ' order by position) as value, false as marked
from pim.product_custom_values inner join {PAIRS} using (store_id, product_id)
group by store_id, product_id, key order by key
"""
PICTURES = f"""
select store_id, product_id, url, alt_text, role
from pim.product_media inner join {PAIRS} using (store_id, product_id) order by store_id, product_id, position
"""
OWN_FINDINGS = f"""
select h.store_id, h.check_name, h.severity, h.message
from pim.health_checks as h inner join {PAIRS} using (store_id, product_id)
order by array_position(array['error', 'warning', 'info'], h.severity), h.check_name, h.store_id, h.product_id
"""
VARIANTS = f"""
select v.store_id, v.product_id, v.parent_id, v.sku, v.name, v.status, v.is_deleted, v.price, v.currency,
    v.stock_status, trim_scale(v.stock_quantity) as stock_quantity, (
        select string_agg(case when a.is_any then '*' else a.value end, ' / ' order by attribute_position, position)
        from pim.product_attribute_values as a
        where a.store_id = v.store_id and a.product_id = v.product_id and a.is_variation_axis
    ) as options
from pim.products as v
inner join {PAIRS}
    on v.store_id = asked.store_id and v.parent_id = asked.product_id and v.kind = 'variation'
order by v.is_deleted, v.sku nulls last, v.store_id, v.product_id limit {MOST_VARIANTS + 1}
"""


class Products:
    """The pages of products.

    Args:
        warehouse: The PIM database.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def routes(self) -> list[Route]:
        """Return the addresses of these pages."""
        return [
            Route("/products", self.list),
            Route("/products.csv", self.export),
            Route("/product", self.one),
        ]

    def list(self, request: Request) -> Response:
        """Show a page of the list."""
        listing = Listing.of(request, FILTERS, SORTS)
        with self._warehouse.open() as reader:
            if not reader.has(*MODEL):
                return page(request, "empty.html", title=_("Products"), section="products")
            columns = "*, cardinality(differing_attributes) as differences"
            part = read_part(reader, listing, columns, source(listing), order(listing))
            add_findings(reader, part.rows)
            checks, names = reader.checks(), reader.store_names()
        return page(
            request,
            "products.html",
            part=part,
            listing=listing,
            names=names,
            checks=checks,
        )

    def export(self, request: Request) -> Response:
        """Send all rows of the filtered list as CSV."""
        listing = Listing.of(request, FILTERS, SORTS)

        columns = (
            "sku, name, kind, gtin, stores, missing_stores, differing_attributes, product_ids::text as product_ids"
        )

        def rows() -> Iterator[Row]:
            with self._warehouse.open() as reader:
                yield from reader.stream(f"select {columns} {source(listing)} {order(listing)}", listing.values)

        return csv_response("products", rows())

    def one(self, request: Request) -> Response:
        """Show one product: by its SKU in all stores, or by store and id."""
        sku, store, number = (request.query_params.get(name, "").replace("\0", "") for name in ("sku", "store", "id"))
        known = number.isascii() and number.isdigit() and len(number) < 19
        with self._warehouse.open() as reader:
            if not reader.has(*MODEL):
                return page(request, "empty.html", title=_("Products"), section="products")
            copies = reader.rows(ONE_SKU, {"sku": sku}) if sku else []
            if not sku and known:
                copies = reader.rows(ONE_ROW, {"store": store, "id": int(number)})
            if not copies:
                raise HTTPException(404, _("This product is not in the PIM database."))
            details = read_details(reader, copies)
        return page(request, "product.html", copies=copies, **details)


def source(listing: Listing) -> LiteralString:
    """Return where the list's rows come from, and its conditions.

    Variations are left out unless they, or something by its name, are searched for.
    """
    asked = {"q": listing.search, **listing.filters}
    conditions = [condition for name, condition in CONDITIONS.items() if asked[name]]
    if not (asked["q"] or asked["kind"] or asked["gone"]):
        conditions.append("kind <> 'variation'")
    items = DELETED_ITEMS if asked["gone"] else LIVE_ITEMS
    return f"from ({items}) as items where {' and '.join(conditions) or 'true'}"


def order(listing: Listing) -> LiteralString:
    """Return the order of the list; rows with the same value keep one order too, or a page would repeat some."""
    direction = "desc" if listing.descending else "asc"
    return f"order by {SORTS[listing.sort]} {direction} nulls last, sku nulls last, product_ids::text"


def add_findings(reader: Reader, rows: list[Row]) -> None:
    """Give each row of the list the number of its findings."""
    pairs = [(store, number) for row in rows for store, number in row["product_ids"].items()]
    found = {
        (row["store_id"], row["product_id"]): row
        for row in reader.rows(FINDINGS, {"stores": [p[0] for p in pairs], "products": [p[1] for p in pairs]})
    }
    for row in rows:
        own = [found[pair] for pair in row["product_ids"].items() if pair in found]
        row.update({name: sum(one[name] for one in own) for name in ("findings", "errors", "warnings")})


def read_details(reader: Reader, copies: list[Row]) -> dict[str, Any]:
    """Return what the page of a product shows besides its rows in ``pim.products``."""
    keys = {"stores": [row["store_id"] for row in copies], "products": [row["product_id"] for row in copies]}
    sku = copies[0]["sku"]
    master = reader.row("select * from pim.master_products where sku = %(sku)s", {"sku": sku}) if sku else None
    addresses = {row["store_id"]: row["url"] for row in reader.rows("select store_id, url from pim.stores")}
    for index, row in enumerate(copies):
        row["index"] = index
        add_terms(reader, row)
    differing = set(master["differing_attributes"]) if master else set()
    return {
        "names": reader.store_names(),
        "addresses": addresses,
        "master": master,
        "parent": parent_of(copies[0]),
        "rows": compared(copies, differing),
        "attributes": by_key(
            reader.rows(ATTRIBUTES, keys),
            copies,
            {name.removeprefix("attribute ") for name in differing if name.startswith("attribute ")},
        ),
        "fields": by_key(reader.rows(FIELDS, keys), copies, None),
        "pictures": reader.rows(PICTURES, keys),
        "variants": variants(reader, copies, keys),
        "most_variants": MOST_VARIANTS,
        "findings": reader.rows(OWN_FINDINGS, keys),
    }


def add_terms(reader: Reader, row: Row) -> None:
    """Give a product its categories, brands and tags as texts."""
    keys = {"store": row["store_id"], "id": row["product_id"]}
    found = reader.row(
        """
        select
            (select string_agg(path, E'\n' order by position) from pim.product_categories
                where store_id = %(store)s and product_id = %(id)s) as categories,
            (select string_agg(name, ', ' order by position) from pim.product_brands
                where store_id = %(store)s and product_id = %(id)s) as brands,
            (select string_agg(name, ', ' order by position) from pim.product_tags
                where store_id = %(store)s and product_id = %(id)s) as tags
        """,
        keys,
    )
    row.update(found or {})


def parent_of(row: Row) -> dict[str, Any] | None:
    """Return the query of the page of a variation's parent."""
    if row["kind"] != "variation" or not row["parent_id"]:
        return None
    return {"sku": row["parent_sku"]} if row["parent_sku"] else {"store": row["store_id"], "id": row["parent_id"]}


def compared(copies: list[Row], differing: set[str]) -> list[dict[str, Any]]:
    """Return a row for each fact that a copy has: its name, a value for each copy, and whether stores disagree."""
    plain = {name.split(" ")[0] for name in differing if not name.startswith("attribute ")}
    rows = []
    for fact, label in texts.facts().items():
        if fact in {"description", "short_description"}:
            continue
        values = [fact_value(copy, fact) for copy in copies]
        if any(value is not None for value in values):
            rows.append({"fact": fact, "label": label, "values": values, "differs": fact in plain, "marked": False})
    return rows


def fact_value(row: Row, fact: str) -> Any:
    """Return what the page shows of one fact."""
    value = row.get(fact)
    unit = {
        "regular_price": row["currency"],
        "sale_price": row["currency"],
        "weight": row["weight_unit"],
        "length": row["dimension_unit"],
        "width": row["dimension_unit"],
        "height": row["dimension_unit"],
    }.get(fact)
    if fact == "stock":
        status = texts.stock_states().get(row["stock_status"] or "", row["stock_status"])
        value = status if row["stock_quantity"] is None else f"{status} ({row['stock_quantity'].normalize():f})"
    elif fact == "kind":
        value = texts.kinds().get(str(value), value)
    elif isinstance(value, Decimal):
        value = f"{value:f} {unit or ''}".strip()
    return value or None


def by_key(found: list[Row], copies: list[Row], differing: set[str] | None) -> list[dict[str, Any]]:
    """Return a row for each key with a value for each copy.

    Args:
        found: Rows with store_id, product_id, key, value and marked.
        copies: The columns.
        differing: The keys on which the stores disagree; None to compare the values here.
    """
    table: dict[str, dict[str, Any]] = {}
    places = {(row["store_id"], row["product_id"]): row["index"] for row in copies}
    for row in found:
        line = table.setdefault(
            row["key"], {"label": row.get("label") or row["key"], "values": [None] * len(copies), "marked": False}
        )
        line["values"][places[row["store_id"], row["product_id"]]] = row["value"]
        line["marked"] = line["marked"] or row["marked"]
    for key, line in table.items():
        line["differs"] = key in differing if differing is not None else len(set(line["values"])) > 1
    return list(table.values())


def variants(reader: Reader, copies: list[Row], keys: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the variants: one for each SKU (or row without one), with its row in each copy or None."""
    places = {(row["store_id"], row["product_id"]): row["index"] for row in copies}
    table: dict[Any, dict[str, Any]] = {}
    for row in reader.rows(VARIANTS, keys):
        key = row["sku"] or (row["store_id"], row["product_id"])
        line = table.setdefault(
            key, {"sku": row["sku"], "options": row["options"], "cells": [None] * len(copies), "any": row}
        )
        line["cells"][places[row["store_id"], row["parent_id"]]] = row
    return list(table.values())
