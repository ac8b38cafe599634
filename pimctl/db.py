"""What ``pimctl db ...`` does: one PIM database, embedded or the user's own."""

from __future__ import annotations

import os
import sys
from typing import NoReturn, TextIO

from pimctl.errors import PimctlError
from pimctl.postgres import address, external, programs
from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from pimctl.stores import alerts, meltano_runs, meltano_states


def megabytes(size: int) -> str:
    """Return a size in bytes as whole megabytes."""
    return f"{size / 1_000_000:,.0f} MB"


def tell_opened(embedded: Embedded, file: TextIO | None = None) -> None:
    """Tell which rights had to be given, on stdout if no file is named."""
    for right in embedded.opened:
        print(f"PostgreSQL does not run as root: its account may now {right}.", file=file)


def start(project: Project) -> None:
    """Start the embedded database, unless the user has an own one; in a run, see that the run may begin."""
    meltano_runs.guard(project)
    environment = os.environ.get(meltano_states.ENVIRONMENT)  # set in a run alone
    url = project.variable(external.VARIABLE)
    try:
        if url:
            print(f"{external.VARIABLE} is set: using {external.describe(url)}; nothing to start.")
        else:
            embedded = Embedded(project)
            try:
                done = embedded.start()
            finally:
                tell_opened(embedded)  # also of a start that failed: the rights stay given
            url = address.url(done.socket_folder)
            print(f"The PIM database {'was already running' if done.was_running else 'is running'}: {url}")
        meltano_states.check(project, url, environment)
    finally:
        if environment:
            alerts.send_due(project)  # here, since Meltano never reaches its last block when this one or another fails


def stop(project: Project) -> None:
    """Stop the embedded database; its data stays."""
    own = project.variable(external.VARIABLE)
    embedded = Embedded(project)
    try:
        stopped = embedded.stop()
    finally:
        tell_opened(embedded)
    if stopped:
        print(f"The PIM database is stopped. Its data stays in {embedded.data}.")
    elif own:
        print(f"{external.VARIABLE} is set: using {external.describe(own)}; nothing to stop.")
    else:
        print("The PIM database is not running.")


def status(project: Project) -> None:
    """Show which database is in use, its version and its size."""
    own = project.variable(external.VARIABLE)
    if own:
        version, size = external.server_version_and_size(own)
        print(f"external: {external.describe(own)} (from {external.VARIABLE})")
        print(f"PostgreSQL {version}, {megabytes(size)}")
        return
    embedded = Embedded(project)
    server = embedded.running()
    if server is None:
        kept = f"{embedded.data}, {megabytes(embedded.size())}" if embedded.data.exists() else "none yet"
        print(f"stopped\ndata: {kept}\nstart it with: pimctl db start")
        return
    version, _ = external.server_version_and_size(address.url(server.socket_folder))
    print(f"running: PostgreSQL {version}, process {server.pid}, since {server.started:%Y-%m-%d %H:%M:%S} UTC")
    print(f"data: {embedded.data}, {megabytes(embedded.size())}")
    print(f"url: {address.url(server.socket_folder)}")


def ensure_running(project: Project) -> str:
    """Return the URL of the database in use, as `current_url`, starting the embedded one where it is stopped."""
    if not project.variable(external.VARIABLE):
        embedded = Embedded(project)
        try:
            embedded.start()
        finally:
            tell_opened(embedded, sys.stderr)  # stdout may be JSON
    return current_url(project)


def current_url(project: Project) -> str:
    """Return the URL of the database in use, which for an own one holds its password.

    Raises:
        PimctlError: The embedded one is not running.
    """
    own = project.variable(external.VARIABLE)
    if own:
        return external.to_libpq(own)
    server = Embedded(project).running()
    if server is None:
        raise PimctlError("The PIM database is not running: start it with: pimctl db start")
    return address.url(server.socket_folder)


def url(project: Project) -> None:
    """Print the address of the database, as libpq takes it, without its password."""
    own = project.variable(external.VARIABLE)
    print(external.without_password(own) if own else current_url(project))


def shell(project: Project) -> NoReturn:
    """Open psql on the database."""
    variables = external.variables(current_url(project))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    psql = str(programs.folder() / "psql")
    os.execve(psql, [psql], {**kept, "PGTZ": "UTC", **variables})  # noqa: S606  no shell in between
