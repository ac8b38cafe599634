"""Fill in what a new product or variation has when nothing is said, and what follows from what is said."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from demo_store.links import links, slug_of
from demo_store.php import Fields
from demo_store.profiles import RECORDED_HOME

_COMMON: Fields = {
    "description": "",
    "sku": "",
    "global_unique_id": "",
    "price": "",
    "regular_price": "",
    "sale_price": "",
    "date_on_sale_from": None,
    "date_on_sale_from_gmt": None,
    "date_on_sale_to": None,
    "date_on_sale_to_gmt": None,
    "on_sale": False,
    "status": "publish",
    "purchasable": False,
    "virtual": False,
    "downloadable": False,
    "downloads": [],
    "download_limit": -1,
    "download_expiry": -1,
    "tax_status": "taxable",
    "tax_class": "",
    "manage_stock": False,
    "stock_quantity": None,
    "stock_status": "instock",
    "backorders": "no",
    "backorders_allowed": False,
    "backordered": False,
    "low_stock_amount": None,
    "weight": "",
    "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "",
    "shipping_class_id": 0,
    "attributes": [],
    "menu_order": 0,
    "meta_data": [],
    "parent_id": 0,
}

_PRODUCT: Fields = _COMMON | {
    "name": "Product",
    "slug": "",
    "permalink": "",
    "type": "simple",
    "featured": False,
    "catalog_visibility": "visible",
    "short_description": "",
    "total_sales": 0,
    "external_url": "",
    "button_text": "",
    "sold_individually": False,
    "shipping_required": True,
    "shipping_taxable": True,
    "reviews_allowed": True,
    "average_rating": "0.00",
    "rating_count": 0,
    "upsell_ids": [],
    "cross_sell_ids": [],
    "purchase_note": "",
    "categories": [],
    "brands": [],
    "tags": [],
    "images": [],
    "default_attributes": [],
    "variations": [],
    "grouped_products": [],
    "price_html": "",
    "related_ids": [],
    "has_options": False,
    "post_password": "",
}

_VARIATION: Fields = _COMMON | {
    "type": "variation",
    "permalink": "",
    "image": None,
    "gallery_image_ids": [],
    "name": "",
    "tax_class": "parent",
}


def new_product(row_id: int, stamps: tuple[str, str]) -> Fields:
    """Make a product that nothing is known of; `stamps` is now in site time and in GMT."""
    return {"id": row_id, **dates(stamps), **_PRODUCT, "_links": links("products", row_id)}


def new_variation(row_id: int, parent_id: int, stamps: tuple[str, str]) -> Fields:
    """Make a variation that nothing is known of."""
    return {"id": row_id, **dates(stamps), **_VARIATION, "parent_id": parent_id}


def dates(stamps: tuple[str, str]) -> Fields:
    """Give the four dates of a row made at a moment."""
    site, gmt = stamps
    return {"date_created": site, "date_created_gmt": gmt} | modified(stamps)


def modified(stamps: tuple[str, str]) -> Fields:
    """Give the two dates of a change."""
    return {"date_modified": stamps[0], "date_modified_gmt": stamps[1]}


def derive(data: Fields, given: Fields, now: datetime) -> Fields:
    """Set what WooCommerce works out from a row's other fields on saving, unless it was given.

    Args:
        data: the row, changed in place.
        given: the fields that were set.
        now: the store's time, in UTC.
    """
    worked_out: Fields = {}
    if data["type"] not in {"variable", "grouped"} and {"regular_price", "sale_price"} & set(given):
        worked_out["on_sale"] = _on_sale(data, now)
        worked_out["price"] = data["sale_price"] if worked_out["on_sale"] else data["regular_price"]
    if {"stock_quantity", "manage_stock", "backorders"} & set(given) and data["manage_stock"] is True:
        worked_out |= _stock(data)
    if "type" in given or "price" in worked_out:
        sold = data["type"] not in {"grouped", "external"} and worked_out.get("price", data["price"]) != ""
        worked_out["purchasable"] = sold or data["type"] == "variable"
    if "type" in given:
        worked_out["has_options"] = data["type"] == "variable"
    data.update({name: value for name, value in worked_out.items() if name not in given})
    return data


def _on_sale(data: Fields, now: datetime) -> bool:
    sale, regular = _money(data["sale_price"]), _money(data["regular_price"])
    if sale is None or regular is None or sale >= regular:
        return False
    begins, ends = data["date_on_sale_from_gmt"], data["date_on_sale_to_gmt"]
    began = not begins or datetime.fromisoformat(begins).replace(tzinfo=UTC) <= now
    return began and (not ends or datetime.fromisoformat(ends).replace(tzinfo=UTC) >= now)


def _money(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text != "" else None
    except InvalidOperation:
        return None


def _stock(data: Fields) -> Fields:
    allowed = data["backorders"] != "no"
    quantity = data["stock_quantity"] or 0
    status = "instock" if quantity > 0 else "onbackorder" if allowed else "outofstock"
    return {"stock_status": status, "backorders_allowed": allowed, "backordered": allowed and quantity < 0}


def lowest_price(variations: list[Fields]) -> str:
    """Give the price a variable product shows: the lowest of its published variations, "" for none."""
    prices = [row["price"] for row in variations if row["status"] == "publish" and _money(row["price"]) is not None]
    return min(prices, key=Decimal, default="")


def address(data: Fields) -> str:
    """Give the permalink of a product: by slug when it can be visited, else by id."""
    if data["status"] in {"publish", "private"}:
        return f"{RECORDED_HOME}/product/{data['slug']}/"
    return f"{RECORDED_HOME}/?post_type=product&p={data['id']}"


def slug_for(data: Fields, taken: set[str]) -> str:
    """Give a product a slug from its name that no other product has; drafts have none."""
    if data["status"] in {"draft", "pending"}:
        return ""
    wished = slug_of(data["name"]) or f"product-{data['id']}"
    slug, number = wished, 1
    while slug in taken:
        number += 1
        slug = f"{wished}-{number}"
    return slug
