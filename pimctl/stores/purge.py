"""Removes a store, and on demand its rows and states, and never those of another store."""

from __future__ import annotations

from psycopg import sql

from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import history, meltano_states, operations, progress, registry
from pimctl.stores.store import Store

SCHEMAS = ("woo", "pim")
TABLES = """
select columns.table_schema, columns.table_name
from information_schema.columns
join information_schema.tables using (table_schema, table_name)
where columns.column_name = 'store_id' and columns.table_schema = any(%s) and tables.table_type = 'BASE TABLE'
order by 1, 2
"""


def counts(project: Project, store: Store) -> dict[str, int]:
    """Return the rows of a store in each table that has some: ``{"woo.products": 2000}``.

    Raises:
        PimctlError: The database cannot be read, or another store of the project has the same name in it.
    """
    _refuse_shared(project, store)
    found: dict[str, int] = {}
    with history.database(project) as connection:
        if connection is None:
            return found
        for row in connection.execute(TABLES, [list(SCHEMAS)]).fetchall():
            schema, table = row["table_schema"], row["table_name"]
            query = sql.SQL("select count(*) as rows from {} where store_id = %s").format(sql.Identifier(schema, table))
            counted = connection.execute(query, [store.store_id]).fetchone()
            if counted and counted["rows"]:
                found[f"{schema}.{table}"] = counted["rows"]
    return found


def remove(project: Project, store: Store, *, purge: bool) -> None:
    """Remove a store from the project; with ``purge`` its rows and states too, in one transaction.

    Raises:
        PimctlError: It is being synced, or something cannot be removed.
    """
    if progress.running(project, [store]):
        raise PimctlError(f"{store.id} is being synced: wait for its end, or stop it, then remove it.")
    if purge:
        _refuse_shared(project, store)
    operations.check_removable(project, store)
    if purge:
        _delete_rows(project, store)
        meltano_states.clear_store(project, store.extractor)
    operations.forget(project, store)


def _delete_rows(project: Project, store: Store) -> None:
    with history.database(project) as connection:
        if connection is None:
            return
        with connection.transaction():
            for row in connection.execute(TABLES, [list(SCHEMAS)]).fetchall():
                query = sql.SQL("delete from {} where store_id = %s").format(
                    sql.Identifier(row["table_schema"], row["table_name"])
                )
                connection.execute(query, [store.store_id])


def _refuse_shared(project: Project, store: Store) -> None:
    """Refuse to delete rows that belong to another store too."""
    for other in registry.list_stores(project):
        if other.id != store.id and other.store_id == store.store_id:
            raise PimctlError(f"{other.id} has the same store_id ({store.store_id}): its rows would go too.")
