"""Answer for products and variations."""

import random

from demo_store import choose, fields, shapes
from demo_store.answer import Answer, RestError
from demo_store.call import Call
from demo_store.parts import Form
from demo_store.php import encode
from demo_store.profiles import PROFILES
from demo_store.rows import Row, Table

_KEPT_LISTS = 32
_NOT_IN_KEY = {"page", "per_page", "offset", "context", "include_meta", "exclude_meta", "image_size", "_fields"}


def products(call: Call) -> Answer:
    """List products."""
    call.require()
    return _list(call, call.store.contents.products, "products", call.form())


def product(call: Call) -> Answer:
    """Give one product, of any status."""
    row = call.store.contents.products.get(int(call.args["id"]))
    if row is None:
        raise RestError(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
    call.require(doing="view this resource")
    return call.single(shapes.product(row.data, call.form()))


def flat_variations(call: Call) -> Answer:
    """List the variations of all products."""
    call.require()
    return _list(call, call.store.contents.variations, "variations", call.form(flat=True))


def variations(call: Call) -> Answer:
    """List the variations of one product; none for a product that is not there."""
    call.require()
    call.values["parent"] = [int(call.args["product_id"])]
    return _list(call, call.store.contents.variations, "variations", call.form())


def variation(call: Call) -> Answer:
    """Give one variation of a product."""
    row = call.store.contents.variations.get(int(call.args["id"]))
    if row is None or row.parent_id != int(call.args["product_id"]):
        raise RestError(404, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.")
    call.require(doing="view this resource")
    return call.single(shapes.variation(row.data, call.form(), call.store.contents.products.get(row.parent_id)))


def _list(call: Call, table: Table, kind: str, form: Form) -> Answer:
    values = call.values
    found = _matching(call, table, kind)
    per_page, offset = values["per_page"], values.get("offset")
    start = abs(offset) if offset is not None else (values["page"] - 1) * per_page
    page = found[start : start + per_page]
    if values["orderby"] == "modified" and call.store.version != PROFILES[0]:
        page = choose.shuffle_ties(found, start, start + per_page, call.request.number)
    shown = [row for row in page if not _hidden(call, kind, row)]
    call.request.ids = [row.id for row in shown]
    build = _product_part if kind == "products" else _variation_part
    return call.paged([build(call, row, form) for row in shown], len(found))


def _matching(call: Call, table: Table, kind: str) -> list[Row]:
    """List the rows that match, from the kept lists when nothing has changed since."""
    asked = tuple((name, str(value)) for name, value in call.values.items() if name not in _NOT_IN_KEY)
    key = (kind, table.revision, asked)
    kept = call.store.kept_lists
    if key not in kept:
        if len(kept) >= _KEPT_LISTS:
            kept.clear()
        parents = call.values.get("parent") or ()
        rows = [row for parent in parents for row in table.children(parent)] if parents else table
        kept[key] = choose.posts(rows, call.values, call.store.clock)
    return kept[key]


def _hidden(call: Call, kind: str, row: Row) -> bool:
    """Tell whether WordPress drops a row after the SQL limit: the key may not read it, or its parent is gone."""
    if call.store.hidden_rows is not None and call.store.hidden_rows(kind, row.id):
        return True
    orphan = kind == "variations" and row.parent_id not in call.store.contents.products
    return orphan and call.store.version != PROFILES[-1]


def _product_part(call: Call, row: Row, form: Form) -> bytes:
    def build() -> bytes:
        shaped = shapes.product(row.data, form)
        return encode(fields.computed(shaped, form.fields) if form.fields else shaped)

    if call.store.random_related_ids:
        row = row.with_fields(related_ids=_sample(call, row))
    return row.encoded(form, build)


def _sample(call: Call, row: Row) -> list[int]:
    chance = random.Random(call.request.number * 1_000_003 + row.id)  # noqa: S311 - no secret
    others = [other.id for other in call.store.contents.products if other.status == "publish" and other.id != row.id]
    return chance.sample(others, min(5, len(others)))


def _variation_part(call: Call, row: Row, form: Form) -> bytes:
    parent = call.store.contents.products.get(row.parent_id)

    def build() -> bytes:
        return encode(fields.cut(shapes.variation(row.data, form, parent), fields.tree_of(form.fields or "")))

    return row.encoded((form, parent), build)
