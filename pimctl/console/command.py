"""The commands ``pimctl console ...`` and ``pimctl report``."""

from __future__ import annotations

import getpass
import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pimctl.commands import words
from pimctl.errors import PimctlError
from pimctl.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pimctl.console.audit import Audit
    from pimctl.console.users import Users

app = typer.Typer(invoke_without_command=True, help="Open the console in the browser: channels, products and health.")
users = typer.Typer(no_args_is_help=True, help="Manage who may log in.")
app.add_typer(users, name="users")


class Role(StrEnum):
    """What a user may do."""

    MANAGER = "manager"
    VIEWER = "viewer"


@contextmanager
def libraries() -> Iterator[None]:
    """Say what is missing where this project was installed without the console's libraries."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise PimctlError(f"{error.name} is not installed. Run: pip install 'tap-woo-pim[pimctl,console]'") from None


@app.callback()
def open_console(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 for any free one.")] = 8765,
    host: Annotated[
        str, typer.Option(help="Address to listen on. Any but the local one needs users and TLS.")
    ] = "127.0.0.1",
    name: Annotated[list[str] | None, typer.Option(help="Host name that browsers use, with --host.")] = None,
    certificate: Annotated[Path | None, typer.Option(help="TLS certificate, with --private-key.")] = None,
    private_key: Annotated[Path | None, typer.Option()] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front terminates TLS.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Open the console in the browser. Ctrl-C ends it; running syncs go on."""
    if context.invoked_subcommand is not None:
        return
    with libraries():
        from pimctl.console.server import Place, serve  # noqa: PLC0415  other commands start faster without it

    place = Place(
        host=host,
        port=port,
        names=tuple(name or ()),
        certificate=certificate,
        private_key=private_key,
        is_proxied=behind_proxy,
        opens_browser=not no_browser,
    )
    with libraries():
        serve(Project.find(), place)


@users.command("list")
def list_users() -> None:
    """List the users."""
    for user in _users()[0].all().values():
        print(f"{user.name}\t{user.role}")


@users.command("add")
def add_user(name: str, role: Annotated[Role, typer.Option()]) -> None:
    """Add a user, or give an existing one a new password and role."""
    known, audit = _users()
    known.add(name, role.value, new_password())
    audit.write(getpass.getuser(), f"Added user {name} as {role.value}")
    print(f"{name} can now log in as {role.value}.")


@users.command("remove")
def remove_user(name: str) -> None:
    """Remove a user."""
    known, audit = _users()
    known.remove(name)
    audit.write(getpass.getuser(), f"Removed user {name}")
    print(f"{name} can no longer log in.")


def _users() -> tuple[Users, Audit]:
    with libraries():
        from pimctl.console.audit import Audit  # noqa: PLC0415
        from pimctl.console.server import folder  # noqa: PLC0415
        from pimctl.console.users import Users  # noqa: PLC0415

    home = folder(Project.find())
    return Users(home), Audit(home)


def new_password() -> str:
    """Return a password typed twice without being shown, or the first line where no terminal is there."""
    if not sys.stdin.isatty():
        return words.line_of_stdin()
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise PimctlError("The two passwords differ. Nothing was changed.")
    return password


def write_report() -> None:
    """Print the Health page as one self-contained HTML file: pimctl report > report.html."""
    with libraries():
        from pimctl.console.report import report_html  # noqa: PLC0415
        from pimctl.console.warehouse import DatabaseUnavailable, Warehouse  # noqa: PLC0415

    try:
        print(report_html(Warehouse(Project.find())))
    except DatabaseUnavailable as error:
        raise PimctlError(str(error)) from None
