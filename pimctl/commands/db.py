"""The commands ``pimctl db ...``."""

from __future__ import annotations

import typer

from pimctl.project import Project

app = typer.Typer(no_args_is_help=True, help="Start, stop and inspect the PIM database.")


@app.command()
def start() -> None:
    """Start the embedded database, unless PIM_DATABASE_URL is set."""
    from pimctl import db  # noqa: PLC0415  loaded when needed, so that --help is quick

    db.start(Project.find())


@app.command()
def stop() -> None:
    """Stop the embedded database; its data stays."""
    from pimctl import db  # noqa: PLC0415

    db.stop(Project.find())


@app.command()
def status() -> None:
    """Show which database is in use, its version and its size."""
    from pimctl import db  # noqa: PLC0415

    db.status(Project.find())


@app.command()
def url() -> None:
    """Print the address of the database, as libpq takes it, without its password."""
    from pimctl import db  # noqa: PLC0415

    db.url(Project.find())


@app.command()
def shell() -> None:
    """Open psql on the database."""
    from pimctl import db  # noqa: PLC0415

    db.shell(Project.find())


@app.command(hidden=True)
def paused() -> None:
    """Say that a store is paused: all that the job of a paused store does."""
    print("This store is paused, so nothing is synced. Resume it with: pimctl stores resume ID")
