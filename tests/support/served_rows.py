"""States, apart from the tap's code, how a row that a store serves must stand in PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from demo_store import Store

STREAM_KINDS = {
    "product_categories": "categories",
    "product_tags": "tags",
    "product_brands": "brands",
    "product_attributes": "attributes",
    "product_attribute_terms": "attribute_terms",
    "product_shipping_classes": "shipping_classes",
    "tax_classes": "tax_classes",
    "products": "products",
    "product_variations": "variations",
    "product_custom_fields": "custom_field_names",
    "product_reviews": "reviews",
}
"""Which rows of the sample store land in which table."""

NOT_DATA = {"related_ids", "price_html", "_links"}
OFF_UNLESS_SELECTED = {"product_reviews": {"reviewer_email", "reviewer_avatar_urls"}}
EMPTY_TEXT_IS_NONE = {
    "average_rating",
    "button_text",
    "date_created",
    "date_modified",
    "date_on_sale_from",
    "date_on_sale_to",
    "external_url",
    "global_unique_id",
    "post_password",
    "price",
    "purchase_note",
    "regular_price",
    "sale_price",
    "shipping_class",
    "sku",
    "timezone_string",
    "weight",
}
LISTS = {
    "attributes",
    "brands",
    "categories",
    "cross_sell_ids",
    "default_attributes",
    "downloads",
    "gallery_image_ids",
    "grouped_products",
    "images",
    "meta_data",
    "namespaces",
    "tags",
    "upsell_ids",
    "variations",
}


def exact(text: str | bytes) -> Any:
    """Decode JSON with every number as it was written."""
    return json.loads(text, parse_float=Decimal)


def tagged(value: Any) -> Any:
    """Return a value that equals only its like: in Python, True equals 1."""
    if isinstance(value, bool):
        return ("flag", value)
    if isinstance(value, dict):
        return {name: tagged(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [tagged(inner) for inner in value]
    return value


def served(store: Store, stream: str) -> list[dict[str, Any]]:
    """Return the rows that the store serves for a stream, as one who reads its answers sees them."""
    rows = exact(json.dumps(store.rows(STREAM_KINDS[stream])))  # type: ignore[arg-type]
    if stream == "product_attribute_terms":
        return [{**row["term"], "attribute_id": row["attribute_id"]} for row in rows]
    if stream == "product_variations":
        for row in rows:  # one meaning whatever route a version has: the options as name, and always a type
            row["name"] = ", ".join(attribute["option"] for attribute in row["attributes"])
            row.setdefault("type", "variation")
    return list(rows)


def landed(row: dict[str, Any], stream: str, types: dict[str, str]) -> dict[str, Any]:
    """Return the columns that a served row must fill, store_id and synced_at left out.

    Args:
        row: The row as served.
        stream: The stream, and table.
        types: The table's columns and their PostgreSQL types.
    """
    left = {name: value for name, value in row.items() if name not in NOT_DATA}
    for name in OFF_UNLESS_SELECTED.get(stream, set()):
        left.pop(name, None)
    columns = {}
    for name, kind in types.items():
        if name not in {"store_id", "synced_at", "extra_fields"}:
            columns[name] = tagged(cell(name, kind, left.pop(name, None), stream))
    if "extra_fields" in types:
        columns["extra_fields"] = tagged(left) or None
    else:
        assert left == {}
    return columns


def cell(name: str, kind: str, value: Any, stream: str) -> Any:
    """Return what one served value must be in a column of a PostgreSQL type."""
    if kind == "text":
        if isinstance(value, bool) and name == "manage_stock":
            value = "true" if value else "false"
        if value is False and name in {"permalink", "weight"}:
            value = None  # PHP's none, of a variation without a product
        assert value is None or isinstance(value, str)
        none = name in EMPTY_TEXT_IS_NONE or (stream, name) == ("product_variations", "permalink")
        return None if value == "" and none else value
    if value is None or value == "" or (value == [] and name not in LISTS):
        return None
    if kind == "jsonb":
        return list(value.values()) if isinstance(value, dict) and name in LISTS else value
    if kind == "timestamp without time zone":
        return datetime.fromisoformat(value)
    if kind in {"bigint", "integer", "numeric"}:
        return Decimal(str(value))
    assert kind == "boolean"
    assert isinstance(value, bool)
    return value


def utc(moment: datetime) -> datetime:
    """Return a moment as a landed column holds it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
