"""What landed in a schema of the PIM database, by the real loader, beside what a store serves."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from psycopg import sql

from tests.support import served_rows
from tests.support.meltano_project import MeltanoProject

KEYS = {"tax_classes": "slug", "product_custom_fields": "name"}
"""What tells the rows of a store apart, where that is not `id`."""

UNLISTED = """
and not exists (
    select from {} p
    where p.store_id = r.store_id and p.id = r.parent_id and r.status in ('publish', 'private')
      and p.type not in ('simple', 'grouped', 'external') and nullif(p.variations, 'null') is not null
      and p.status in ('publish', 'private') and p.synced_at > r.synced_at and not p.variations @> to_jsonb(r.id)
)"""
"""What takes a variation away as soon as a newer row of its product does not list it any more."""

Rows = dict[Any, dict[str, Any]]


def key_of(stream: str) -> str:
    return KEYS.get(stream, "id")


def by_key(stream: str, rows: list[dict[str, Any]], types: dict[str, str]) -> Rows:
    """The rows that a store serves, as they must stand in the database."""
    return {row[key_of(stream)]: served_rows.landed(row, stream, types) for row in rows}


def differing(here: Rows, there: Rows) -> list[Any]:
    """Keys of the rows that differ, are missing, or are ghosts."""
    return [key for key in here.keys() | there.keys() if here.get(key) != there.get(key)]


@dataclass(frozen=True)
class Schema:
    """A schema that stores land in.

    Attributes:
        installed: where the loader is installed and the database runs.
        name: the schema's name.
    """

    installed: MeltanoProject
    name: str

    def loader(self, folder: Path, messages: IO[Any] | None, **pipes: Any) -> subprocess.Popen[Any]:
        """Start target-postgres as meltano.yml has it, on messages from a file or a pipe."""
        config = folder / f"{self.name}-target.json"
        config.write_text(
            json.dumps(
                {
                    "sqlalchemy_url": self.installed.url,
                    "default_target_schema": self.name,
                    "use_copy": True,
                    "validate_records": False,
                    "activate_version": False,
                    "add_record_metadata": False,
                    "batch_size_rows": 2000,
                }
            )
        )
        program = self.installed.root / ".meltano" / "loaders" / "target-postgres" / "venv" / "bin" / "target-postgres"
        return subprocess.Popen(
            [str(program), "--config", str(config)], env={**os.environ, "PGTZ": "UTC"}, stdin=messages, **pipes
        )

    def live(self, stream: str, store_id: str) -> Rows:
        """The live rows of a store by their key, as docs/tables.md has it, those in the trash included."""
        query = sql.SQL(
            "select r.* from {} r left join {} s on s.store_id = r.store_id and s.stream = %s"
            " where r.store_id = %s and (s.started_at is null or r.synced_at >= s.started_at)"
        ).format(sql.Identifier(self.name, stream), sql.Identifier(self.name, "snapshots"))
        if stream == "product_variations" and self.types("products"):
            query += sql.SQL(UNLISTED).format(sql.Identifier(self.name, "products"))
        with self.installed.database() as connection:
            rows = connection.execute(query, [stream, store_id]).fetchall()
        found = {
            row[key_of(stream)]: {
                name: served_rows.tagged(value) for name, value in row.items() if name not in {"store_id", "synced_at"}
            }
            for row in rows
        }
        assert len(found) == len(rows)
        return found

    def types(self, stream: str) -> dict[str, str]:
        """The columns of a table with their types; none when there is no such table."""
        return self.installed.types(stream, self.name)
