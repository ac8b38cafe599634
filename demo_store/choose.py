"""Choose and order posts (products and variations), terms and reviews as WooCommerce's queries do."""

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from demo_store.clock import Clock
from demo_store.php import Fields
from demo_store.rows import Row

Test = Callable[[Row], bool]

_DATES = {"after": 1, "before": -1}
_COLUMNS = {
    ("", False): "date",
    ("", True): "date_gmt",
    ("modified_", False): "modified",
    ("modified_", True): "modified_gmt",
}


def posts(rows: Iterable[Row], values: Fields, clock: Clock) -> list[Row]:
    """List the products or variations that match, in the order asked for."""
    tests = [*_status_tests(values), *_id_tests(values), *date_tests(values, clock), *_field_tests(values)]
    found = [row for row in rows if all(test(row) for test in tests)]
    return order_posts(found, values)


def _status_tests(values: Fields) -> list[Test]:
    included = set(values.get("include_status") or [values.get("status", "any")])
    excluded = set(values.get("exclude_status") or [])
    if "any" in included:
        # "any" leaves out the trash; statuses that no plugin registers any more are listed.
        hidden = excluded | ({"trash", "auto-draft"} - included)
        return [lambda row: row.status not in hidden]
    shown = included - excluded
    return [lambda row: row.status in shown]


def _id_tests(values: Fields) -> list[Test]:
    tests: list[Test] = []
    if values.get("include"):
        wanted = set(values["include"])
        tests.append(lambda row: row.id in wanted)
    if values.get("exclude"):
        unwanted = set(values["exclude"])
        tests.append(lambda row: row.id not in unwanted)
    if values.get("parent"):
        parents = set(values["parent"])
        tests.append(lambda row: row.parent_id in parents)
    if values.get("parent_exclude"):
        not_parents = set(values["parent_exclude"])
        tests.append(lambda row: row.parent_id not in not_parents)
    return tests


def date_tests(values: Fields, clock: Clock) -> list[Test]:
    """Make the tests of after, before, modified_after and modified_before: exclusive, to the second."""
    tests: list[Test] = []
    gmt = bool(values.get("dates_are_gmt"))
    for prefix in ("", "modified_"):
        column = _COLUMNS[prefix, gmt]
        for name, sign in _DATES.items():
            value = values.get(f"{prefix}{name}")
            if value:
                tests.append(_date_test(column, sign, clock.site_time(value)))
    return tests


def _date_test(column: str, sign: int, bound: str) -> Test:
    def test(row: Row) -> bool:
        moment: str = getattr(row, column)
        # A zero date is "" here and 0000-00-00 in MySQL: earlier than any other.
        return moment > bound if sign > 0 else moment < bound

    return test


def _field_tests(values: Fields) -> list[Test]:
    tests: list[Test] = []
    for name in ("type", "stock_status", "featured", "on_sale", "virtual", "downloadable", "slug"):
        value = values.get(name)
        if value is not None and value != "":
            tests.append(lambda row, name=name, value=value: row.data.get(name) == value)  # type: ignore[misc]
    if values.get("include_types"):
        tests.append(lambda row: row.type in values["include_types"])
    if values.get("exclude_types"):
        tests.append(lambda row: row.type not in values["exclude_types"])
    if values.get("sku"):
        skus = {sku.strip() for sku in values["sku"].split(",")}
        tests.append(lambda row: row.data["sku"] in skus)
    if values.get("tax_class"):
        wanted = "" if values["tax_class"] == "standard" else values["tax_class"]
        tests.append(lambda row: row.data["tax_class"] == wanted)
    if values.get("search"):
        words = values["search"].lower().split()
        tests.append(lambda row: _holds(row.data, words))
    return tests + _term_tests(values) + _price_tests(values)


def _holds(data: Fields, words: Sequence[str]) -> bool:
    text = " ".join(str(data.get(name, "")) for name in ("name", "short_description", "description")).lower()
    return all(word in text for word in words)


def _term_tests(values: Fields) -> list[Test]:
    tests: list[Test] = []
    for name, embedded in (("category", "categories"), ("tag", "tags"), ("brand", "brands")):
        if values.get(name):
            ids = {int(part) for part in values[name].split(",") if part.strip().isdigit()}
            tests.append(
                lambda row, ids=ids, embedded=embedded: any(  # type: ignore[misc]
                    term["id"] in ids for term in row.data.get(embedded, ())
                )
            )
    if values.get("shipping_class"):
        classes = {int(part) for part in values["shipping_class"].split(",") if part.strip().isdigit()}
        tests.append(lambda row: row.data["shipping_class_id"] in classes)
    return tests


def _price_tests(values: Fields) -> list[Test]:
    tests: list[Test] = []
    if values.get("min_price"):
        tests.append(lambda row: bool(row.data["price"]) and float(row.data["price"]) >= float(values["min_price"]))
    if values.get("max_price"):
        tests.append(lambda row: bool(row.data["price"]) and float(row.data["price"]) <= float(values["max_price"]))
    return tests


