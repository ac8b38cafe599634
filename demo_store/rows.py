"""Hold rows: what the database knows of a product, a variation, a term or a review, and its encoded forms."""

from collections.abc import Callable, Iterable, Iterator

from demo_store.php import Fields

_KEPT_FORMS = 6


class Row:
    """One row that never changes; an edit puts a new row in its place.

    So rows can be shared between stores and their encoded forms kept as long as the row lives. The attributes
    are what lists filter and sort by (`date` and `modified` in site time, "" for a zero date); all else is in `data`.
    WooCommerce shows both dates as null when the GMT column alone is zero; the site time that lists go by is then
    in `_raw_date` and `_raw_modified`. Names that begin with `_raw` are never served.
    """

    __slots__ = (
        "_data",
        "_forms",
        "date",
        "date_gmt",
        "id",
        "modified",
        "modified_gmt",
        "parent_id",
        "status",
        "type",
    )

    def __init__(self, data: Fields) -> None:
        self._data: Fields = data
        self._forms: dict[object, bytes] = {}
        self.id: int = data.get("id", 0)
        self.status: str = data.get("status", "")
        self.type: str = data.get("type", "")
        self.parent_id: int = data["parent_id"] if "parent_id" in data else data.get("parent", 0)
        self.date: str = data.get("date_created") or data.get("_raw_date", "")
        self.date_gmt: str = data.get("date_created_gmt") or ""
        self.modified: str = data.get("date_modified") or data.get("_raw_modified", "")
        self.modified_gmt: str = data.get("date_modified_gmt") or ""

    @property
    def data(self) -> Fields:
        """All fields in their widest shape. Never change what is in it: make a new row."""
        return self._data

    @property
    def name(self) -> str:
        """The row's name, as rows below it show it."""
        return str(self.data["name"])

    def encoded(self, form: object, build: Callable[[], bytes]) -> bytes:
        """Give the bytes of one form of the row, building them the first time."""
        found = self._forms.get(form)
        if found is None:
            if len(self._forms) >= _KEPT_FORMS:
                self._forms.clear()
            found = self._forms[form] = build()
        return found

    def with_fields(self, **fields: object) -> "Row":
        """Make the row that has these values in place of its own."""
        return Row({**self.data, **fields})


class Table:
    """Rows by id, with a number that grows with every change so that lists made from it can be kept."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._rows = {row.id: row for row in rows}
        self._changed: set[int] = set()
        self._children: dict[int, dict[int, Row]] | None = None
        self.revision = 0

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row_id: int) -> bool:
        return row_id in self._rows

    def __getitem__(self, row_id: int) -> Row:
        return self._rows[row_id]

    def get(self, row_id: int) -> Row | None:
        """Look up a row; None where there is none."""
        return self._rows.get(row_id)

    def put(self, row: Row) -> None:
        """Add a row, or put it in the place of the one with its id."""
        self._unlink(row.id)
        self._rows[row.id] = row
        self._changed.add(row.id)
        self.revision += 1
        if self._children is not None:
            self._children.setdefault(row.parent_id, {})[row.id] = row

    def remove(self, row_id: int) -> Row:
        """Take a row out; KeyError where there is none."""
        self._unlink(row_id)
        self._changed.discard(row_id)
        self.revision += 1
        return self._rows.pop(row_id)

    def _unlink(self, row_id: int) -> None:
        """Take a row out of the index of parents."""
        old = self._rows.get(row_id)
        if self._children is not None and old is not None:
            del self._children[old.parent_id][row_id]

    def changed(self) -> list[Row]:
        """List the rows put in since the table was made."""
        return [self._rows[row_id] for row_id in self._changed]

    def children(self, parent_id: int) -> list[Row]:
        """List the rows below a parent, whatever their status."""
        if self._children is None:
            self._children = {}
            for row in self:
                self._children.setdefault(row.parent_id, {})[row.id] = row
        return list(self._children.get(parent_id, {}).values())

    def last_id(self) -> int:
        """Give the largest id in use, 0 for none."""
        return max(self._rows, default=0)
