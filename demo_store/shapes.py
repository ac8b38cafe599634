"""Give rows the shape of a version and a route: which fields, in which order, and what differs in them."""

from collections.abc import Callable
from functools import cache

from demo_store import inherit, parts
from demo_store.links import ALL_METHODS, moved_links
from demo_store.parts import Form
from demo_store.php import Fields, as_text
from demo_store.profiles import PROFILES, RECORDED_HOME, read_list
from demo_store.rows import Row

_NOT_IN_V2 = ("low_stock_amount", "has_options", "post_password", "stock_status", "global_unique_id")
# fmt: off
_V2_VARIATION = (
    "id", "date_created", "date_created_gmt", "date_modified", "date_modified_gmt", "description", "permalink",
    "sku", "price", "regular_price", "sale_price", "date_on_sale_from", "date_on_sale_from_gmt",
    "date_on_sale_to", "date_on_sale_to_gmt", "on_sale", "visible", "purchasable", "virtual", "downloadable",
    "downloads", "download_limit", "download_expiry", "tax_status", "tax_class", "manage_stock",
    "stock_quantity", "in_stock", "backorders", "backorders_allowed", "backordered", "weight", "dimensions",
    "shipping_class", "shipping_class_id", "image", "attributes", "menu_order", "meta_data", "_links",
)
# fmt: on


@cache
def product_keys(version: str) -> tuple[str, ...]:
    """List the fields of a product in wc/v3 of a version, in order, but for the links."""
    return tuple(key for key in read_list(version, "products")[0] if key != "_links")


@cache
def variation_keys(version: str) -> tuple[str, ...]:
    """List the fields of a variation in the flat route of a version, in order, but for the links."""
    return tuple(key for key in read_list(version, "variations_flat")[0] if key != "_links")


@cache
def _known(keys: Callable[[str], tuple[str, ...]]) -> frozenset[str]:
    return frozenset({"_links", *(key for version in PROFILES for key in keys(version))})


def _missing(data: Fields, key: str) -> object:
    """Give the value of a field that the version the row was recorded on did not have."""
    if key == "has_options":
        return data.get("type") == "variable"
    if key == "type":
        return "variation"
    return [] if key in {"brands", "gallery_image_ids"} else ""


def _ordered(data: Fields, keys: Callable[[str], tuple[str, ...]], version: str) -> Fields:
    """Put a row's fields in order, with what plugins added before the links; `_raw` stays inside."""
    order, known = keys(version), _known(keys)
    try:
        row = {key: data[key] for key in order}
    except KeyError:
        row = {key: data[key] if key in data else _missing(data, key) for key in order}
    if not known.issuperset(data):
        row |= {key: value for key, value in data.items() if key not in known and not key.startswith("_raw")}
    return row


def product(data: Fields, form: Form) -> Fields:
    """Shape a product."""
    row = _ordered(data, product_keys, form.version)
    row["images"] = [parts.image(image, form) for image in row["images"]]
    row["attributes"] = parts.attributes(row["attributes"], form)
    row["meta_data"] = parts.meta_data(row["meta_data"], form)
    if form.context == "edit":
        _edit(row, data, form)
    if form.namespace == "wc/v2":
        row = _product_v2(row)
    row["_links"] = moved_links(data["_links"], form.namespace)
    return row


def _edit(row: Fields, data: Fields, form: Form) -> None:
    """Turn a row into that of `context=edit`: texts as typed, the rating as kept in the database."""
    raw = data.get("_raw", {})
    row["description"] = raw.get("description", row["description"])
    row["short_description"] = raw.get("short_description", row["short_description"].removesuffix("\n"))
    if row["average_rating"] == "0.00":
        row["average_rating"] = "0"
    if form.version != PROFILES[-1]:
        row["permalink_template"] = f"{RECORDED_HOME}/product/%pagename%/"
        row["generated_slug"] = row["slug"].removesuffix("__trashed")


