"""Where the embedded PostgreSQL listens: in a private folder of its account, and on no network port."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from pimctl.postgres.account import Account

PORT = 5432  # only part of the socket's file name
USER = "pim"
DATABASE = "pim"
LONGEST_SOCKET_PATH = 103  # macOS; Linux allows four more
AWKWARD = set(",\"'\\")  # libpq and PostgreSQL take them for separators or quotes


def is_usable(folder: Path) -> bool:
    """Whether PostgreSQL and its clients can use a socket in ``folder``."""
    return len(os.fsencode(socket(folder))) <= LONGEST_SOCKET_PATH and not AWKWARD & set(str(folder))


def socket(folder: Path) -> Path:
    """Return the socket of the server that listens in ``folder``."""
    return folder / f".s.PGSQL.{PORT}"


def choose_socket_folder(data: Path, account: Account) -> Path:
    """Return the data folder itself, or a private folder of a short name where its path is too long.

    Args:
        data: The data folder, which exists.
        account: The account of the server.

    Raises:
        PimctlError: Somebody else made the short folder first.
    """
    if is_usable(data):
        return data
    name = "pim-" + hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    parents = [Path(runtime)] if runtime and not account.borrowed else []
    for parent in (*parents, Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  checked by make_private
        if parent.is_dir() and os.access(parent, os.W_OK) and is_usable(parent / name):
            return make_private(parent / name, account)
    raise PimctlError(f"The path {data} is too long for a database socket, and there is no other folder for it.")


def make_private(folder: Path, account: Account) -> Path:
    """Make ``folder`` for the account alone, or check that an existing one is.

    Raises:
        PimctlError: It is not.
    """
    if not folder.exists():
        folder.mkdir(mode=0o700)
        account.own(folder)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise PimctlError(f"{folder} is not private to the database's account: remove it and try again.")
    return folder


def url(socket_folder: Path) -> str:
    """Return the libpq and SQLAlchemy URL of the embedded database. The private folder is its lock."""
    return f"postgresql://{USER}@/{DATABASE}?host={quote(str(socket_folder))}"


def service(socket_folder: Path) -> str:
    """Return the text of the libpq service file that names the embedded database ``pim``."""
    return f"[pim]\nhost={socket_folder}\nport={PORT}\nuser={USER}\ndbname={DATABASE}\n"
