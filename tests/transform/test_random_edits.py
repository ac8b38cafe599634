"""Whatever happens to the landed rows, builds of what changed come to what a build of everything comes to."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from demo_store import Store
from tests.support.warehouse import NewWarehouse, Warehouse

pytestmark = pytest.mark.long

STORES = ("a", "b")
SKUS = ["MUG", "JAR", "PAN", "HAT", "HAT-S", "HAT-M", "CUP", "NEW"]
FAR_ID = 900_000
ROWS = ("products", "product_variations")
TERMS = ("product_categories", "product_tags", "product_attributes", "product_attribute_terms")
SEEDS = [
    (0, 3, 3),
    *(pytest.param(seed, 12, 1, marks=pytest.mark.soak) for seed in range(1, 9)),
]


class RandomRowEdits:
    """Two stores whose landed rows change by chance; `keep` has what they were at first."""

    def __init__(self, warehouse: Warehouse, seed: int) -> None:
        self.warehouse = warehouse
        self.random = random.Random(seed)
        self.hours = 0

    def choose(self, table: str) -> str:
        """Return the condition that names one row of a table, none when it is empty."""
        rows = self.warehouse.tuples(f"select store_id, id from woo.{table} order by 1, 2")
        store_id, row_id = self.random.choice(rows or [("nobody", 0)])
        return f"store_id = '{store_id}' and id = {row_id}"

    def set(self, table: str, column: str, *values: str) -> str:
        return f"update woo.{table} set {column} = {self.random.choice(values)} where {self.choose(table)}"

    def swap(self, table: str, column: str) -> str:
        """Give one row another one's value."""
        return (
            f"update woo.{table} set {column} ="
            f" (select {column} from woo.{table} where {self.choose(table)} limit 1) where {self.choose(table)}"
        )

    def rename(self, table: str) -> str:
        return self.set(table, "name", "'One'", "'Two &amp; more'", "''")

    def delete(self, table: str) -> str:
        return f"delete from woo.{table} where {self.choose(table)}"

    def full_sync(self, table: str) -> list[str]:
        """Let a store's rows come again, but for one that has vanished."""
        self.hours += 1
        later, of_store = f"+ interval '{self.hours} hours'", f"where {self.of_store()} and"
        return [
            f"update woo.{table} set synced_at = synced_at {later} {of_store} not ({self.choose(table)})",
            f"update woo.snapshots set started_at = started_at {later} {of_store} stream = '{table}'",
        ]

    def deselect_or_select(self) -> str:
        """Let a field of a store's products no longer come, or all of them come as they were at first."""
        store_id = self.random.choice(STORES)
        if self.random.random() < 0.5:
            field = self.random.choice(("name", "description", "images", "categories"))
            return f"update woo.products set {field} = null where store_id = '{store_id}'"
        return (
            "update woo.products as own set (name, description, images, categories) ="
            " (first.name, first.description, first.images, first.categories) from keep.products as first"
            f" where own.store_id = '{store_id}' and first.store_id = own.store_id and first.id = own.id"
        )

    def change_picture(self) -> str:
        alt = self.random.choice(('""', '"Seen"'))
        return (
            f"update woo.products set images = jsonb_set(images, '{{0,alt}}', '{alt}')"
            f" where {self.choose('products')} and jsonb_array_length(images) > 0"
        )

    def translate(self) -> str:
        """Let a language plugin make a row the translation of another one, or of none."""
        language, other = self.random.sample(("en", "de", "fr"), 2)
        table = self.random.choice(("products", "products", "product_variations", "product_categories"))
        found = f"(select id from woo.{table} where {self.choose(table)} limit 1)"
        listed = f"jsonb_build_object('{language}', id, '{other}', {found}::text)"
        fields = f"jsonb_build_object('lang', '{language}', 'translations', {listed})"
        chosen = self.random.choice([fields, fields, "null"])
        return f"update woo.{table} set extra_fields = {chosen} where {self.choose(table)}"

    def set_store(self) -> str:
        values = {
            "currency": ("'EUR'", "'USD'"),
            "weight_unit": ("'g'", "'kg'"),
            "timezone_string": ("'Europe/Paris'", "'Pacific/Apia'", "''"),
            "gmt_offset": ("0", "-11"),
            "manage_stock": ("'yes'", "'no'"),
            "prices_include_tax": ("'yes'", "'no'"),
            "calculate_taxes": ("'yes'", "'no'"),
            "language": ("'de-DE'", "'en_US'"),
        }
        column = self.random.choice(list(values))
        return f"update woo.stores set {column} = {self.random.choice(values[column])} where {self.of_store()}"

    def of_store(self) -> str:
        return f"store_id = '{self.random.choice(STORES)}'"

    def copy(self) -> str:
        """Let a product of the same SKU appear, now and then under the id of a variation."""
        table = self.random.choice(ROWS)
        (found,) = self.warehouse.tuples(f"select coalesce(max(id), 1) from woo.{table}")
        new_id = self.random.choice([FAR_ID + self.random.randrange(10**6), found[0]])
        return (
            f"insert into woo.products select (jsonb_populate_record(own, '{{\"id\": {new_id}}}')).*"
            f" from woo.products as own where {self.choose('products')} on conflict do nothing"
        )

    def remove_or_restore(self) -> list[str]:
        tables = (*ROWS, "stores", *TERMS)
        if self.random.random() < 0.3:
            store_id = self.random.choice(STORES)
            return [f"delete from woo.{table} where store_id = '{store_id}'" for table in tables]
        return [f"insert into woo.{table} select * from keep.{table} on conflict do nothing" for table in tables]

    def changes(self) -> list[str]:
        """Return the statements of a few changes, chosen from all there are."""
        texts = [f"'{sku}'" for sku in SKUS]
        table = self.random.choice(ROWS)
        ways: list[Callable[[], Any]] = [
            lambda: self.set(table, "sku", "null", *texts),
            lambda: self.set(table, "sku", "null", *texts),
            lambda: self.set(table, "status", "'trash'", "'publish'", "'private'", "'draft'", "'future'"),
            lambda: self.set("products", "type", "'simple'", "'variable'", "'grouped'"),
            lambda: self.set(table, "weight", "'1,5'", "'2'", "null"),
            lambda: self.set("products", "manage_stock", "'true'", "'false'"),
            lambda: self.set("product_variations", "manage_stock", "'true'", "'false'", "'parent'"),
            lambda: self.set("products", "stock_quantity", "null", "5"),
            lambda: self.set("products", "variations", "'[]'"),
            lambda: self.set("product_variations", "parent_id", "null", "4711", str(FAR_ID)),
            lambda: self.swap("product_variations", "parent_id"),
            *(lambda column=column: self.swap(table, column) for column in ("attributes", "meta_data")),
            *(lambda column=column: self.swap("products", column) for column in ("images", "categories", "upsell_ids")),
            lambda: self.rename(self.random.choice((*TERMS, "products"))),
            lambda: self.set("product_attribute_terms", "slug", "'s'", "'red'"),
            lambda: self.swap("product_categories", "parent"),
            lambda: self.delete(self.random.choice((*ROWS, *TERMS))),
            lambda: self.full_sync(table),
            lambda: self.full_sync(table),
            lambda: self.full_sync(self.random.choice(TERMS)),
            self.copy,
            lambda: self.set(table, "price", "null", "'5'", "'much'"),
            lambda: self.set("products", "sale_price", "null", "'4'", "'6'"),
            lambda: self.set("products", "date_on_sale_from_gmt", "null", "'2026-05-03 23:00'"),
            lambda: self.set("products", "date_on_sale_to_gmt", "null", "'2026-05-02 23:00'"),
            lambda: self.set(table, "global_unique_id", "null", "'4006381333931'", "'4006381333932'"),
            self.change_picture,
            self.translate,
            self.translate,
            self.deselect_or_select,
            self.set_store,
            self.remove_or_restore,
        ]
        made = [way() for way in self.random.sample(ways, self.random.randint(4, 9))]
        return [statement for one in made for statement in ([one] if isinstance(one, str) else one)]


