"""The life of a shop: its admins, importers and customers, at random."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterable
from typing import Any

from demo_store import PROFILES, Store
from demo_store.faults.bodies import BodyChanged
from demo_store.faults.when import path

BEGIN = datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC)
KINDS = (*PROFILES, "per product")
STATUSES = ("publish", "publish", "publish", "private", "draft")


class Life:
    """Edits a store at random.

    Args:
        store: the shop.
        seed: makes the same life again.
        quiet: leave out what no date shows: deletion for good, renamed terms, direct SQL.
    """

    def __init__(self, store: Store, seed: int, *, quiet: bool = False) -> None:
        self.store = store
        self.random = random.Random(seed)
        self.edits = 0
        dated: tuple[Callable[[], object], ...] = (
            self.create_product,
            self.edit_product,
            self.edit_product,
            self.trash_product,
            self.restore_product,
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
        )
        self.acts = dated if quiet else dated + undated

    def live(self, edits: int = 1) -> None:
        """Make some edits."""
        for _ in range(edits):
            self.random.choice(self.acts)()
            self.edits += 1

    def populate(self, products: int) -> None:
        """Fill an empty shop."""
        for number in range(4):
            for kind in ("categories", "tags"):
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
        )
        if kind == "variable":
            for _ in range(self.random.randint(0, 4)):
                self._create_variation(product)

    def edit_product(self) -> None:
        for row in self._some("products"):
            self.store.edit_product(row["id"], name=f"Product {self.random.random()}")

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
        kind = self.random.choice(("products", "variations"))
        for row in self._some(kind):
            self.store.sql_update(kind, row["id"], stock_quantity=self.random.randint(0, 99))  # type: ignore[arg-type]

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
        option = self.random.choice(("Red", "Blue", "Green"))
        self.store.create_variation(
            product, regular_price="5.00", attributes=[{"id": 0, "name": "C", "option": option}]
        )

    def _kind(self) -> str:
        return self.random.choice(("categories", "tags", "shipping_classes"))

    def _some(self, kind: Any, count: int = 1, but: Callable[[Any], bool] | None = None) -> Iterable[Any]:
        rows = [row for row in self.store.rows(kind) if but is None or not but(row)]
        return self.random.sample(rows, min(count, len(rows)))


def new_store(version: str = "11.0.1", products: int = 0) -> Store:
    """Open an empty shop whose clock stands, with some simple products when asked for."""
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
    """Open an empty shop of a version, or one without a list of all variations."""
    if kind != "per product":
        return new_store(kind)
    store = new_store()
    without_flat_variations(store)
    return store
