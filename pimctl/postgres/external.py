"""A PIM database of the user's own, named by PIM_DATABASE_URL. Its password is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Conninfo

from pimctl.errors import PimctlError

VARIABLE = "PIM_DATABASE_URL"
EXAMPLE = "postgresql://USER:PASSWORD@HOST:5432/DATABASE"
CONNECT_SECONDS = 10


def to_libpq(url: str) -> str:
    """Return the URL as libpq takes it, without SQLAlchemy's driver name.

    Raises:
        PimctlError: Not a PostgreSQL URL that libpq and SQLAlchemy understand; it is not repeated.
    """
    scheme, separator, rest = url.strip().partition("://")
    dialect, _, driver = scheme.partition("+")
    if not separator or dialect != "postgresql" or driver not in {"", "psycopg"}:
        is_scheme = separator and len(scheme) < len("postgresql+psycopg2 ")
        found = f"begins with {scheme}://" if is_scheme else "is not a URL"
        raise PimctlError(f"{VARIABLE} {found}: write it as {EXAMPLE}")
    plain = f"{dialect}://{rest}"
    try:
        urlsplit(plain).port  # noqa: B018  raises for a port that is no number
        conninfo_to_dict(plain)
    except (ValueError, psycopg.ProgrammingError):
        raise PimctlError(f"{VARIABLE} cannot be read: write it as {EXAMPLE}, with %-codes for @ : / in it") from None
    return plain


def describe(url: str) -> str:
    """Return who, what and where of a URL, in words: ``pim on db.example:5432 as writer``."""
    parts = conninfo_to_dict(to_libpq(url))
    place = parts.get("host") or parts.get("hostaddr") or "the default host"
    port = f":{parts['port']}" if parts.get("port") else ""
    user = f" as {parts['user']}" if parts.get("user") else ""
    return f"{parts.get('dbname') or 'the default database'} on {place}{port}{user}"


def without_password(url: str) -> str:
    """Return the URL as libpq key words and values, the password left out."""
    parts = conninfo_to_dict(to_libpq(url))
    secrets = {option.keyword.decode() for option in Conninfo.get_defaults() if option.dispchar == b"*"}
    return make_conninfo("", **{name: value for name, value in parts.items() if name not in secrets})


def variables(url: str) -> dict[str, str]:
    """Return the PG* environment variables that say the same as the URL, for a program such as psql.

    A command line can be read by every user of the machine; the environment only by the same one.
    """
    options = Conninfo.parse(to_libpq(url).encode())
    return {
        option.envvar.decode(): option.val.decode()
        for option in options
        if option.val is not None and option.envvar is not None
    }


@contextmanager
def connection(url: str) -> Iterator[psycopg.Connection]:
    """Connect for the length of a ``with`` block, each statement by itself.

    Raises:
        PimctlError: There is no connection, or it broke.
    """
    try:
        with psycopg.connect(to_libpq(url), autocommit=True, connect_timeout=CONNECT_SECONDS) as opened:
            yield opened
    except psycopg.Error as error:
        raise PimctlError(f"No connection to {describe(url)}: {reason(error)}") from None


def reason(error: psycopg.Error) -> str:
    """Return the first line of an error, which says why; for one without a text, its kind."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def server_version_and_size(url: str) -> tuple[str, int]:
    """Connect, and return the server's version and the database's size in bytes.

    Raises:
        PimctlError: There is no connection.
    """
    wanted = "select current_setting('server_version'), pg_database_size(current_database())"
    with connection(url) as opened:
        (row,) = opened.execute(wanted).fetchall()
    return str(row[0]), int(row[1])


@dataclass(frozen=True)
class Seen:
    """What a look at a database tells.

    Attributes:
        identity: Text that no other database has, as far as the role may see what tells servers apart.
        has_landed: Whether a run has landed in it: there is a table ``stores`` of the tap's, in whatever schema.
    """

    identity: str
    has_landed: bool


def look(url: str) -> Seen:
    """Connect, and return which database this is. Nothing is written.

    Raises:
        PimctlError: There is no connection.
    """
    tables = "select from information_schema.columns where table_name = 'stores' and column_name = 'namespaces'"
    wanted = f"select datname, oid, exists ({tables}) from pg_database where datname = current_database()"  # noqa: S608
    with connection(url) as opened:
        ((name, number, has_landed),) = opened.execute(wanted).fetchall()
        try:
            ((server,),) = opened.execute("select system_identifier from pg_control_system()").fetchall()
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedFunction):
            server = "unknown"  # as some hosts have it; name and number are left to tell
    return Seen(f"{name}, {number} on server {server}", has_landed)
