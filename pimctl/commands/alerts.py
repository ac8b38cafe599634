"""The commands ``pimctl alerts ...``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pimctl.commands import words
from pimctl.project import Project

EPILOG = (
    """Examples:

pimctl alerts add team

pimctl alerts add hook json://hooks.example/pim

pimctl alerts test team

"""
    "The address is an Apprise URL: mail, Slack, Teams, webhooks and a hundred others. It may hold a password: left "
    "out here, it is asked for without being shown, or read as a line from stdin. It is kept in .env."
)

app = typer.Typer(no_args_is_help=True, help="Send a message when a sync fails, a store is stale or its health falls.")


@app.command(epilog=EPILOG)
def add(
    name: Annotated[str, typer.Argument(help="A name for it, for instance team_mail.")],
    url: Annotated[str | None, typer.Argument(help="Its Apprise URL. Asked for if not given.")] = None,
) -> None:
    """Add an alert, or give an existing one a new address."""
    from pimctl.stores import alerts  # noqa: PLC0415

    if url is None:
        url = typer.prompt("Address", hide_input=True) if sys.stdin.isatty() else words.line_of_stdin().strip()
    alerts.add(Project.find(), name, url)
    print(f"Added {name}. Try it: pimctl alerts test {name}")


@app.command("test")
def send_test(name: Annotated[str | None, typer.Argument(help="All of them if not given.")] = None) -> None:
    """Send a test message."""
    from pimctl.stores import alerts  # noqa: PLC0415

    alerts.send_test(Project.find(), name)
    print("Sent.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """List the alerts, without their addresses."""
    from pimctl.stores import alerts  # noqa: PLC0415

    found = alerts.kinds(Project.find())
    if as_json:
        print(words.as_json(found))
        return
    lines = [f"{name}\t{kind}" for name, kind in found.items()]
    print("\n".join(lines) or "There is no alert yet. Add one with: pimctl alerts add NAME")


@app.command()
def remove(name: str) -> None:
    """Remove an alert."""
    from pimctl.stores import alerts  # noqa: PLC0415

    alerts.remove(Project.find(), name)
    print(f"Removed {name}.")


@app.command()
def send() -> None:
    """Send the alerts that are due; the last block of the jobs that pimctl writes."""
    from pimctl.stores import alerts  # noqa: PLC0415

    alerts.send_due(Project.find())
