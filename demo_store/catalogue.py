"""Answer for terms, attributes, reviews, taxes and custom fields."""

import math
from collections.abc import Callable

from demo_store import choose, fields, shapes
from demo_store.answer import Answer, RestError
from demo_store.call import Call
from demo_store.contents import TermKind
from demo_store.keys import MANAGERS
from demo_store.php import encode
from demo_store.rows import Row, Table


def term_list(kind: TermKind) -> Callable[[Call], Answer]:
    """Make the handler that lists the terms of a kind."""

    def handler(call: Call) -> Answer:
        call.require()
        rows = list(call.store.contents.terms[kind])
        wanted = call.values.get("product")
        if wanted:
            rows = [row for row in rows if row.id in _terms_of(call, kind, wanted)]
        return _terms(call, rows)

    return handler


def _terms_of(call: Call, kind: TermKind, product_id: int) -> set[int]:
    product = call.store.contents.products.get(product_id)
    if product is None:
        return set()
    if kind == "shipping_classes":
        return {product.data["shipping_class_id"]}
    return {term["id"] for term in product.data.get(kind, ())}


def term_item(kind: TermKind) -> Callable[[Call], Answer]:
    """Make the handler that gives one term of a kind."""

    def handler(call: Call) -> Answer:
        call.require(doing="view this resource")
        row = call.store.contents.terms[kind].get(int(call.args["id"]))
        if row is None:
            raise RestError(404, "woocommerce_rest_term_invalid", "Resource does not exist.")
        return call.single(shapes.term(row.data, call.form()))

    return handler


def _terms(call: Call, rows: list[Row]) -> Answer:
    values = call.values
    found = choose.terms(rows, values)
    per_page = values["per_page"]
    # Terms take an offset of 0 for none, and name the page the offset falls on in their links.
    start = values.get("offset") or (values["page"] - 1) * per_page
    page = math.ceil(start / per_page + 1)
    tree = fields.wanted(call.parameters.query.get("_fields"))
    form = call.form()
    shown = found[start : start + per_page]
    call.request.ids = [row.id for row in shown]
    parts = [
        row.encoded(form, lambda row=row: encode(fields.cut(shapes.term(row.data, form), tree)))  # type: ignore[misc]
        for row in shown
    ]
    return call.paged(parts, len(found), page=page)


def attributes(call: Call) -> Answer:
    """List all attributes, by name of their taxonomy; paging is ignored."""
    call.require()
    rows = sorted(call.store.contents.attributes, key=lambda row: row.data["slug"])
    answer = call.whole([shapes.term(row.data, call.form()) for row in rows])
    answer.headers |= {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": "1"}
    return answer


def attribute(call: Call) -> Answer:
    """Give one attribute."""
    call.require(doing="view this resource")
    return call.single(shapes.term(_attribute(call, "id").data, call.form()))


def _attribute(call: Call, name: str) -> Row:
    row = call.store.contents.attributes.get(int(call.args[name]))
    if row is None:
        raise RestError(404, "woocommerce_rest_taxonomy_invalid", "Taxonomy does not exist.")
    return row


def attribute_terms(call: Call) -> Answer:
    """List the terms of an attribute."""
    call.require()
    attribute_id = _attribute(call, "attribute_id").id
    rows = [row for row in call.store.contents.attribute_terms if row.data["attribute_id"] == attribute_id]
    return _terms(call, [Row(row.data["term"]) for row in rows])


def attribute_term(call: Call) -> Answer:
    """Give one term of an attribute."""
    call.require(doing="view this resource")
    attribute_id = _attribute(call, "attribute_id").id
    row = call.store.contents.attribute_terms.get(int(call.args["id"]))
    if row is None or row.data["attribute_id"] != attribute_id:
        raise RestError(404, "woocommerce_rest_term_invalid", "Resource does not exist.")
    return call.single(shapes.term(row.data["term"], call.form()))


def reviews(call: Call) -> Answer:
    """List reviews."""
    call.require()
    values = call.values
    found = choose.reviews(call.store.contents.reviews, values, call.store.clock)
    per_page = values["per_page"]
    start = values.get("offset") or (values["page"] - 1) * per_page
    shown = found[start : start + per_page]
    call.request.ids = [row.id for row in shown]
    return call.paged([_review_part(call, row) for row in shown], len(found))


def _review_part(call: Call, row: Row) -> bytes:
    form, product = call.form(), _product_of(call.store.contents.products, row)
    name = (product.data["name"], product.data["permalink"]) if product else None

    def build() -> bytes:
        shaped = shapes.review(row.data, form, product.data if product else None)
        return encode(fields.cut(shaped, fields.tree_of(form.fields or "")))

    return row.encoded((form, name), build)


def _product_of(products: Table, row: Row) -> Row | None:
    return products.get(row.data["product_id"])


def review(call: Call) -> Answer:
    """Give one review."""
    row = call.store.contents.reviews.get(int(call.args["id"]))
    if row is None:
        raise RestError(404, "woocommerce_rest_review_invalid_id", "Invalid review ID.")
    call.require(doing="view this resource")
    product = _product_of(call.store.contents.products, row)
    return call.single(shapes.review(row.data, call.form(), product.data if product else None))


def product_reviews(call: Call) -> Answer:
    """List the reviews of one product, as wc/v2 does: all at once."""
    call.require()
    product_id = int(call.args["product_id"])
    if product_id not in call.store.contents.products:
        raise RestError(404, "woocommerce_rest_product_invalid_id", "Invalid product ID.")
    found = [row for row in call.store.contents.reviews if row.data["product_id"] == product_id]
    return call.whole([shapes.review_v2(row.data) for row in found if row.status == "approved"])


def taxes(call: Call) -> Answer:
    """List tax rates."""
    call.require(MANAGERS)
    values = call.values
    found = [row for row in call.store.contents.taxes if values.get("class") in (None, row.data["class"])]
    by = values["orderby"]
    found.sort(key=lambda row: (row.data.get(by, row.id), row.id), reverse=values["order"] == "desc")
    start = values.get("offset") or (values["page"] - 1) * values["per_page"]
    tree = fields.wanted(call.parameters.query.get("_fields"))
    shown = found[start : start + values["per_page"]]
    parts = [encode(fields.cut(shapes.term(row.data, call.form()), tree)) for row in shown]
    return call.paged(parts, len(found))


def tax_classes(call: Call) -> Answer:
    """List all tax classes; paging is ignored and no totals are sent."""
    call.require(MANAGERS)
    return call.whole([shapes.term(row, call.form()) for row in call.store.contents.tax_classes])


def custom_field_names(call: Call) -> Answer:
    """List the names of custom fields."""
    call.require()
    values = call.values
    word = (values.get("search") or "").lower()
    names = sorted(name for name in call.store.custom_field_names() if word in name.lower())
    if values.get("order") == "desc":
        names.reverse()
    start = (values["page"] - 1) * values["per_page"]
    return call.paged([encode(name) for name in names[start : start + values["per_page"]]], len(names))
