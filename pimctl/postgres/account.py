"""Chooses the system account of the embedded PostgreSQL, which refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from pathlib import Path

SERVICE_ACCOUNTS = ("postgres", "nobody")


class RunAs(TypedDict, total=False):
    """Arguments of ``subprocess.run`` that change the account; none for an ordinary user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """The account of the server and its files.

    Attributes:
        uid: User id.
        gid: Main group id.
        borrowed: Whether it is another one than the caller's, which only root can use.
    """

    uid: int
    gid: int
    borrowed: bool

    @classmethod
    def choose(cls, home: Path) -> Account:
        """Return the caller's own account, or for root the owner of the project, else a service account.

        The owner of an existing database folder comes first, so that it stays readable to its server.

        Args:
            home: The database folder, which need not exist.

        Raises:
            PimctlError: Root has no other account to lend.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), borrowed=False)
        for folder in (home, home.parent):
            if folder.exists() and folder.stat().st_uid != 0:
                owner = folder.stat()
                return cls(owner.st_uid, owner.st_gid, borrowed=True)
        for name in SERVICE_ACCOUNTS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, borrowed=True)
        raise PimctlError(
            "PostgreSQL refuses to run as root, and this machine has no account 'postgres' or 'nobody' "
            "to lend: run this as an ordinary user, or set PIM_DATABASE_URL to a database of your own."
        )

    def run_as(self) -> RunAs:
        """Return what ``subprocess.run`` needs to start a program under this account."""
        if not self.borrowed:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make this account the owner of ``path``, where it is another one than the caller's."""
        if self.borrowed:
            os.chown(path, self.uid, self.gid)

    def open_way(self, path: Path) -> list[Path]:
        """Let the borrowed account pass through the folders above ``path``; return those that were closed.

        Only the right to pass (x) is given, not the right to list or read.
        """
        opened: list[Path] = []
        if not self.borrowed:
            return opened
        for folder in path.resolve().parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH and folder.stat().st_uid != self.uid:
                folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
                opened.append(folder)
        return opened

    def open_tree(self, folder: Path) -> bool:
        """Let the borrowed account read, and where the owner may also run, all of a folder; return whether it lacked.

        A package that root installed under a umask of 027 or 077 is closed to all others.
        """
        lacked = False
        if not self.borrowed:
            return lacked
        for inner, _, names in os.walk(folder):
            for path in (inner, *(os.path.join(inner, name) for name in names)):  # noqa: PTH118  thousands of them
                found = os.lstat(path)
                wanted = stat.S_IROTH | (stat.S_IXOTH if found.st_mode & stat.S_IXUSR else 0)
                if not stat.S_ISLNK(found.st_mode) and found.st_mode & wanted != wanted:
                    os.chmod(path, stat.S_IMODE(found.st_mode) | wanted)  # noqa: PTH101
                    lacked = True
        return lacked
