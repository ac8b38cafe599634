"""Work out what a variation shows: its own values, and its product's where it has none (`WC_Product_Variation`).

WooCommerce keeps only a variation's own values and asks its product for the rest whenever it shows the variation, in
`context=edit` too: the REST controllers do not hand the context on. So saving a product changes what its variations
show and no date of theirs. All recorded variations bear this out.
"""

from demo_store.parts import NOT_IN_OLD_IMAGES
from demo_store.php import Fields

_TEXTS = ("sku", "weight")
_NO_STOCK: Fields = {"manage_stock": False, "stock_quantity": None, "backorders": "no", "backorders_allowed": False}


def shown(data: Fields, parent: Fields | None) -> Fields:
    """Give the fields that a variation shows.

    Args:
        data: what it has itself: `tax_class` "parent", `manage_stock` False, `image` None and empty texts mean its
            product's. An `image` of False was deleted; `permalink` is what follows on its product's.
        parent: its product; None for an orphan.
    """
    if parent is None:
        return {**data, "tax_class": _unless_parents(data["tax_class"], "")}
    fields: Fields = {name: _own_or(data[name], parent[name]) for name in _TEXTS}
    fields["dimensions"] = _size(data["dimensions"], parent["dimensions"])
    fields["tax_status"] = parent["tax_status"]
    fields["tax_class"] = _unless_parents(data["tax_class"], parent["tax_class"])
    fields["permalink"] = _permalink(data["permalink"], parent["permalink"])
    fields["image"] = _main_image(parent) if data["image"] is None else data["image"] or None
    if not data["shipping_class_id"]:
        fields |= {name: parent[name] for name in ("shipping_class", "shipping_class_id")}
    if data["manage_stock"] is False and parent["manage_stock"] is True:
        fields |= _stock_of(parent, data["stock_status"])
    return {**data, **fields}


def own(data: Fields, parent: Fields | None) -> Fields:
    """Give what a variation has itself, for what it shows: a value that is its product's is taken for none of its own.

    Args:
        data: what it shows.
        parent: its product; None for an orphan, which shows its own.
    """
    if parent is None:
        return data
    fields: Fields = {name: "" for name in _TEXTS if data[name] == parent[name]}
    sides = data["dimensions"]
    fields["dimensions"] = {
        side: "" if length == parent["dimensions"][side] else length for side, length in sides.items()
    }
    if data["tax_class"] == parent["tax_class"]:
        fields["tax_class"] = "parent"
    if data["permalink"].startswith(parent["permalink"]):
        fields["permalink"] = data["permalink"].removeprefix(parent["permalink"])
    # One that shows none though its product has a picture had its own, which was deleted.
    main = _main_image(parent)
    fields["image"] = None if data["image"] == main else data["image"] or False
    if data["shipping_class_id"] == parent["shipping_class_id"]:
        fields |= {"shipping_class": "", "shipping_class_id": 0}
    if data["manage_stock"] == "parent":
        fields |= {**_NO_STOCK, "backordered": data["stock_status"] == "onbackorder"}
    return {**data, **fields}


def _own_or(value: object, parents: object) -> object:
    return parents if value in ("", "0") else value  # PHP takes "0" for empty


def _size(sides: object, parents: object) -> object:
    if isinstance(sides, dict) and isinstance(parents, dict):
        return {side: _own_or(length, parents.get(side, length)) for side, length in sides.items()}
    return sides  # what plugins make of it


def _unless_parents(tax_class: str, parents: str) -> str:
    return parents if tax_class == "parent" else tax_class


def _permalink(rest: object, parents: object) -> object:
    return rest if not isinstance(rest, str) or rest.startswith("http") else f"{parents}{rest}"


def _main_image(parent: Fields) -> Fields | None:
    images = parent["images"]
    if not (isinstance(images, list) and images and isinstance(images[0], dict)):
        return None
    return {key: value for key, value in images[0].items() if key not in NOT_IN_OLD_IMAGES}


def _stock_of(parent: Fields, stock_status: str) -> Fields:
    quantity, backorders = parent["stock_quantity"] or 0, parent["backorders"]
    allowed = backorders != "no"
    backordered = stock_status == "onbackorder" or (allowed and quantity < 0)
    return {
        "manage_stock": "parent",
        "stock_quantity": quantity,
        "backorders": backorders,
        "backorders_allowed": allowed,
        "backordered": backordered,
    }
