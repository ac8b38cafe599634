"""Detects by one number that rows which products embed, such as categories, were renamed, moved or deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from tap_woo_pim.sync.state import ListState

CARRIED_FIELDS = ("id", "name", "slug", "parent", "attribute_id")
"""What identifies such a row, and what products show of it."""


class Digest:
    """The digest of a list, compared with that of the last run. New rows are not a change.

    Args:
        state: the stream's state with the sum of the hashes of all rows and the largest id.
    """

    def __init__(self, state: ListState) -> None:
        self._state = state
        self._last_max_id = state.digest_max_id
        self._max_id = 0
        self._old = 0
        self._all = 0

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows, in any order."""
        for row in rows:
            text = "\0".join(str(row.get(name)) for name in CARRIED_FIELDS)
            number = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
            self._all += number
            self._old += number if row["id"] <= self._last_max_id else 0
            self._max_id = max(self._max_id, row["id"])

    def save(self) -> bool:
        """Keep the digest for the next run.

        Returns:
            Whether a row of the last run is different now, or gone.
        """
        last = self._state.digest
        self._state.digest, self._state.digest_max_id = f"{self._all % 2**64:016x}", self._max_id
        return last is not None and last != f"{self._old % 2**64:016x}"
