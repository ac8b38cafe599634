"""Removes a store, and on demand its rows and states, and never those of another store.

The model keeps two notes on a store in its schema of work: which landed rows it was made from, and which findings are
known. After a purge they must not make the next build take the store's rows for unchanged, or its findings for known.
"""

from __future__ import annotations

from psycopg import sql

from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores import history, meltano_runs, meltano_states, operations, progress, registry
from pimctl.stores.meltano import Meltano
from pimctl.stores.store import Store
from pimctl.stores.sync import log_folder

SCHEMAS = ("woo", "pim")
TABLES = """
select columns.table_schema, columns.table_name
from information_schema.columns
join information_schema.tables using (table_schema, table_name)
where columns.column_name = 'store_id' and columns.table_schema = any(%s) and tables.table_type = 'BASE TABLE'
order by 1, 2
"""
FORGET = {
    "pim_work.int_built_rows": "update pim_work.int_built_rows set digest = null where store_id = %s",
    "pim_work.int_known_findings": "delete from pim_work.int_known_findings where store_id = %s",
}
"""By table, what makes the next build see the store as it is then."""


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
    """Remove a store from the project; with ``purge`` its rows and states too, and then build the model without it.

    Raises:
        PimctlError: It is being synced, or something cannot be removed.
    """
    if progress.running(project, [store]):
        raise PimctlError(f"{store.id} is being synced: wait for its end, or stop it, then remove it.")
    if purge:
        _refuse_shared(project, store)
    operations.check_removable(project, store)
    has_model = False
    try:
        with exclusive(progress.lock_file(project, store), wait=False):  # no sync begins meanwhile
            if purge:
                meltano_states.clear_store(project, store)  # first: a sync after half a purge must read all rows again
                has_model = _delete_rows(project, store)
                meltano_runs.forget(project, store.extractor)
            operations.forget(project, store)
    except BlockingIOError:
        raise PimctlError(f"{store.id} is being synced, or removed by somebody else: look again in a moment.") from None
    if purge and has_model:
        _build(project, store)


def _delete_rows(project: Project, store: Store) -> bool:
    """Delete the rows in one transaction; return whether there is a model, which still names the store."""
    with history.database(project) as connection:
        if connection is None:
            return False
        with connection.transaction():
            for row in connection.execute(TABLES, [list(SCHEMAS)]).fetchall():
                query = sql.SQL("delete from {} where store_id = %s").format(
                    sql.Identifier(row["table_schema"], row["table_name"])
                )
                connection.execute(query, [store.store_id])
            for table, statement in FORGET.items():
                if history.has_table(connection, table):
                    connection.execute(statement, [store.store_id])
        return history.has_table(connection, "pim.master_products")


def _build(project: Project, store: Store) -> None:
    """Build the model, so that the master products and the comparison of stores forget the store too."""
    meltano = Meltano(project, {}, log_folder(project) / "model.log")
    try:
        meltano.run("run", "dbt-postgres:build")
    except PimctlError as error:
        raise PimctlError(f"{store.id} and its rows are removed, but the model was not rebuilt: {error}") from None


def _refuse_shared(project: Project, store: Store) -> None:
    """Refuse to delete rows that belong to another store too."""
    for other in registry.list_stores(project):
        if other.id != store.id and other.store_id == store.store_id:
            raise PimctlError(f"{other.id} has the same store_id ({store.store_id}): its rows would go too.")