def _product_v2(row: Fields) -> Fields:
    old: Fields = {}
    for key, value in row.items():
        if key not in _NOT_IN_V2 and key != "brands":
            old[key] = value
        if key == "stock_quantity":
            old["in_stock"] = row["stock_status"] != "outofstock"
    old["images"] = [{**image, "position": place} for place, image in enumerate(old["images"])]
    if "brands" in row:
        old["brands"] = row["brands"]
    return old


def variation(data: Fields, form: Form, parent: Row | None) -> Fields:
    """Shape a variation.

    Args:
        data: the variation, with its own values.
        form: the form asked for.
        parent: its product; None for an orphan, which only 5.9.0 lists.
    """
    data = inherit.shown(data, None if parent is None else parent.data)
    row = _ordered(data, variation_keys, form.version)
    row["attributes"] = parts.attributes(row["attributes"], form)
    row["meta_data"] = parts.meta_data(row["meta_data"], form)
    row["name"] = _variation_name(data, form, parent)
    if parent is None:
        row |= {"parent_id": 0, "name": "", "permalink": False, "purchasable": False, "attributes": []}
    if not form.flat and form.version == PROFILES[-1] and form.namespace == "wc/v3":
        for key in ("name", "type", "parent_id"):
            del row[key]
    if form.namespace == "wc/v2":
        row["visible"] = row["status"] == "publish"
        row["in_stock"] = row["stock_status"] != "outofstock"
        row = {key: row[key] for key in _V2_VARIATION if key != "_links"}
    row["_links"] = _variation_links(data, form, orphan=parent is None)
    return row


def _variation_name(data: Fields, form: Form, parent: Row | None) -> str:
    parent_name = "" if parent is None else parent.name
    options = ", ".join(as_text(attribute["option"]) for attribute in data["attributes"])
    if form.namespace != "wc-analytics":
        return options
    if form.version == PROFILES[0] or not options:
        return parent_name
    return f"{parent_name} - {options}"


def _variation_links(data: Fields, form: Form, *, orphan: bool) -> Fields:
    base = f"{RECORDED_HOME}/wp-json/{form.namespace}/"
    parent = f"products/{0 if form.flat else data['parent_id']}"
    collection = "variations" if form.flat and form.namespace == "wc/v3" else f"{parent}/variations"
    hints: Fields = {"targetHints": {"allow": list(ALL_METHODS)}}
    if form.flat and not orphan:
        # The flat routes offer no way to write; 5.9.0 names GET and DELETE all the same.
        hints = {"targetHints": {"allow": ["GET", "DELETE"]}} if form.version == PROFILES[-1] else {}
    return {
        "self": [{"href": f"{base}{collection}/{data['id']}", **hints}],
        "collection": [{"href": f"{base}{collection}"}],
        "up": [{"href": f"{base}{parent}"}],
    }


def review(data: Fields, form: Form, product_data: Fields | None) -> Fields:
    """Shape a review; `product_data` is its product, None when that is gone."""
    row = {key: value for key, value in data.items() if not key.startswith(("product_", "_"))}
    named: Fields = {"product_id": data["product_id"]}
    if form.version != PROFILES[-1]:
        shown = product_data or {"name": "", "permalink": False}
        # WordPress shows the title as on a page, with curly quotes: it is kept as recorded until the name changes.
        same = "product_name" in data and data.get("_raw_named") == shown["name"]
        named["product_name"] = data["product_name"] if same else shown["name"]
        named["product_permalink"] = shown["permalink"]
    head = ("id", "date_created", "date_created_gmt")
    shaped = {key: row.pop(key) for key in head} | named | row
    shaped["_links"] = moved_links(data["_links"], form.namespace)
    return shaped


def review_v2(data: Fields) -> Fields:
    """Shape a review as wc/v2 lists it below its product."""
    return {
        "id": data["id"],
        "date_created": data["date_created"],
        "date_created_gmt": data["date_created_gmt"],
        "review": data["review"],
        "rating": data["rating"],
        "name": data["reviewer"],
        "email": data["reviewer_email"],
        "verified": data["verified"],
    }


def term(data: Fields, form: Form) -> Fields:
    """Shape a term, an attribute or a tax class: only the links differ by namespace."""
    return {**data, "_links": moved_links(data["_links"], form.namespace)} if "_links" in data else data
