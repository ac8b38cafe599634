"""The commands ``pimctl console ...`` and ``pimctl report``."""

from __future__ import annotations

import getpass
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pimctl.errors import PimctlError
from pimctl.project import Project

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


@contextmanager
def libraries() -> Iterator[None]:
    """Say what is missing where this project was installed without the console's libraries."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise PimctlError(f"{error.name} is not installed. Run: pip install 'tap-woo-pim[pimctl,console]'") from None


def open_console(arguments: argparse.Namespace) -> None:
    """Serve the pages until the terminal ends it."""
    with libraries():
        from pimctl.console.server import Place, serve  # noqa: PLC0415  other commands start faster without it

    place = Place(
        host=arguments.host,
        port=arguments.port,
        names=tuple(arguments.name),
        certificate=arguments.certificate,
        private_key=arguments.private_key,
        is_proxied=arguments.behind_proxy,
        opens_browser=not arguments.no_browser,
    )
    serve(Project.find(), place)


def change_users(arguments: argparse.Namespace) -> None:
    """Add, list or remove users."""
    with libraries():
        from pimctl.console.app import folder  # noqa: PLC0415
        from pimctl.console.audit import Audit  # noqa: PLC0415
        from pimctl.console.users import Users  # noqa: PLC0415

    home = folder(Project.find())
    users, audit, me = Users(home), Audit(home), getpass.getuser()
    if arguments.action == "list":
        for user in users.all().values():
            print(f"{user.name}\t{user.role}")
    elif arguments.action == "add":
        users.add(arguments.name, arguments.role, new_password())
        audit.write(me, f"Added user {arguments.name} as {arguments.role}")
        print(f"{arguments.name} can log in as {arguments.role}.")
    else:
        users.remove(arguments.name)
        audit.write(me, f"Removed user {arguments.name}")
        print(f"{arguments.name} cannot log in any more.")


def new_password() -> str:
    """Return a password typed twice without being shown, or the first line where no terminal is there."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise PimctlError("The two passwords differ. Nothing was changed.")
    return password


def write_report(_arguments: argparse.Namespace) -> None:
    """Print the health page as one file."""
    with libraries():
        from pimctl.console.report import report_html  # noqa: PLC0415
        from pimctl.console.warehouse import DatabaseUnavailable, Warehouse  # noqa: PLC0415

    try:
        print(report_html(Warehouse(Project.find())))
    except DatabaseUnavailable as error:
        raise PimctlError(str(error)) from None


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``console`` and ``report`` to the command line."""
    line = "Open the console in the browser: channels, products and health."
    console = commands.add_parser("console", help=line, description=line)
    console.add_argument("--port", type=int, default=8765)
    console.add_argument("--host", default="127.0.0.1", help="address to listen on; other ones than this need users")
    console.add_argument("--name", action="append", default=[], help="name by which browsers reach it, with --host")
    console.add_argument("--certificate", type=Path, metavar="FILE", help="TLS certificate, with --private-key")
    console.add_argument("--private-key", type=Path, metavar="FILE")
    console.add_argument("--behind-proxy", action="store_true", help="a proxy in front speaks https")
    console.add_argument("--no-browser", action="store_true", help="only print the address")
    console.set_defaults(run=open_console)
    users = console.add_subparsers(dest="what", metavar="users").add_parser("users", help="who may log in")
    actions = users.add_subparsers(dest="action", required=True, metavar="COMMAND")
    add = actions.add_parser("add", help="add a user, or give one another password and role")
    add.add_argument("name")
    add.add_argument("--role", choices=("manager", "viewer"), required=True)
    actions.add_parser("remove", help="remove a user").add_argument("name")
    actions.add_parser("list", help="list the users")
    users.set_defaults(run=change_users)
    line = "Print the health page as one HTML file that needs no network: pimctl report > report.html"
    commands.add_parser("report", help=line, description=line).set_defaults(run=write_report)
