"""Turns a row from the store into a record: every value valid for its column, nothing dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from tap_woo_pim.records.columns import OBJECT, TYPE_MISMATCH, Column

NOISE = frozenset({"related_ids", "price_html", "_links"})
"""Fields that are not product data: a random sample, the theme's HTML, links within the API."""

EXTRA_FIELDS = Column(
    "extra_fields",
    OBJECT,
    "What the store sent beside the columns, or in a form that does not fit its column.",
)


class Shaper:
    """Shapes the rows of one stream.

    Args:
        columns: the columns that the store fills, without the tap's own (store_id, synced_at, extra_fields).
        selected: names of the columns wanted. The others are left out of the record.
        constants: columns that are the same in every record, such as store_id and synced_at.
        mismatches: counts the values that do not fit, by column.
    """

    def __init__(
        self,
        columns: Collection[Column],
        selected: Collection[str],
        constants: dict[str, Any],
        mismatches: Counter[str],
    ) -> None:
        wanted = [column for column in columns if column.name in selected]
        self._constants = constants
        self._shapes = [(column.name, column.kind.plain, column.kind.shape) for column in wanted]
        self._known = NOISE | {column.name for column in columns}
        self._keeps_extra = EXTRA_FIELDS.name in selected
        self._mismatches = mismatches

    def shape(self, row: dict[str, Any]) -> dict[str, Any]:
        """Make the record of a row.

        Args:
            row: the row as decoded from the store's JSON; it is not changed.

        Returns:
            A new record with every selected column. A value that does not fit its column is null there and goes to
            `extra_fields` under its name, as do fields without a column.
        """
        record = self._constants.copy()
        extra: dict[str, Any] = {}
        get = row.get
        for name, plain, shape in self._shapes:
            value = get(name)
            if type(value) is plain or value is None:
                record[name] = value
            elif (shaped := shape(value)) is not TYPE_MISMATCH:
                record[name] = shaped
            else:
                record[name] = None
                extra[name] = value
                self._mismatches[name] += 1
        if self._keeps_extra:
            if not row.keys() <= self._known:
                extra.update((name, value) for name, value in row.items() if name not in self._known)
            record[EXTRA_FIELDS.name] = extra or None
        return record