def order_posts(found: list[Row], values: Fields) -> list[Row]:
    """Order posts; `date` and `modified` go by site time, then by id (9.9.5 and 5.9.0: see `shuffle_ties`)."""
    by = values.get("orderby", "date")
    if by in {"include", "post__in"}:
        places = {row_id: place for place, row_id in enumerate(values.get("include") or [])}
        return sorted(found, key=lambda row: places.get(row.id, 0))
    keys: dict[str, Callable[[Row], Any]] = {
        "date": lambda row: (row.date, row.id),
        "modified": lambda row: (row.modified, row.id),
        "title": lambda row: (sort_text(row.data.get("name", "")), row.id),
        "slug": lambda row: (row.data.get("slug", ""), row.id),
        "menu_order": lambda row: (row.data["menu_order"], row.id),
        "price": lambda row: (float(row.data["price"] or 0), row.id),
        "popularity": lambda row: (int(row.data.get("total_sales", 0)), row.id),
        "sales": lambda row: (int(row.data.get("total_sales", 0)), row.id),
        "rating": lambda row: (float(row.data.get("average_rating", 0)), row.id),
    }
    return sorted(found, key=keys.get(by, lambda row: row.id), reverse=values.get("order", "desc") == "desc")


def shuffle_ties(found: list[Row], start: int, stop: int, seed: object) -> list[Row]:
    """Give places start to stop of a list ordered by `modified`, with rows of one second in a chance order.

    So do 9.9.5 and 5.9.0, whose SQL orders by the date alone: rows are lost and doubled at page seams.
    """
    stop = min(stop, len(found))
    if start >= stop:
        return []
    first, last = start, stop
    while first > 0 and found[first - 1].modified == found[start].modified:
        first -= 1
    while last < len(found) and found[last].modified == found[stop - 1].modified:
        last += 1
    chance = random.Random(str(seed))  # noqa: S311 - no secret, and the same again for the same seed
    mixed = sorted(found[first:last], key=lambda row: (row.modified, chance.random()))
    if found[first].modified > found[last - 1].modified:
        mixed.reverse()
    return mixed[start - first : stop - first]


def sort_text(text: str) -> str:
    """Give the sort key of a text: without accents and case, near to MySQL's utf8mb4_unicode_ci."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def terms(rows: Iterable[Row], values: Fields) -> list[Row]:
    """List the terms that match, in the order asked for. The rows' data are the terms as served."""
    found = list(rows)
    if values.get("include"):
        found = [row for row in found if row.id in values["include"]]
    if values.get("exclude"):
        found = [row for row in found if row.id not in values["exclude"]]
    if values.get("hide_empty"):
        found = [row for row in found if row.data["count"]]
    if values.get("parent") is not None:
        found = [row for row in found if row.data.get("parent", 0) == values["parent"]]
    if values.get("search"):
        word = values["search"].lower()
        found = [row for row in found if word in row.data["name"].lower() or word in row.data["slug"]]
    if values.get("slug"):
        slugs = values["slug"] if isinstance(values["slug"], list) else re.split(r"[\s,]+", values["slug"])
        found = [row for row in found if row.data["slug"] in slugs]
    return _order_terms(found, values)


def _order_terms(found: list[Row], values: Fields) -> list[Row]:
    by = values.get("orderby", "name")
    if by == "include":
        return sorted(found, key=lambda row: list(values.get("include") or [row.id]).index(row.id))
    keys: dict[str, Callable[[Row], Any]] = {
        "id": lambda row: row.id,
        "name": lambda row: (sort_text(row.data["name"]), row.id),
        "slug": lambda row: row.data["slug"],
        "description": lambda row: (sort_text(row.data["description"]), row.id),
        "count": lambda row: (row.data["count"], row.id),
    }
    key = keys.get(by, lambda row: row.id)
    return sorted(found, key=key, reverse=values.get("order", "asc") == "desc")


LISTED = frozenset({"approved", "hold"})
"""The statuses of reviews that the list of all has."""


def reviews(rows: Iterable[Row], values: Fields, clock: Clock) -> list[Row]:
    """List the reviews that match, newest first by default; they know no modified dates."""
    status = values.get("status", "approved")
    shown = LISTED if status == "all" else {status}
    tests: list[Test] = [lambda row: row.status in shown, *_id_tests(values), *date_tests(values, clock)]
    if values.get("product"):
        tests.append(lambda row: row.data["product_id"] in values["product"])
    if values.get("reviewer_email"):
        tests.append(lambda row: row.data["reviewer_email"] == values["reviewer_email"])
    if values.get("search"):
        word = values["search"].lower()
        tests.append(lambda row: word in (row.data["review"] + row.data["reviewer"]).lower())
    found = [row for row in rows if all(test(row) for test in tests)]
    keys: dict[str, Callable[[Row], Any]] = {
        "date": lambda row: (row.date, row.id),
        "date_gmt": lambda row: (row.date_gmt, row.id),
        "product": lambda row: (row.data["product_id"], row.id),
    }
    key = keys.get(values.get("orderby", "date_gmt"), lambda row: row.id)
    return sorted(found, key=key, reverse=values.get("order", "desc") == "desc")