def store(store_id: str) -> Store:
    """A store of each kind of product, with pictures, terms and custom fields."""
    made = Store.empty()
    terms = [made.create_term("categories", name=name) for name in ("Kitchen", "Clothes")]
    made.edit_term("categories", terms[1], parent=terms[0])
    made.create_term("tags", name="Sale")
    colour = made.create_attribute(name="Colour", slug="pa_colour")
    made.create_attribute_term(colour, name="Red", slug="red")
    axis = {
        "id": colour,
        "name": "Colour",
        "options": ["Red", "Blue"],
        "variation": True,
        "visible": True,
        "position": 0,
    }
    ids: list[int] = []
    for number, sku in enumerate(("MUG", "JAR", "PAN", "CUP")):
        picture = {"id": number % 2 + 1, "src": f"https://{store_id}.example/p.jpg", "name": "P", "alt": sku}
        ids.append(
            made.create_product(
                name=sku.title(),
                sku=sku,
                regular_price="5",
                weight=str(number),
                images=[picture],
                categories=terms[: number % 3],
                upsell_ids=ids[-1:],
                attributes=[axis | {"variation": False}] if number % 2 else [],
                meta_data=[{"key": f"key {number % 2}", "value": sku}],
            )
        )
    for name in ("HAT", "CAP"):
        parent = made.create_product(name=name, sku=name, type="variable", attributes=[axis])
        for size in "SM":
            option = [{"id": colour, "name": "Colour", "option": "Red"}] if size == "S" else []
            made.create_variation(parent, sku=f"{name}-{size}", regular_price="6", attributes=option)
    return made


@pytest.fixture(scope="module")
def begun(new_warehouse: NewWarehouse) -> Warehouse:
    warehouse = new_warehouse("begun")
    for store_id in STORES:
        warehouse.land(store(store_id), store_id)
    tables = (*ROWS, "stores", *TERMS)
    warehouse.write("create schema keep", *(f"create table keep.{one} as select * from woo.{one}" for one in tables))
    warehouse.build()
    return warehouse


@pytest.mark.parametrize(("seed", "rounds", "compared_each"), SEEDS)
def test_builds_of_changes_come_to_what_a_full_build_comes_to(
    begun: Warehouse, new_warehouse: NewWarehouse, seed: int, rounds: int, compared_each: int
) -> None:
    living = new_warehouse(f"living_{seed}", begun.name)
    edits = RandomRowEdits(living, seed)
    applied: list[str] = []
    for number in range(1, rounds + 1):
        changes = edits.changes()
        applied += changes
        living.write(*changes)
        living.build("run")
        if number % compared_each == 0:
            whole = new_warehouse(f"whole_{seed}_{number}", living.name)
            done = whole.dbt("run", "--full-refresh")
            assert done.returncode == 0, (done.stdout, applied)
            assert living.digests() == whole.digests(), (number, applied)
