"""The commands ``pimctl schedule`` and ``pimctl scheduler``."""

from __future__ import annotations

from typing import Annotated

import typer

from pimctl.commands import words
from pimctl.commands.completion import store_ids
from pimctl.errors import PimctlError
from pimctl.project import Project

EPILOG = (
    """Examples:

pimctl schedule eu --every 1h

pimctl schedule eu --at 03:00

pimctl schedule eu --cron "*/15 6-20 * * 1-5"

pimctl schedule eu --off

"""
    "The schedule is a Meltano schedule, and something has to run it: cron, systemd or pimctl scheduler. "
    "docs/scheduling.md has a snippet for each."
)


def schedule(
    store: Annotated[str, typer.Argument(metavar="STORE", help="The id of the store.", autocompletion=store_ids)],
    every: Annotated[str | None, typer.Option(help="Sync at this interval: 15m, 1h, 6h, 1d.")] = None,
    at: Annotated[str | None, typer.Option(help="Sync every day at this time: 03:00.")] = None,
    cron: Annotated[str | None, typer.Option(help='Sync on a cron schedule: "0 3 * * 1-5".')] = None,
    off: Annotated[bool, typer.Option("--off", help="Remove the schedule.")] = False,
) -> None:
    """Set, show or remove the schedule of a store."""
    from datetime import UTC, datetime  # noqa: PLC0415

    from pimctl.commands.stores import cron_of  # noqa: PLC0415
    from pimctl.stores import operations, registry, schedules  # noqa: PLC0415

    project = Project.find()
    found = registry.find(project, store)
    wanted = cron_of(found.id, every, at, cron)
    if wanted and off:
        raise PimctlError("Give a time or --off, not both.")
    if wanted or off:
        found = operations.set_schedule(project, found, wanted)
    if found.cron is None:
        print(f"{store} has no schedule.")
        return
    following = schedules.next_time(found.cron, datetime.now(UTC))
    when = "paused" if found.is_paused else f"next {words.until(following)}, at {words.local(following)}"
    print(f"{store} syncs on schedule {found.schedule} ({found.cron}): {when}.")


def scheduler() -> None:
    """Run the schedules in the foreground until stopped, for machines without cron."""
    from pimctl.stores import scheduler as running  # noqa: PLC0415

    running.run(Project.find())
