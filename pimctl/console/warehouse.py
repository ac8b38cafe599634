"""Reads the PIM database for the pages: read only, with a connection for each request."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from pimctl import db
from pimctl.console.texts import _
from pimctl.errors import PimctlError
from pimctl.postgres import external

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pimctl.project import Project

    Row = dict[str, Any]

OPTIONS = "-c default_transaction_read_only=on -c statement_timeout=20000 -c timezone=UTC -c jit=off"
CONNECT_SECONDS = 5
BATCH_ROWS = 1000


class DatabaseUnavailable(Exception):  # noqa: N818  it says what is the case
    """The PIM database cannot be read now; the message has the cause and no password."""


class Reader:
    """One read-only connection."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, query: LiteralString, values: Mapping[str, Any] | None = None) -> list[Row]:
        """Return all rows of a query."""
        return self._connection.execute(query, values or {}).fetchall()

    def row(self, query: LiteralString, values: Mapping[str, Any] | None = None) -> Row | None:
        """Return the first row of a query."""
        return self._connection.execute(query, values or {}).fetchone()

    def stream(self, query: LiteralString, values: Mapping[str, Any]) -> Iterator[Row]:
        """Yield the rows of a query without holding them all."""
        with self._connection.cursor("export") as cursor:
            cursor.itersize = BATCH_ROWS
            yield from cursor.execute(query, values)

    def store_names(self) -> dict[str, str]:
        """Return what each store calls itself, or its id where it does not say, by its id."""
        return {
            row["store_id"]: row["name"] or row["store_id"]
            for row in self.rows("select store_id, name from pim.stores order by store_id")
        }

    def checks(self) -> dict[str, str]:
        """Return what each health check finds, by the check's name."""
        found = self.rows("select check_name, description from pim.checks order by check_name")
        return {row["check_name"]: row["description"] for row in found}

    def has(self, *tables: str) -> bool:
        """Whether all these tables or views are there."""
        query = "select bool_and(to_regclass(name) is not null) as found from unnest(%(names)s::text[]) as t(name)"
        found = self.row(query, {"names": list(tables)})
        return bool(found and found["found"])


class Warehouse:
    """The PIM database of a project.

    Args:
        project: The project whose database it is.
    """

    def __init__(self, project: Project) -> None:
        self.project = project

    @contextmanager
    def open(self) -> Iterator[Reader]:
        """Open a connection for the length of a ``with`` block.

        Raises:
            DatabaseUnavailable: There is no connection, or it broke, or a query took too long.
        """
        try:
            url = db.current_url(self.project)
            with psycopg.connect(
                url, options=OPTIONS, connect_timeout=CONNECT_SECONDS, row_factory=dict_row
            ) as connection:
                yield Reader(connection)
        except PimctlError as error:
            raise DatabaseUnavailable(str(error)) from None
        except psycopg.errors.QueryCanceled:
            raise DatabaseUnavailable(_("The database took more than 20 seconds. Try again with a filter.")) from None
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            missing = _("The PIM model is not there yet, or is older than the console: sync a store, then try again.")
            raise DatabaseUnavailable(missing) from None
        except psycopg.OperationalError as error:
            reason = external.reason(error)
            raise DatabaseUnavailable(_("The PIM database does not answer: %s") % reason) from None
