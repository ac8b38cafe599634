"""Edit terms, attributes, reviews and tax classes of a store: what products embed changes, their dates do not."""

from collections.abc import Callable
from hashlib import sha256
from threading import RLock

from demo_store.clock import Clock
from demo_store.contents import Contents, TermKind
from demo_store.links import links, slug_of
from demo_store.php import Fields
from demo_store.profiles import RECORDED_HOME
from demo_store.rows import Row, Table

_UNCATEGORIZED = 15
_NESTED = ("categories", "brands")


class LivingTerms:
    """The part of a store that edits all but products and variations."""

    contents: Contents
    clock: Clock
    lock: RLock

    def create_term(self, kind: TermKind, **fields: object) -> int:
        """Create a category, tag, brand or shipping class; returns its id. `parent` nests the first and third."""
        with self.lock:
            term_id = self._next_term_id()
            data: Fields = {"id": term_id, "name": f"Term {term_id}", "slug": ""}
            if kind in _NESTED:
                data |= {"parent": 0, "description": "", "display": "default", "image": None, "menu_order": 0}
            data |= {"description": "", "count": 0, **fields}
            data["slug"] = data["slug"] or slug_of(data["name"]) or f"term-{term_id}"
            route = f"products/{kind}"
            parent = data.get("parent", 0)
            data["_links"] = links(route, term_id, f"{route}/{parent}" if parent else None)
            self.contents.terms[kind].put(Row(data))
            return term_id

    def edit_term(self, kind: TermKind, term_id: int, **fields: object) -> None:
        """Edit a term. Products show its new name and slug at once; their dates do not move."""
        with self.lock:
            old = self.contents.terms[kind][term_id]
            new = old.with_fields(**fields)
            self.contents.terms[kind].put(new)
            if kind == "shipping_classes":
                self._change_shipping_class(term_id, {"shipping_class": new.data["slug"]})
                return
            named = {name: new.data[name] for name in ("id", "name", "slug")}
            self._change_products(kind, term_id, lambda _: named)

    def delete_term(self, kind: TermKind, term_id: int) -> None:
        """Delete a term and take it out of the products, whose dates do not move.

        A category's children move up to its parent, and products left without a category get "Uncategorized".
        """
        with self.lock:
            removed = self.contents.terms[kind].remove(term_id)
            if kind == "shipping_classes":
                self._change_shipping_class(term_id, {"shipping_class": "", "shipping_class_id": 0})
                return
            for child in [row for row in self.contents.terms[kind] if kind in _NESTED and row.parent_id == term_id]:
                self.edit_term(kind, child.id, parent=removed.parent_id)
            self._change_products(kind, term_id, lambda _: None)

    def create_attribute(self, **fields: object) -> int:
        """Create a global attribute; returns its id. The slug is made from the name."""
        with self.lock:
            attribute_id = self.contents.attributes.last_id() + 1
            data: Fields = {"id": attribute_id, "name": f"Attribute {attribute_id}", "slug": "", "type": "select"}
            data |= {"order_by": "menu_order", "has_archives": False, **fields}
            data["slug"] = data["slug"] or f"pa_{slug_of(data['name'])}"
            data["_links"] = links("products/attributes", attribute_id)
            self.contents.attributes.put(Row(data))
            return attribute_id

    def edit_attribute(self, attribute_id: int, **fields: object) -> None:
        """Edit a global attribute. Products and variations show its new name; their dates do not move."""
        with self.lock:
            row = self.contents.attributes[attribute_id].with_fields(**fields)
            self.contents.attributes.put(row)
            named = {name: row.data[name] for name in ("name", "slug")}

            def rename(entry: Fields) -> Fields:
                return {key: named.get(key, value) for key, value in entry.items()}

            self._change_attribute(attribute_id, rename)

    def delete_attribute(self, attribute_id: int) -> None:
        """Delete a global attribute with its terms, and take it out of products and variations."""
        with self.lock:
            self.contents.attributes.remove(attribute_id)
            for term in [row for row in self.contents.attribute_terms if row.data["attribute_id"] == attribute_id]:
                self.contents.attribute_terms.remove(term.id)
            self._change_attribute(attribute_id, lambda _: None)

    def create_attribute_term(self, attribute_id: int, **fields: object) -> int:
        """Create a term of a global attribute; returns its id."""
        with self.lock:
            self.contents.attributes[attribute_id]
            term_id = self._next_term_id()
            term: Fields = {"id": term_id, "name": f"Term {term_id}", "slug": "", "description": ""}
            term |= {"menu_order": 0, "count": 0, **fields}
            term["slug"] = term["slug"] or slug_of(term["name"]) or f"term-{term_id}"
            term["_links"] = links(f"products/attributes/{attribute_id}/terms", term_id)
            self.contents.attribute_terms.put(Row({"id": term_id, "attribute_id": attribute_id, "term": term}))
            return term_id

    def edit_attribute_term(self, attribute_id: int, term_id: int, **fields: object) -> None:
        """Edit a term of an attribute. Options in products and variations follow its name; no date moves."""
        with self.lock:
            row = self.contents.attribute_terms[term_id]
            old, new = row.data["term"]["name"], fields.get("name", row.data["term"]["name"])
            self.contents.attribute_terms.put(row.with_fields(term={**row.data["term"], **fields}))

            def rename(entry: Fields) -> Fields:
                if "options" in entry:
                    return {**entry, "options": [new if option == old else option for option in entry["options"]]}
                return {**entry, "option": new} if entry["option"] == old else entry

            self._change_attribute(attribute_id, rename)

    def delete_attribute_term(self, attribute_id: int, term_id: int) -> None:
        """Delete a term of an attribute and take it out of the products' options; variations keep its name."""
        with self.lock:
            name = self.contents.attribute_terms.remove(term_id).data["term"]["name"]

            def drop(entry: Fields) -> Fields:
                if "options" not in entry:
                    return entry
                return {**entry, "options": [option for option in entry["options"] if option != name]}

            self._change_attribute(attribute_id, drop)

    def create_review(self, product_id: int, **fields: object) -> int:
        """Write a review of a product; returns its id. The product's rating follows, its date does not move."""
        with self.lock:
            review_id = self.contents.reviews.last_id() + 1
            site, gmt = self.clock.stamps()
            data: Fields = {
                "id": review_id,
                "date_created": site,
                "date_created_gmt": gmt,
                "product_id": product_id,
                "status": "approved",
                "reviewer": "A customer",
                "reviewer_email": f"r{review_id}@example.invalid",
                "review": "<p>Good.</p>\n",
                "rating": 5,
                "verified": False,
                **fields,
            }
            face = f"https://secure.gravatar.com/avatar/{sha256(data['reviewer_email'].encode()).hexdigest()}"
            data["reviewer_avatar_urls"] = {str(size): f"{face}?s={size}&d=mm&r=g" for size in (24, 48, 96)}
            data["_links"] = links("products/reviews", review_id, f"products/{product_id}")
            self.contents.reviews.put(Row(data))
            self._rate(product_id)
            return review_id

    def edit_review(self, review_id: int, **fields: object) -> None:
        """Edit a review, for instance its status. Reviews have no modified date."""
        with self.lock:
            row = self.contents.reviews[review_id].with_fields(**fields)
            self.contents.reviews.put(row)
            self._rate(row.data["product_id"])

    def delete_review(self, review_id: int) -> None:
        """Delete a review for good."""
        with self.lock:
            self._rate(self.contents.reviews.remove(review_id).data["product_id"])

    def create_tax_class(self, name: str) -> str:
        """Create a tax class; returns its slug."""
        with self.lock:
            collection = [{"href": f"{RECORDED_HOME}/wp-json/wc/v3/taxes/classes"}]
            row = {"slug": slug_of(name), "name": name, "_links": {"collection": collection}}
            self.contents.tax_classes.append(row)
            return slug_of(name)

    def delete_tax_class(self, slug: str) -> None:
        """Delete a tax class; nothing happens where there is none of that slug."""
        with self.lock:
            self.contents.tax_classes[:] = [row for row in self.contents.tax_classes if row["slug"] != slug]

    def custom_field_names(self) -> list[str]:
        """List the names of custom fields: those known from the start and all public ones of products."""
        with self.lock:
            revision = self.contents.products.revision
            if self._names[0] != revision:
                found = {
                    entry["key"]
                    for row in self.contents.products.changed()
                    for entry in _entries(row)
                    if not entry["key"].startswith("_")
                }
                self._names = (revision, sorted({*self.contents.custom_field_names, *found}))
            return self._names[1]

    _names: tuple[int, list[str]] = (-1, [])

    def _next_term_id(self) -> int:
        tables: list[Table] = [*self.contents.terms.values(), self.contents.attribute_terms]
        return max(table.last_id() for table in tables) + 1

    def _change_products(self, kind: TermKind, term_id: int, change: Callable[[Fields], Fields | None]) -> None:
        for row in [row for row in self.contents.products if any(t["id"] == term_id for t in row.data.get(kind, ()))]:
            terms = _changed(row.data[kind], term_id, change)
            if not terms and kind == "categories" and _UNCATEGORIZED in self.contents.terms["categories"]:
                default = self.contents.terms["categories"][_UNCATEGORIZED].data
                terms = [{name: default[name] for name in ("id", "name", "slug")}]
            self.contents.products.put(row.with_fields(**{kind: terms}))

    def _change_shipping_class(self, term_id: int, fields: Fields) -> None:
        for table in (self.contents.products, self.contents.variations):
            for row in [row for row in table if row.data["shipping_class_id"] == term_id]:
                table.put(row.with_fields(**fields))

    def _change_attribute(self, attribute_id: int, change: Callable[[Fields], Fields | None]) -> None:
        for table in (self.contents.products, self.contents.variations):
            for row in [row for row in table if any(a["id"] == attribute_id for a in row.data["attributes"])]:
                table.put(row.with_fields(attributes=_changed(row.data["attributes"], attribute_id, change)))

    def _rate(self, product_id: int) -> None:
        product = self.contents.products.get(product_id)
        if product is None:
            return
        of_product = [row.data for row in self.contents.reviews if row.data["product_id"] == product_id]
        ratings = [data["rating"] for data in of_product if data["status"] == "approved" and data["rating"]]
        average = f"{sum(ratings) / len(ratings):.2f}" if ratings else "0.00"
        self.contents.products.put(product.with_fields(average_rating=average, rating_count=len(ratings)))


def _changed(entries: list[Fields], entry_id: int, change: Callable[[Fields], Fields | None]) -> list[Fields]:
    changed = [change(entry) if entry["id"] == entry_id else entry for entry in entries]
    return [entry for entry in changed if entry is not None]


def _entries(row: Row) -> list[Fields]:
    meta = row.data["meta_data"]
    return meta if isinstance(meta, list) else list(meta.values())
