"""Edit products and variations of a store as its admins do, with the effects on dates that WooCommerce has."""

from datetime import UTC
from typing import Literal

from demo_store import blank
from demo_store.clock import site_stamp
from demo_store.contents import TERM_KINDS, TermKind
from demo_store.living_base import EMBEDDED, LivingBase
from demo_store.php import Fields
from demo_store.rows import Row, Table

POST_TRASHED = "post-trashed"
"""What WordPress makes the status of the comments of a post in the trash; no list of reviews has them then."""


class LivingProducts(LivingBase):
    """The part of a store that edits products and variations. Every method is one database transaction."""

    _last_id = 0
    _last_meta_id = 5_000_000_000

    def create_product(self, **fields: object) -> int:
        """Create a product; returns its id.

        Args:
            fields: its fields, as the API serves them. Terms may be given by id, or as `{"id": ...}`; meta data
                without ids. A status of publish with `date_created_gmt` in the future becomes "future".
        """
        with self.lock:
            data = blank.new_product(self._next_id(), self.clock.stamps())
            given = self._completed({"type": "simple", **fields})
            data.update(given)
            blank.derive(data, given, self.clock.now())
            self._settle(data, given)
            self._put_product(Row(data))
            return int(data["id"])

    def edit_product(self, product_id: int, **fields: object) -> None:
        """Save a product with new values. Its modified date moves, also when nothing changes."""
        with self.lock:
            given = self._completed(fields)
            data = {**self.contents.products[product_id].data, **blank.modified(self.clock.stamps()), **given}
            blank.derive(data, given, self.clock.now())
            self._settle(data, given)
            self._put_product(Row(data))
            self._hand_on_stock_status(product_id)

    def create_variation(self, parent_id: int, **fields: object) -> int:
        """Create a variation of a product, whose modified date moves with it; returns the variation's id."""
        with self.lock:
            self.contents.products[parent_id]
            stamps = self.clock.stamps()
            data = blank.new_variation(self._next_id(), parent_id, stamps)
            siblings = self.contents.variations.children(parent_id)
            data["menu_order"] = 1 + max((row.data["menu_order"] for row in siblings), default=0)
            given = self._completed(fields)
            data.update(given)
            blank.derive(data, given, self.clock.now())
            self.contents.variations.put(Row(data))
            self._touch_parent(parent_id, stamps)
            return int(data["id"])

    def edit_variation(self, variation_id: int, **fields: object) -> None:
        """Save a variation with new values. Its modified date and that of its product move."""
        with self.lock:
            stamps, given = self.clock.stamps(), self._completed(fields)
            data = {**self.contents.variations[variation_id].data, **blank.modified(stamps), **given}
            blank.derive(data, given, self.clock.now())
            self.contents.variations.put(Row(data))
            self._touch_parent(data["parent_id"], stamps)

    def trash_variation(self, variation_id: int) -> None:
        """Move a variation to the trash. Its modified date and that of its product move."""
        with self.lock:
            stamps = self.clock.stamps()
            self._trash(self.contents.variations, [self.contents.variations[variation_id]], stamps)
            self._touch_parent(self.contents.variations[variation_id].parent_id, stamps)

    def restore_variation(self, variation_id: int) -> None:
        """Take a variation out of the trash: its former status is back, its date and its product's move."""
        with self.lock:
            stamps = self.clock.stamps()
            self._restore(self.contents.variations, [self.contents.variations[variation_id]], stamps)
            self._touch_parent(self.contents.variations[variation_id].parent_id, stamps)

    def delete_variation(self, variation_id: int) -> None:
        """Delete a variation for good. Its product's modified date moves."""
        with self.lock:
            parent_id = self.contents.variations.remove(variation_id).parent_id
            self._touch_parent(parent_id, self.clock.stamps())

    def trash_product(self, product_id: int) -> None:
        """Move a product and its variations to the trash; all their modified dates move. Its reviews leave the list."""
        with self.lock:
            for review in [row for row in self.contents.reviews if row.data["product_id"] == product_id]:
                hidden = {"status": POST_TRASHED, "_raw_status": review.data.get("_raw_status", review.status)}
                self.contents.reviews.put(review.with_fields(**hidden))
            stamps = self.clock.stamps()
            self._trash(self.contents.variations, self.contents.variations.children(product_id), stamps)
            self._trash(self.contents.products, [self.contents.products[product_id]], stamps)
            self._relist([product_id])

    def restore_product(self, product_id: int) -> None:
        """Take a product and its variations out of the trash, each with its former status; their dates move."""
        with self.lock:
            for review in [row for row in self.contents.reviews if row.data["product_id"] == product_id]:
                status = review.data.get("_raw_status", review.status)
                self.contents.reviews.put(review.with_fields(status=status))
            stamps = self.clock.stamps()
            self._restore(self.contents.products, [self.contents.products[product_id]], stamps)
            self._restore(self.contents.variations, self.contents.variations.children(product_id), stamps)
            self._relist([product_id])

    def delete_product(self, product_id: int) -> None:
        """Delete a product for good, with its variations and reviews. No other row's date moves."""
        with self.lock:
            self._count_terms(self.contents.products.remove(product_id), None)
            for variation in list(self.contents.variations.children(product_id)):
                self.contents.variations.remove(variation.id)
            for review in [row for row in self.contents.reviews if row.data["product_id"] == product_id]:
                self.contents.reviews.remove(review.id)

    def sql_update(
        self,
        kind: Literal["products", "variations", "reviews", "attributes", "attribute_terms", "taxes"] | TermKind,
        row_id: int,
        **fields: object,
    ) -> None:
        """Write to the database past WordPress, as importers and stock plugins do: no date moves.

        Args:
            kind: which rows.
            row_id: the row's id.
            fields: the values, as the API serves them afterwards, but that a variation shows its product's where it
                has none. Another `parent_id` makes an orphan.
        """
        with self.lock:
            table: Table = self.contents.terms[kind] if kind in TERM_KINDS else getattr(self.contents, kind)
            row = table[row_id]
            if kind == "attribute_terms":
                table.put(row.with_fields(term={**row.data["term"], **fields}))
                return
            table.put(row.with_fields(**fields))
            if kind == "variations":
                self._relist({row.parent_id, table[row_id].parent_id})

    def edit_image(self, image_id: int, **fields: object) -> None:
        """Edit an image's title (`name`) or `alt` in all rows that show it: no date of theirs moves."""
        with self.lock:
            for table in (self.contents.variations, *(self.contents.terms[kind] for kind in TERM_KINDS)):
                for row in [row for row in table if (row.data.get("image") or {}).get("id") == image_id]:
                    table.put(row.with_fields(image={**row.data["image"], **fields}))
            for row in [row for row in self.contents.products if any(i["id"] == image_id for i in row.data["images"])]:
                images = [{**i, **fields} if i["id"] == image_id else i for i in row.data["images"]]
                self.contents.products.put(row.with_fields(images=images))

    def _next_id(self) -> int:
        if not self._last_id:
            self._last_id = max(self.contents.products.last_id(), self.contents.variations.last_id())
        self._last_id += 1
        return self._last_id

    def _completed(self, fields: Fields) -> Fields:
        """Complete what the caller gave in short: terms, shipping class and meta data."""
        given = dict(fields)
        for kind in EMBEDDED:
            if kind in given:
                given[kind] = [self._embedded(kind, term) for term in given[kind]]
        if "shipping_class_id" in given and "shipping_class" not in given:
            found = self.contents.terms["shipping_classes"].get(given["shipping_class_id"])
            given["shipping_class"] = found.data["slug"] if found else ""
        if isinstance(given.get("meta_data"), list):
            given["meta_data"] = [self._with_meta_id(entry) for entry in given["meta_data"]]
        if given.get("manage_stock") == "parent":
            given["manage_stock"] = False  # that is how a variation keeps it
        for name in ("date_created", "date_modified", "date_on_sale_from", "date_on_sale_to"):
            given.update(self._twin_dates(name, given))
        return given

    def _twin_dates(self, name: str, given: Fields) -> Fields:
        """Work out a date's twin: its GMT form from site time or the other way about."""
        gmt = f"{name}_gmt"
        if (name in given) == (gmt in given):
            return {}
        if given.get(name) is None and given.get(gmt) is None:
            return {name: None, gmt: None}
        return self.clock.twin(name, given[name]) if name in given else self.clock.twin(gmt, given[gmt])

    def _embedded(self, kind: TermKind, term: int | Fields) -> Fields:
        if isinstance(term, dict) and "name" in term:
            return term
        found = self.contents.terms[kind][term["id"] if isinstance(term, dict) else term].data
        return {"id": found["id"], "name": found["name"], "slug": found["slug"]}

    def _with_meta_id(self, entry: Fields) -> Fields:
        if "id" in entry:
            return entry
        LivingProducts._last_meta_id += 1
        return {"id": LivingProducts._last_meta_id, **entry}

    def _settle(self, data: Fields, given: Fields) -> None:
        """Give a saved product its status, slug and address."""
        if data["status"] == "publish" and (data["date_created_gmt"] or "") > site_stamp(self.clock.now(), UTC):
            data["status"] = "future"
        if not data["slug"]:
            data["slug"] = blank.slug_for(data, {row.data["slug"] for row in self.contents.products})
        if "permalink" not in given:
            data["permalink"] = blank.address(data)

    def _touch_parent(self, parent_id: int, stamps: tuple[str, str]) -> None:
        """Do what saving a variation does to its product at the end of the request."""
        parent = self.contents.products.get(parent_id)
        if parent is None:
            return
        fields = blank.modified(stamps)
        if parent.type == "variable":
            fields["price"] = blank.lowest_price([row.data for row in self.contents.variations.children(parent_id)])
        self.contents.products.put(parent.with_fields(**fields))
        self._relist([parent_id])
        self._hand_on_stock_status(parent_id)

    def _hand_on_stock_status(self, parent_id: int) -> None:
        """Give the listed variations whose stock a product keeps its stock status, as saving it does: no date moves."""
        parent = self.contents.products[parent_id]
        if parent.type != "variable" or parent.data["manage_stock"] is not True:
            return
        status = parent.data["stock_status"]
        below = (row for row in self.contents.variations.children(parent_id) if row.data["manage_stock"] is False)
        for row in [row for row in below if row.id in parent.data["variations"]]:
            self.contents.variations.put(row.with_fields(stock_status=status))
