"""Which change comes with which run: the tables of the documentation, tried one by one."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from demo_store import Store
from tap_woo_pim.sync.schedule import Schedule
from tests.support.harness import Landing, site
from tests.support.random_edits import image, new_store

PAGE = Path(__file__).parents[3] / "docs" / "how-it-reads.md"
NEXT, EARLY, FULL = "the next run", "an early full sync", "the next full sync"
AUTO: dict[str, Any] = {"full_read_interval_hours": "auto", "max_vanished_percent": 100}
SECONDS = 100
"""How long a full sync takes, as far as the tap knows."""


REVIEW = "a review is written"
PLANNED = "a planned product is published by itself"


def first(store: Store, kind: Any) -> Any:
    return store.rows(kind)[0]["id"]


def parent(store: Store) -> Any:
    return next(row["id"] for row in store.rows("products") if row["type"] == "variable")


def carried(store: Store) -> Any:
    return store.rows("products")[0]["categories"][0]["id"]


def plan(store: Store) -> None:
    when = store.clock.now() + datetime.timedelta(seconds=36_000)
    stamp = when.strftime("%Y-%m-%dT%H:%M:%S")
    store.create_product(name="Planned", type="simple", status="publish", date_created_gmt=stamp)


def option(store: Store) -> tuple[int, int]:
    row = store.rows("attribute_terms")[0]
    return row["attribute_id"], row["term"]["id"]


def import_old(store: Store) -> None:
    new = store.create_product(name="Old", type="simple", status="publish")
    store.sql_update("products", new, date_modified="2020-01-01T00:00:00", date_modified_gmt="2020-01-01T00:00:00")


CHANGES: dict[str, Callable[[Store], object]] = {
    "a product is created": lambda store: store.create_product(name="New", type="simple", status="publish"),
    "a product is edited": lambda store: store.edit_product(first(store, "products"), name="Edited"),
    "a product is trashed": lambda store: store.trash_product(first(store, "products")),
    "a product is restored from the trash": lambda store: store.restore_product(first(store, "products")),
    "a variation is created": lambda store: store.create_variation(parent(store), regular_price="7.00"),
    "a variation is edited": lambda store: store.edit_variation(first(store, "variations"), regular_price="8.00"),
    "a variation is trashed": lambda store: store.trash_variation(store.rows("variations")[1]["id"]),
    "the stock that a product keeps for its variations is changed": lambda store: store.edit_product(
        parent(store), manage_stock=True, stock_quantity=77
    ),
    "a category is created": lambda store: store.create_term("categories", name="New"),
    "a tax class is created": lambda store: store.create_tax_class("New"),
    REVIEW: lambda store: store.create_review(first(store, "products"), review="Good.", rating=5),
    "a product is deleted for good": lambda store: store.delete_product(store.rows("products")[1]["id"]),
    "a variation is deleted for good": lambda store: store.delete_variation(store.rows("variations")[1]["id"]),
    "a product is imported with an old date": import_old,
    "a category is renamed": lambda store: store.edit_term("categories", carried(store), name="Other"),
    "a category is deleted": lambda store: store.delete_term("categories", carried(store)),
    "a tag is renamed": lambda store: store.edit_term("tags", first(store, "tags"), name="Other"),
    "a brand is renamed": lambda store: store.edit_term("brands", first(store, "brands"), name="Other"),
    "a shipping class is renamed": lambda store: store.edit_term(
        "shipping_classes", first(store, "shipping_classes"), name="Other", slug="other"
    ),
    "an attribute is renamed": lambda store: store.edit_attribute(first(store, "attributes"), name="Other"),
    "an option of an attribute is renamed": lambda store: store.edit_attribute_term(*option(store), name="Other"),
    "an option of an attribute is deleted": lambda store: store.delete_attribute_term(*option(store)),
    "the rating of a product changes with a review": lambda store: store.create_review(
        first(store, "products"), review="Bad.", rating=1
    ),
    "stock is written by SQL": lambda store: store.sql_update("products", first(store, "products"), stock_quantity=41),
    "a price is written by SQL": lambda store: store.sql_update("variations", first(store, "variations"), price="4.10"),
    "a picture gets another title or text": lambda store: store.edit_image(3, name="Other", alt="Other"),
    PLANNED: lambda store: store.clock.advance(40_000),
    "a planned sale begins or ends (`on_sale`)": lambda store: store.sql_update(
        "products", first(store, "products"), on_sale=True
    ),
}


def table(heading: str) -> dict[str, list[str]]:
    """The rows of a table of the page by their first cell."""
    lines = PAGE.read_text().partition(f"| {heading} |")[2].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[: lines.index("")]]
    return {row[0]: row[1:] for row in cells}


def furnished() -> Store:
    """A store with one of everything that a change needs."""
    store = new_store()
    shipping = store.create_term("shipping_classes", name="Bulky")
    category, tag, brand = (store.create_term(kind, name="One") for kind in ("categories", "tags", "brands"))
    attribute = store.create_attribute(name="Colour")
    for name in ("Red", "Blue"):
        store.create_attribute_term(attribute, name=name)
    for kind in ("variable", "simple", "simple"):
        store.create_product(
            name="Product",
            type=kind,
            status="publish",
            categories=[{"id": category}],
            tags=[{"id": tag}],
            brands=[{"id": brand}],
            images=[image(3)],
            shipping_class_id=shipping,
            attributes=[{"id": attribute, "name": "Colour", "variation": True, "options": ["Red", "Blue"]}],
        )
    for name in ("Red", "Blue", "Red"):
        axis = {"id": attribute, "name": "Colour", "option": name}
        store.create_variation(parent(store), regular_price="5.00", attributes=[axis])
    return store


def test_each_change_arrives_with_the_run_that_the_page_names() -> None:
    """Runs one hour apart, at first one that may only be incremental, then one that may be full if that is needed."""
    store = furnished()
    edited_last = store.create_variation(store.create_product(name="Edited last", type="variable", status="publish"))
    found = {}

    def has_arrived(landing: Landing) -> bool:
        off = landing.differences(store)
        if what == REVIEW:
            off.pop("products", None)  # the rating, which has a row of its own in the table
        return off == {}

    with site(store) as served:
        for what, change in CHANGES.items():
            if what == PLANNED:
                plan(store)
            store.clock.advance(3600)
            store.edit_variation(edited_last, sku=what)  # so that the look-back brings no other row
            store.clock.advance(3600)
            landing = served.sync(**AUTO)
            landing.have_full_sync_taken(SECONDS if what != PLANNED else 5000)
            change(store)
            store.clock.advance(5 * SECONDS)
            served.sync(landing, **AUTO)
            if has_arrived(landing):
                found[what] = NEXT
                continue
            store.clock.advance(6 * SECONDS)
            served.sync(landing, **AUTO)
            if has_arrived(landing):
                found[what] = EARLY
                continue
            store.clock.advance(86_400)
            served.sync(landing, **AUTO)
            assert has_arrived(landing), what
            found[what] = FULL
    assert found == {what: cells[0] for what, cells in table("change in the store").items()}


@pytest.mark.parametrize(("products", "cells"), table("products").items())
def test_the_interval_follows_from_the_size_as_the_page_says(products: str, cells: list[str]) -> None:
    takes, due_after = cells
    seconds = int(takes.removesuffix(" s"))
    assert abs(int(products.replace(",", "")) / 370 - seconds) <= 3
    units = {"h": 3600, "min": 60, "s": 1}
    began = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)
    due_seconds = sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (h|min|s)", due_after))
    assert (Schedule(began, seconds, "auto").due_at - began).total_seconds() == due_seconds
