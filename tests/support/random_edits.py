"""What admins, importers and customers do to a store, at random."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from demo_store import PROFILES, Store
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.when import path

BEGIN = datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)
KINDS = (*PROFILES, "per product")
FEW_KINDS = [
    PROFILES[0],
    *(pytest.param(version, marks=pytest.mark.long) for version in PROFILES[1:]),
    "per product",
]
"""Kinds of stores for tests that look at what does not depend on the version: `make test-long` has all of them."""
STATUSES = ("publish", "publish", "publish", "private", "draft")


class RandomEdits:
    """Edits a store at random.

    Args:
        store: the store.
        seed: makes the same life again.
        quiet: leave out what no date shows: deletion for good, renamed terms, edited images, direct SQL, null dates,
            posts that are published when their time has come.
    """

    def __init__(self, store: Store, seed: int, *, quiet: bool = False) -> None:
        self.store = store
        self.random = random.Random(seed)
        self.edits = 0
        dated: tuple[Callable[[], object], ...] = (
            self.create_product,
            self.create_product,
            self.edit_product,
            self.edit_product,
            self.trash_product,
            self.restore_product,
            self.create_variation,
            self.create_variation,
            self.edit_variation,
            self.edit_variation,
            self.trash_variation,
            self.restore_variation,
            self.pass_time,
        )
        undated = (
            self.delete_product,
            self.delete_product,
            self.delete_variation,
            self.sql,
            self.create_term,
            self.edit_term,
            self.delete_term,
            self.edit_attribute_terms,
            self.edit_review,
            self.edit_image,
            self.null_dates,
            self.create_attribute,
            self.edit_attribute,
            self.delete_attribute,
            self.edit_attribute_term,
            self.delete_attribute_term,
            self.change_type,
            self.plan_product,
            self.edit_tax_classes,
        )
        self.acts = dated if quiet else dated + undated

    def live(self, edits: int = 1) -> None:
        """Make some edits."""
        for _ in range(edits):
            self.random.choice(self.acts)()
            self.edits += 1

    def turn(self) -> None:
        """Trash, restore or delete many products at once, as an admin does with a list of them."""
        act = self.random.choice((self.store.trash_product, self.store.restore_product, self.store.delete_product))
        is_back = act == self.store.restore_product
        rows = [row for row in self.store.rows("products") if (row["status"] == "trash") == is_back]
        for row in self.random.sample(rows, min(self.random.choice((2, 5, 9)), len(rows))):
            act(row["id"])
            self.edits += 1

    def populate(self, products: int) -> None:
        """Fill an empty store."""
        for number in range(4):
            for kind in ("categories", "tags", "brands"):
                self.store.create_term(kind, name=f"{kind} {number}")
        attribute = self.store.create_attribute(name="Colour")
        for name in ("Red", "Blue", "Green"):
            self.store.create_attribute_term(attribute, name=name)
        for _ in range(products):
            self.create_product()
            self.pass_time()

    def create_product(self) -> None:
        kind = self.random.choice(("simple", "simple", "variable"))
        categories = [{"id": row["id"]} for row in self._some("categories", 2)]
        product = self.store.create_product(
            name=f"Product {self.random.random()}",
            type=kind,
            status=self.random.choice(STATUSES),
            regular_price=f"{self.random.randint(1, 999)}.00",
            categories=categories,
            brands=[{"id": row["id"]} for row in self._some("brands")],
            images=[image(self.random.randint(1, 9)) for _ in range(self.random.randint(0, 2))],
            attributes=[self._axis(row) for row in self._some("attributes")],
            meta_data=[{"key": f"field_{self.random.randint(1, 30)}", "value": f"{self.random.random()}"}],
        )
        if kind == "variable":
            for _ in range(self.random.randint(0, 4)):
                self._create_variation(product)

    def edit_product(self) -> None:
        for row in self._some("products"):
            what: tuple[dict[str, Any], ...] = (
                {"name": f"Product {self.random.random()}"},
                {"sku": f"SKU {self.random.random()}", "weight": f"{self.random.randint(1, 9)}"},
                {"manage_stock": True, "stock_quantity": self.random.randint(-3, 3), "backorders": "notify"},
                {"manage_stock": False, "images": [image(self.random.randint(1, 9))]},
            )
            self.store.edit_product(row["id"], **self.random.choice(what))

    def trash_product(self) -> None:
        for row in self._some("products", but=lambda row: row["status"] == "trash"):
            self.store.trash_product(row["id"])

    def restore_product(self) -> None:
        for row in self._some("products", but=lambda row: row["status"] != "trash"):
            self.store.restore_product(row["id"])

    def delete_product(self) -> None:
        for row in self._some("products"):
            self.store.delete_product(row["id"])

    def create_variation(self) -> None:
        for row in self._some("products", but=lambda row: row["type"] != "variable" or row["status"] == "trash"):
            self._create_variation(row["id"])

    def edit_variation(self) -> None:
        for row in self._some("variations"):
            self.store.edit_variation(row["id"], regular_price=f"{self.random.randint(1, 999)}.50")

    def trash_variation(self) -> None:
        for row in self._some("variations", but=lambda row: row["status"] == "trash"):
            self.store.trash_variation(row["id"])

    def restore_variation(self) -> None:
        trashed = {row["id"] for row in self.store.rows("products") if row["status"] == "trash"}
        for row in self._some("variations", but=lambda row: row["status"] != "trash" or row["parent_id"] in trashed):
            self.store.restore_variation(row["id"])

    def delete_variation(self) -> None:
        for row in self._some("variations"):
            self.store.delete_variation(row["id"])

    def sql(self) -> None:
        """Write stock and prices past WordPress, as importers and stock plugins do."""
        kind = self._products_or_variations()
        for row in self._some(kind):
            what = {"stock_quantity": self.random.randint(0, 99)}, {"price": f"{self.random.randint(1, 99)}.10"}
            self.store.sql_update(kind, row["id"], **self.random.choice(what))

    def null_dates(self) -> None:
        kind = self._products_or_variations()
        for row in self._some(kind):
            self.store.sql_update(kind, row["id"], date_modified=None, date_modified_gmt=None)

    def edit_image(self) -> None:
        self.store.edit_image(self.random.randint(1, 9), name=f"Image {self.random.random()}", alt="A view.")

    def change_type(self) -> None:
        """Save a product with another type; WooCommerce then deletes the variations of one that was variable."""
        for row in self._some("products", but=lambda row: row["status"] == "trash"):
            self.store.edit_product(row["id"], type="simple" if row["type"] == "variable" else "variable")
            for variation in self.store.rows("variations"):
                if row["type"] == "variable" and variation["parent_id"] == row["id"]:
                    self.store.delete_variation(variation["id"])

    def plan_product(self) -> None:
        """Create a product that is published later, by itself: that moves no date."""
        when = self.store.clock.now() + datetime.timedelta(seconds=self.random.choice((5, 600, 90_000)))
        created = when.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S")
        self.store.create_product(name="Soon", type="simple", status="publish", date_created_gmt=created)

    def create_attribute(self) -> None:
        if len(self.store.rows("attributes")) < 5:
            attribute = self.store.create_attribute(name=f"Attribute {self.random.random()}")
            for name in ("Small", "Large"):
                self.store.create_attribute_term(attribute, name=name)

    def edit_attribute(self) -> None:
        for row in self._some("attributes"):
            self.store.edit_attribute(row["id"], name=f"Attribute {self.random.random()}")

    def delete_attribute(self) -> None:
        if self.random.random() < 0.3:
            for row in self._some("attributes"):
                self.store.delete_attribute(row["id"])

    def edit_attribute_term(self) -> None:
        for row in self._some("attribute_terms"):
            name = f"Option {self.random.random()}"
            self.store.edit_attribute_term(row["attribute_id"], row["term"]["id"], name=name)

    def delete_attribute_term(self) -> None:
        for row in self._some("attribute_terms"):
            self.store.delete_attribute_term(row["attribute_id"], row["term"]["id"])

    def edit_tax_classes(self) -> None:
        name = f"Class {self.random.randint(1, 4)}"
        if any(row["name"] == name for row in self.store.rows("tax_classes")):
            self.store.delete_tax_class(name.lower().replace(" ", "-"))
        else:
            self.store.create_tax_class(name)

    def create_term(self) -> None:
        self.store.create_term(self._kind(), name=f"Term {self.random.random()}")  # type: ignore[arg-type]

    def edit_term(self) -> None:
        kind = self._kind()
        for row in self._some(kind):
            self.store.edit_term(kind, row["id"], name=f"Term {self.random.random()}")  # type: ignore[arg-type]

    def delete_term(self) -> None:
        kind = self._kind()
        for row in self._some(kind):
            self.store.delete_term(kind, row["id"])  # type: ignore[arg-type]

    def edit_attribute_terms(self) -> None:
        for row in self._some("attributes"):
            self.store.create_attribute_term(row["id"], name=f"Term {self.random.random()}")

    def edit_review(self) -> None:
        if self.random.random() < 0.5:
            for row in self._some("products"):
                self.store.create_review(row["id"], review="Good.", rating=5)
        for row in self._some("reviews"):
            if self.random.random() < 0.5:
                self.store.delete_review(row["id"])
            else:
                self.store.edit_review(row["id"], review="Better.")

    def pass_time(self) -> None:
        self.store.clock.advance(self.random.choice((0, 0, 1, 1, 30, 700)))

    def _create_variation(self, product: int) -> None:
        axes = [{"id": row["id"], "name": row["name"]} for row in self._some("attributes")]
        axis = axes[0] if axes else {"id": 0, "name": "C"}
        option = self.random.choice(("Red", "Blue", "Green"))
        shown = image(self.random.randint(1, 9)) if self.random.random() < 0.3 else None
        self.store.create_variation(product, regular_price="5.00", attributes=[{**axis, "option": option}], image=shown)

    def _axis(self, row: Any) -> dict[str, Any]:
        options = [
            term["term"]["name"] for term in self.store.rows("attribute_terms") if term["attribute_id"] == row["id"]
        ]
        return {
            "id": row["id"],
            "name": row["name"],
            "position": 0,
            "visible": True,
            "variation": True,
            "options": options,
        }

    def _products_or_variations(self) -> Any:
        return self.random.choice(("products", "variations"))

    def _kind(self) -> str:
        return self.random.choice(("categories", "tags", "brands", "shipping_classes"))

    def _some(self, kind: Any, count: int = 1, but: Callable[[Any], bool] | None = None) -> Iterable[Any]:
        rows = [row for row in self.store.rows(kind) if but is None or not but(row)]
        return self.random.sample(rows, min(count, len(rows)))


def image(number: int) -> dict[str, Any]:
    """An image as products show it; many share one."""
    day = "2026-09-01T10:00:00"
    dates = dict.fromkeys(("date_created", "date_created_gmt", "date_modified", "date_modified_gmt"), day)
    return {"id": number, **dates, "src": f"https://store.example/{number}.png", "name": f"Image {number}", "alt": ""}


def new_store(version: str = "11.0.1", products: int = 0) -> Store:
    """Open an empty store whose clock stands, with some simple products when asked for."""
    store = Store.empty(version)
    store.clock.set(BEGIN)
    for number in range(products):
        store.create_product(name=f"Product {number}", type="simple", status="publish")
    return store


def without_variations_of_wc_v3(store: Store) -> None:
    """Make the store one from before 10.3, whose variations are listed by wc-analytics alone."""
    store.faults.add(
        BodyChanged(lambda body: body.replace(b'"\\/wc\\/v3\\/variations"', b'"\\/wc\\/v3\\/none"')), path("/wc/v3$")
    )


def without_flat_variations(store: Store) -> None:
    """Make the store one that lists variations product by product only, as before 4.0 or with analytics off."""
    without_variations_of_wc_v3(store)
    store.faults.add(BodyChanged(lambda body: body.replace(b'"wc-analytics"', b'"wc-none"')), path("/wp-json/$"))


def store_of(kind: str) -> Store:
    """Open an empty store of a version, or one without a list of all variations."""
    if kind != "per product":
        return new_store(kind)
    store = new_store()
    without_flat_variations(store)
    return store
