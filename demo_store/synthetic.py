"""Make up a large catalogue whose rows are worked out only when somebody asks for them."""

from collections.abc import Callable

from demo_store import blank, contents
from demo_store.links import links
from demo_store.php import Fields
from demo_store.profiles import RECORDED_HOME
from demo_store.rows import Row, Table

_FIRST_ID = 1000
_WORDS = "Classic Modern Rustic Urban Nordic Slim Heavy Light Eco Deluxe Vintage Alpine".split()  # noqa: SIM905
_THINGS = "Sofa Lamp Mug Jacket Scarf Backpack Candle Poster Teapot Rug Chair Tent".split()  # noqa: SIM905
_COLOURS = "Red Green Blue Black White Coral Navy Teal".split()  # noqa: SIM905
_SIZES = "XS S M L XL".split()  # noqa: SIM905
_TEXT = "<p>Made to last, tested in daily use, packed flat; wash cold and hang to dry. </p>\n"
_CATEGORIES, _TAGS, _BRANDS = 120, 60, 25
_DAYS = [f"{2024 + day // 336}-{1 + day // 28 % 12:02}-{1 + day % 28:02}" for day in range(672)]
_TIMES = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]
_GALLERY = 400


class SyntheticRow(Row):
    """A row made from its number; nothing of it is kept but what lists filter and sort by."""

    __slots__ = ("_make", "_number")

    def __init__(self, row_id: int, parent_id: int, kind: str, number: int, make: Callable[[int, int], Fields]) -> None:
        # The fields of Row are set one by one: a row of 60 fields for each of 300,000 would need gigabytes.
        self.id = row_id
        self.parent_id = parent_id
        self.type = kind
        self.status = "draft" if number % 50 == 7 and kind != "variation" else "publish"
        self.date = self.date_gmt = _moment(number * 7919)
        self.modified = self.modified_gmt = _moment(number * 104_729 + 336 * 86_400)
        self._number = number
        self._make = make

    @property
    def data(self) -> Fields:
        """All fields, made anew each time."""
        return self._make(self.id, self._number) | {
            "type": self.type,
            "status": self.status,
            "parent_id": self.parent_id,
            "date_created": self.date,
            "date_created_gmt": self.date_gmt,
            "date_modified": self.modified,
            "date_modified_gmt": self.modified_gmt,
        }

    @property
    def name(self) -> str:
        """The row's name."""
        return _name(self._number)

    def encoded(self, form: object, build: Callable[[], bytes]) -> bytes:  # noqa: ARG002 - nothing is kept
        """Encode the row; its bytes are not kept, since there are too many rows."""
        return build()


