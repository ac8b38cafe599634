"""The embedded PostgreSQL of a project: made, started, stopped, looked at."""

from __future__ import annotations

import os
import shlex
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.postgres import address, postmaster, programs
from pimctl.postgres.account import Account

if TYPE_CHECKING:
    from pathlib import Path

    from pimctl.project import Project

FREE_BYTES_NEEDED = 200_000_000  # a new database takes 40 MB, its first write-ahead logs and a demo as much again
UNQUOTABLE = set('"$`\\')  # pg_ctl hands the path to a shell between double quotes
ORPHAN_SECONDS = 10.0  # how long the children of a killed server may need to notice


@dataclass(frozen=True)
class Started:
    """What ``start`` did.

    Attributes:
        socket_folder: Where the server listens.
        was_running: It ran already.
    """

    socket_folder: Path
    was_running: bool


class Embedded:
    """The embedded PostgreSQL below the ``.pim`` folder of a project.

    Attributes:
        data: Its data folder.
        log: The server's log.
        opened: What the server's account may now do, and could not before; only where root started it.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.data = project.home / "data"
        self.log = self.data / "server.log"
        self.opened: list[str] = []

    def running(self) -> postmaster.Postmaster | None:
        """Return the live server, or None."""
        return postmaster.find(self.data)

    def size(self) -> int:
        """Return the bytes that the data folder takes."""
        found = 0
        for folder, _, names in os.walk(self.data):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118  a server at work removes files meanwhile
                found += os.lstat(path).st_size if os.path.lexists(path) else 0
        return found

    def start(self) -> Started:
        """Make the database where it is missing, start its server, and write the service file.

        Safe to call twice, by two processes at once, and after a crash.

        Raises:
            PimctlError: It cannot be done; the message says why.
        """
        account = Account.choose(self.project.home)
        self._make_home(account)
        with exclusive(self.project.home / "lock"):
            self._open_way(account)
            server = self.running()
            if server is not None and not address.socket(server.socket_folder).exists():
                self._end(account)  # cleaners of temporary folders take sockets away; nobody can reach it again
                server = None
            if server is None:
                postmaster.end_orphans(self.data, ORPHAN_SECONDS)
                self._make_data(account)
                self._launch(account)
            server_now = self.running()
            if server_now is None:
                raise PimctlError(f"PostgreSQL ended right after its start: its log is {self.log}")
            self._ensure_database(server_now.socket_folder, account)
            self._write_service_file(server_now.socket_folder, account)
            return Started(server_now.socket_folder, server is not None)

    def stop(self) -> bool:
        """Stop the server, if it runs; return whether it did.

        Raises:
            PimctlError: It does not end.
        """
        if not self.data.exists():
            return False
        account = Account.choose(self.project.home)
        with exclusive(self.project.home / "lock"):
            if self.running() is None:
                return False
            self._open_way(account)
            self._end(account)
            return True

    def _end(self, account: Account) -> None:
        try:
            programs.run("pg_ctl", ["stop", "-w", "-m", "fast", "-D", str(self.data)], account)
        except programs.ProgramError as error:
            raise PimctlError(f"PostgreSQL does not stop: {error}") from error

    def _open_way(self, account: Account) -> None:
        for tree in programs.trees():
            self.opened += [f"read {tree} (chmod -R o+rX)"] * account.open_tree(tree)
        for path in (self.data, programs.folder() / "postgres"):
            self.opened += [f"pass through {folder} (chmod o+x)" for folder in account.open_way(path)]

    def _make_home(self, account: Account) -> None:
        if UNQUOTABLE & set(str(self.data)):
            raise PimctlError(
                f"PostgreSQL cannot work in a path with any of {' '.join(sorted(UNQUOTABLE))} in it: "
                f"move {self.project.root}"
            )
        self.project.home.mkdir(mode=0o700, exist_ok=True)
        if not os.access(self.project.home, os.W_OK | os.X_OK):
            raise PimctlError(f"{self.project.home} belongs to somebody else: run this as its owner or as root.")
        if self.project.home.stat().st_uid != account.uid:
            account.own(self.project.home)

    def _make_data(self, account: Account) -> None:
        """Make the data folder in one step, so that an interrupted start leaves none half made."""
        version = self.data / "PG_VERSION"
        if version.exists():
            found = version.read_text(encoding="utf-8").strip()
            if found != str(programs.MAJOR):
                raise PimctlError(f"{self.data} holds PostgreSQL {found}, this is {programs.MAJOR}: move it away.")
            return
        free = shutil.disk_usage(self.project.home).free
        if free < FREE_BYTES_NEEDED:
            raise PimctlError(
                f"Not enough disk space for the PIM database: {free // 1_000_000} MB free "
                f"at {self.project.home}, {FREE_BYTES_NEEDED // 1_000_000} MB needed."
            )
        fresh = self.project.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        settings = ["timezone=UTC", "log_timezone=UTC", "listen_addresses="]
        chosen = [part for setting in settings for part in ("--set", setting)]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        try:
            programs.run("initdb", ["-D", str(fresh), "-U", address.USER, "--auth=trust", *locale, *chosen], account)
        except (programs.ProgramError, OSError) as error:
            raise PimctlError(f"The PIM database cannot be made in {self.project.home}: {error}") from error
        fresh.rename(self.data)

    def _launch(self, account: Account) -> None:
        socket_folder = address.choose_socket_folder(self.data, account)
        options = f"-p {address.PORT} -c listen_addresses= -k {shlex.quote(str(socket_folder))}"
        command = ["start", "-w", "-t", "120", "-D", str(self.data), "-l", str(self.log), "-o", options]
        deadline = time.monotonic() + ORPHAN_SECONDS
        while True:
            postmaster.pid_file(self.data).unlink(missing_ok=True)  # stale: nobody of this folder runs
            begin = self.log.stat().st_size if self.log.exists() else 0
            try:
                programs.run("pg_ctl", command, account)
            except programs.ProgramError as error:
                told = self._reason(begin) or str(error)
                if "shared memory block" not in told or time.monotonic() > deadline:
                    advice = f" Free some space at {self.data}, then try again." if "No space left" in told else ""
                    raise PimctlError(f"PostgreSQL does not start: {told} (log: {self.log}).{advice}") from error
                time.sleep(0.2)  # children of a killed server are still ending
            else:
                return

    def _reason(self, begin: int) -> str:
        """Return the first fatal line that the server logged after ``begin`` bytes."""
        if not self.log.exists():
            return ""
        written = self.log.read_bytes()[begin:].decode("utf-8", "replace")
        fatal = [line.split("FATAL:", 1)[1].strip() for line in written.splitlines() if "FATAL:" in line]
        return fatal[0] if fatal else ""

    def _ensure_database(self, socket_folder: Path, account: Account) -> None:
        where = ["-h", str(socket_folder), "-p", str(address.PORT), "-U", address.USER]
        ask = f"select 1 from pg_database where datname = '{address.DATABASE}'"  # noqa: S608  a constant
        try:
            found = programs.run("psql", [*where, "-d", "postgres", "-X", "-A", "-t", "-c", ask], account)
            if not found.strip():
                programs.run("createdb", [*where, address.DATABASE], account)
        except programs.ProgramError as error:
            raise PimctlError(f"PostgreSQL does not answer: {error} (log: {self.log})") from error

    def _write_service_file(self, socket_folder: Path, account: Account) -> None:
        """Write the file where it says something else, in one step: another sync may be reading it."""
        file, text = self.project.service_file, address.service(socket_folder)
        if file.exists() and file.read_text(encoding="utf-8") == text:
            return
        fresh = self.project.home / "pg_service.conf.new"
        fresh.write_text(text, encoding="utf-8")
        account.own(fresh)
        fresh.replace(file)
