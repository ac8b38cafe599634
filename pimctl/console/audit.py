"""Who changed what and when: one line of JSON for each change, in a file that only grows."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

TAIL_BYTES = 2_000_000


class Entry(TypedDict):
    """One change.

    Attributes:
        at: When, UTC, in ISO 8601.
        who: The user.
        what: What was done, as a sentence without any secret.
        store: The store that it concerns, else None.
    """

    at: str
    who: str
    what: str
    store: str | None


class Audit:
    """The audit file of a project.

    Args:
        folder: Where it is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "audit.jsonl"

    def write(self, who: str, what: str, store: str | None = None) -> None:
        """Add a line; where the file cannot be written, to stderr instead: what it tells of is done."""
        entry: Entry = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "who": who, "what": what, "store": store}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        try:
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(
                os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(line)
        except OSError as error:
            print(f"pimctl: {self._file} cannot be written ({error.strerror}): {line}", end="", file=sys.stderr)

    def read(self, store: str | None, most: int = 20) -> list[Entry]:
        """Return the last lines about a store, or about none where it is None, newest first."""
        try:
            with self._file.open("rb") as file:
                file.seek(max(0, self._file.stat().st_size - TAIL_BYTES))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []
        found: list[Entry] = []
        for line in reversed(lines):
            try:
                entry: Entry = json.loads(line)
            except ValueError:
                continue  # cut by the tail, or by a full disk
            if entry.get("store") == store:
                found.append(entry)
            if len(found) == most:
                break
        return found
