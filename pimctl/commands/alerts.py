"""The commands ``pimctl alerts ...``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pimctl.commands import words
from pimctl.project import Project

EPILOG = """Examples:

pimctl alerts add team

pimctl alerts add team mailto://user:password@example.com

pimctl alerts test team

The address is as Apprise takes it: mail, Slack, Teams, webhooks and some hundred others. It is kept in .env. Left out
here, it is asked for without being shown.
"""

app = typer.Typer(no_args_is_help=True, help="Who is told when a sync fails, a store is stale, or its health falls.")


@app.command(epilog=EPILOG)
def add(
    name: Annotated[str, typer.Argument(help="Its name, as team_mail.")],
    url: Annotated[str | None, typer.Argument(help="Its address, as Apprise takes it. Asked for if not given.")] = None,
) -> None:
    """Add an alert, or give one another address."""
    from pimctl.stores import alerts  # noqa: PLC0415

    if url is None:
        url = typer.prompt("Address", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    alerts.add(Project.find(), name, url or "")
    print(f"Added {name}. Try it by: pimctl alerts test {name}")


@app.command("test")
def send_test(name: Annotated[str | None, typer.Argument(help="All if not given.")] = None) -> None:
    """Send a text by an alert."""
    from pimctl.stores import alerts  # noqa: PLC0415

    alerts.send_test(Project.find(), name)
    print("Sent.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """List the alerts, without their addresses."""
    from pimctl.stores import alerts  # noqa: PLC0415

    names = alerts.list_names(Project.find())
    if as_json:
        print(words.as_json(names))
    else:
        print("\n".join(names) or "There is no alert yet. Add one with: pimctl alerts add NAME URL")


@app.command()
def remove(name: str) -> None:
    """Remove an alert."""
    from pimctl.stores import alerts  # noqa: PLC0415

    alerts.remove(Project.find(), name)
    print(f"Removed {name}.")


@app.command()
def send() -> None:
    """Send what changed since the last time; the last block of the jobs that pimctl writes."""
    from pimctl.stores import alerts  # noqa: PLC0415

    alerts.send_due(Project.find())
