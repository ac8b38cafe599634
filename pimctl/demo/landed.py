"""Counts the rows that landed in the PIM database, by stream and store."""

from __future__ import annotations

import psycopg
from psycopg import sql

SCHEMA = "woo"


def counts(url: str) -> dict[str, dict[str, int]]:
    """Return ``{stream: {store_id: rows}}`` of all tables of the landing schema, none for a fresh database.

    Args:
        url: The database, as libpq takes it.
    """
    found: dict[str, dict[str, int]] = {}
    tables = (
        "select table_name from information_schema.columns "
        "where table_schema = %s and column_name = 'store_id' order by table_name"
    )
    with psycopg.connect(url) as connection:
        for (table,) in connection.execute(tables, [SCHEMA]).fetchall():
            count = sql.SQL("select store_id, count(*) from {} group by store_id").format(sql.Identifier(SCHEMA, table))
            found[table] = dict(connection.execute(count).fetchall())
    return found
