"""Keep a store's rows consistent while they are edited: lists of variations, counts of terms, trash, future posts."""

from collections.abc import Iterable
from datetime import UTC
from threading import RLock

from demo_store import blank
from demo_store.clock import Clock, site_stamp
from demo_store.contents import Contents, TermKind, listed_variations
from demo_store.php import Fields
from demo_store.rows import Row, Table

EMBEDDED: tuple[TermKind, ...] = ("categories", "tags", "brands")
"""The terms that products hold by name."""


class LivingBase:
    """What every edit of a store's products and variations needs."""

    contents: Contents
    clock: Clock
    lock: RLock
    _due: tuple[tuple[int, int], str] = ((-1, -1), "")

    def publish_due(self) -> None:
        """Publish the future posts whose time has come, as WordPress's cron does: no modified date moves."""
        products, variations = self.contents.products, self.contents.variations
        if self._due[0] != (products.revision, variations.revision):
            waiting = [row.date_gmt for table in (products, variations) for row in table if row.status == "future"]
            self._due = ((products.revision, variations.revision), min(waiting, default=""))
        now = site_stamp(self.clock.now(), UTC)
        if not self._due[1] or self._due[1] > now:
            return
        for row in [row for row in variations if row.status == "future" and row.date_gmt <= now]:
            variations.put(row.with_fields(status="publish"))
            self._relist([row.parent_id])
        for row in [row for row in products if row.status == "future" and row.date_gmt <= now]:
            self._put_product(
                row.with_fields(status="publish", permalink=blank.address({**row.data, "status": "publish"}))
            )

    def _put_product(self, row: Row) -> None:
        self._count_terms(self.contents.products.get(row.id), row)
        self.contents.products.put(row)

    def _relist(self, parent_ids: Iterable[int]) -> None:
        """Bring the `variations` of products up to date."""
        for parent_id in parent_ids:
            parent = self.contents.products.get(parent_id)
            if parent is not None and parent.type == "variable":
                listed = listed_variations(self.contents.variations.children(parent_id))
                if listed != parent.data["variations"]:
                    self.contents.products.put(parent.with_fields(variations=listed))

    def _trash(self, table: Table, rows: Iterable[Row], stamps: tuple[str, str]) -> None:
        for row in [row for row in rows if row.status != "trash"]:
            fields: Fields = {**blank.modified(stamps), "status": "trash", "_raw_status": row.status}
            if table is self.contents.products:
                # A draft has no slug until it is saved with another status.
                slug = row.data["slug"] or blank.slug_for({**row.data, "status": "trash"}, set())
                trashed = {"slug": f"{slug}__trashed", "permalink": blank.address({**row.data, "status": "trash"})}
                fields |= {"_raw_slug": row.data["slug"], **trashed}
                self._count_terms(row, None)
            table.put(row.with_fields(**fields))

    def _restore(self, table: Table, rows: Iterable[Row], stamps: tuple[str, str]) -> None:
        for row in [row for row in rows if row.status == "trash"]:
            data = {**row.data, **blank.modified(stamps), "status": row.data.get("_raw_status", "draft")}
            data.pop("_raw_status", None)
            if table is self.contents.products:
                data["slug"] = data.pop("_raw_slug", data["slug"].removesuffix("__trashed"))
                data["permalink"] = blank.address(data)
                self._count_terms(None, Row(data))
            table.put(Row(data))

    def _count_terms(self, old: Row | None, new: Row | None) -> None:
        """Keep the terms' counts, which are of published products."""
        for kind in EMBEDDED:
            before, after = self._counted(kind, old), self._counted(kind, new)
            table = self.contents.terms[kind]
            for term_id in before ^ after:
                term = table.get(term_id)
                if term is not None:
                    step = 1 if term_id in after else -1
                    table.put(term.with_fields(count=max(0, term.data["count"] + step)))

    def _counted(self, kind: TermKind, row: Row | None) -> set[int]:
        if row is None or row.status != "publish":
            return set()
        counted: set[int] = set()
        waiting = [term["id"] for term in row.data.get(kind, ())]
        while waiting:
            term = self.contents.terms[kind].get(waiting.pop())
            if term is not None and term.id not in counted:
                counted.add(term.id)
                waiting.append(term.parent_id)
        return counted