def catalogue(version: str, products: int, variations: int, seed: int) -> contents.Contents:
    """Make a store of so many products and variations; the same arguments make the same store.

    About one product in eight variations is variable; one product in fifty is a draft. Site time is UTC.
    """
    made = contents.empty(version)
    made.api_root = {**made.api_root, "name": "Synthetic store", "gmt_offset": 0, "timezone_string": "UTC"}
    _add_terms(made)
    of_variations = min(products, -(-variations // 8))
    step = products // of_variations if of_variations else 0
    first_variation = _FIRST_ID + products
    share, rest = divmod(variations, of_variations) if of_variations else (0, 0)
    product_rows, variation_rows, placed = [], [], 0
    children: dict[int, range] = {}
    for number in range(products):
        row_id, place = _FIRST_ID + number, number // step if step else 0
        variable = bool(step) and number % step == 0 and place < of_variations
        if variable:
            count = share + (place < rest)
            children[row_id] = range(first_variation + placed, first_variation + placed + count)
            placed += count
        kind = "variable" if variable else "simple"
        product_rows.append(SyntheticRow(row_id, 0, kind, number + seed, _product(children)))
    for parent_id, ids in children.items():
        for place, row_id in enumerate(ids):
            variation_rows.append(SyntheticRow(row_id, parent_id, "variation", row_id + seed, _variation(place)))
    made.products, made.variations = Table(product_rows), Table(variation_rows)
    return made


def _moment(number: int) -> str:
    return f"{_DAYS[number // 86_400 % len(_DAYS)]}T{_TIMES[number % 86_400]}"


def _name(number: int) -> str:
    return f"{_WORDS[number % 12]} {_THINGS[number // 12 % 12]} {number}"


def _add_terms(made: contents.Contents) -> None:
    counts = {"categories": _CATEGORIES, "tags": _TAGS, "brands": _BRANDS}
    for kind, count in counts.items():
        for number in range(count):
            made.terms[kind].put(Row(_term(kind, number)))  # type: ignore[index]
    for attribute_id, (name, options) in enumerate((("Colour", _COLOURS), ("Size", _SIZES)), 1):
        data: Fields = {"id": attribute_id, "name": name, "slug": f"pa_{name.lower()}", "type": "select"}
        data |= {"order_by": "menu_order", "has_archives": False}
        made.attributes.put(Row({**data, "_links": links("products/attributes", attribute_id)}))
        for place, option in enumerate(options):
            term_id = 500 + attribute_id * 20 + place
            term: Fields = {"id": term_id, "name": option, "slug": option.lower(), "description": ""}
            term |= {"menu_order": place, "count": 1}
            term["_links"] = links(f"products/attributes/{attribute_id}/terms", term_id)
            made.attribute_terms.put(Row({"id": term_id, "attribute_id": attribute_id, "term": term}))


def _term(kind: str, number: int) -> Fields:
    term_id = {"categories": 16, "tags": 200, "brands": 300}[kind] + number
    data: Fields = {**_embedded(kind, number), "id": term_id}
    if kind != "tags":
        data |= {"parent": 16 + number // 10 if kind == "categories" and number >= 10 else 0}
        data |= {"description": "", "display": "default", "image": None, "menu_order": 0}
    return {**data, "description": "", "count": 1, "_links": links(f"products/{kind}", term_id)}


def _embedded(kind: str, number: int) -> Fields:
    base, word = {"categories": (16, "Category"), "tags": (200, "Tag"), "brands": (300, "Brand")}[kind]
    return {"id": base + number, "name": f"{word} {number}", "slug": f"{word.lower()}-{number}"}


_EMBEDDED = {
    kind: [_embedded(kind, number) for number in range(count)]
    for kind, count in (("categories", _CATEGORIES), ("tags", _TAGS), ("brands", _BRANDS))
}


def _image(number: int) -> Fields:
    source = f"{RECORDED_HOME}/wp-content/uploads/2024/11/photo-{number}.jpg"
    fields = {"date_created": "2024-01-08T17:13:20", "date_created_gmt": "2024-01-08T17:13:20"}
    fields |= {"date_modified": "2024-01-08T17:13:20", "date_modified_gmt": "2024-01-08T17:13:20"}
    shown = {"src": source, "name": f"Photo {number}", "alt": f"Photo {number}"}
    return {"id": 100_000_000 + number, **fields, **shown}


_IMAGES = [_image(number) for number in range(_GALLERY)]
_AXES: list[Fields] = [
    {"id": 1, "name": "Colour", "slug": "pa_colour", "position": 0, "visible": True, "variation": True},
    {"id": 2, "name": "Size", "slug": "pa_size", "position": 1, "visible": True, "variation": True},
]
_AXES = [{**axis, "options": options} for axis, options in zip(_AXES, (_COLOURS, _SIZES), strict=True)]
_BLANK_PRODUCT = blank.new_product(0, ("", ""))
_BLANK_VARIATION = blank.new_variation(0, 0, ("", ""))


def _prices(number: int) -> Fields:
    regular = f"{5 + number % 400}.{number % 100:02}"
    return {"price": regular, "regular_price": regular, "purchasable": True}


def _product(children: dict[int, range]) -> Callable[[int, int], Fields]:
    def make(row_id: int, number: int) -> Fields:
        name, slug = _name(number), f"product-{number}"
        below = children.get(row_id)
        return {
            **_BLANK_PRODUCT,
            "id": row_id,
            "name": name,
            "slug": slug,
            "permalink": f"{RECORDED_HOME}/product/{slug}/",
            "description": f"<p>{name}.</p>\n" + _TEXT * (4 + number % 9),
            "short_description": _TEXT,
            "sku": f"SYN-{number:07}",
            **_prices(number),
            "manage_stock": True,
            "stock_quantity": number % 200,
            "stock_status": "instock" if number % 200 else "outofstock",
            "weight": f"{number % 30}.{number % 10}",
            "categories": [_EMBEDDED["categories"][number * step % _CATEGORIES] for step in (1, 7)],
            "tags": [_EMBEDDED["tags"][number * step % _TAGS] for step in (1, 11)],
            "brands": [_EMBEDDED["brands"][number % _BRANDS]],
            "images": [_IMAGES[number * step % _GALLERY] for step in (1, 3)],
            "attributes": _AXES if below else [],
            "variations": list(below or ()),
            "has_options": bool(below),
            "meta_data": [
                {"id": 10_000_000_000 + row_id * 3 + place, "key": key, "value": f"{key} {number}"}
                for place, key in enumerate(("supplier", "season", "_internal"))
            ],
            "_links": links("products", row_id),
        }

    return make


def _variation(place: int) -> Callable[[int, int], Fields]:
    def make(row_id: int, number: int) -> Fields:
        options = (_COLOURS[place % len(_COLOURS)], _SIZES[place // len(_COLOURS) % len(_SIZES)])
        axes = [
            {"id": axis["id"], "name": axis["name"], "slug": axis["slug"], "option": option}
            for axis, option in zip(_AXES, options, strict=True)
        ]
        return {
            **_BLANK_VARIATION,
            "id": row_id,
            "permalink": f"{RECORDED_HOME}/product/variation-{row_id}/",
            "sku": f"SYN-V{number:07}",
            **_prices(number),
            "manage_stock": True,
            "stock_quantity": number % 50,
            "image": _IMAGES[number % _GALLERY],
            "attributes": axes,
            "menu_order": place + 1,
        }

    return make
