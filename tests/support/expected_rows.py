"""What a store's rows must become, said once more and more simply than the tap does it."""

from __future__ import annotations

from typing import Any

from demo_store import Store
from tests.support.served_rows import STREAM_KINDS

Row = dict[str, Any]

EMPTY_MEANS_NONE = {
    *("sku", "global_unique_id", "price", "regular_price", "sale_price", "weight", "external_url", "button_text"),
    *("shipping_class", "post_password", "purchase_note", "average_rating"),
}
NOT_ASKED_FOR = {"_links", "related_ids", "price_html"}
OFF_UNLESS_SELECTED = {"reviewer_email", "reviewer_avatar_urls"}


def value(name: str, sent: Any, stream: str) -> Any:
    """The value of a column, for what the store sent."""
    if sent is False and name in {"permalink", "weight"}:
        return None  # PHP's none, of a variation without a product
    if sent == "" and (name in EMPTY_MEANS_NONE or (stream == "product_variations" and name == "permalink")):
        return None
    if name.endswith("_gmt") and sent:
        return f"{sent}Z"
    if name == "manage_stock" and stream == "product_variations":
        return str(sent).lower()
    if name.endswith("price") and isinstance(sent, float):
        return str(sent)  # as a plugin has worked it out
    return sent


def record(stream: str, row: Row, columns: set[str]) -> Row:
    """The record of a row, without store_id and synced_at."""
    sent = {name: item for name, item in row.items() if name not in NOT_ASKED_FOR}
    if stream == "product_variations":
        sent["name"] = ", ".join(axis["option"] for axis in row["attributes"])
        sent.setdefault("type", "variation")
    known = {name: value(name, sent.get(name), stream) for name in columns - {"store_id", "synced_at", "extra_fields"}}
    extra = {name: item for name, item in sent.items() if name not in columns | OFF_UNLESS_SELECTED}
    return {**known, "extra_fields": extra or None}


def rows(store: Store, stream: str) -> list[Row]:
    """The rows of a stream as the store serves them now."""
    kind = STREAM_KINDS[stream]
    if kind == "attribute_terms":
        found = store.rows("attribute_terms")
        return [{**row["term"], "attribute_id": row["attribute_id"]} for row in found]
    return list(store.rows(kind))  # type: ignore[arg-type]


def table(store: Store, stream: str, columns: set[str]) -> dict[Any, Row]:
    """All records of a stream by key, as the PIM database must hold them after a run."""
    key = {"tax_classes": "slug", "product_custom_fields": "name"}.get(stream, "id")
    return {row[key]: record(stream, row, columns) for row in rows(store, stream)}
