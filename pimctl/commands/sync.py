"""The command ``pimctl sync``: stores side by side, live on a terminal, line by line on a pipe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from pimctl.commands import words
from pimctl.commands.completion import store_ids
from pimctl.errors import PimctlError
from pimctl.project import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, RenderableType

    from pimctl.stores.store import Store
    from pimctl.stores.sync import StoreSync, SyncBatch

SECONDS_BETWEEN_LINES = 5.0
BAR_WIDTH = 24
EPILOG = """Examples:

pimctl sync (all stores that are not paused)

pimctl sync eu us --full

pimctl sync --parallel 2 --json > result.json
"""


def sync(
    stores: Annotated[
        list[str] | None,
        typer.Argument(metavar="STORE", help="All stores if none is named.", autocompletion=store_ids),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Read everything, not only what changed.")] = False,
    parallel: Annotated[
        int | None,
        typer.Option(min=1, max=32, help="How many stores at a time. Default: one for each core, at most 4."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Sync stores into the PIM database, side by side, and build the model."""
    from pimctl.stores import registry  # noqa: PLC0415  loaded when needed, so that --help is quick

    project = Project.find()
    chosen = registry.choose(project, stores or [])
    if not chosen:
        raise PimctlError(words.NO_STORE)
    if not stores:
        chosen = [store for store in chosen if not store.is_paused]
        if not chosen:
            said = "All stores are paused, so nothing is synced. Resume one with: pimctl stores resume ID"
            words.terminal(is_error=as_json).print(said, soft_wrap=True)
            if as_json:
                print(words.as_json({"stores": [], "model_error": ""}))
            return
    batch = run(project, chosen, full=full, parallel=parallel, is_quiet=as_json)
    if as_json:
        print(words.as_json({"stores": batch.syncs, "model_error": batch.model_error}))
    if not batch.is_good:
        raise typer.Exit(1)


def run(
    project: Project,
    stores: Sequence[Store],
    *,
    full: bool = False,
    parallel: int | None = None,
    is_quiet: bool = False,
) -> SyncBatch:
    """Sync stores, show their progress, and at the end a table of the results.

    Args:
        project: The Meltano project.
        stores: The stores.
        full: Read everything.
        parallel: How many at a time.
        is_quiet: Show nothing.
    """
    from pimctl.stores import alerts  # noqa: PLC0415
    from pimctl.stores.history import without_place  # noqa: PLC0415
    from pimctl.stores.sync import sync as sync_stores  # noqa: PLC0415

    terminal = words.terminal()
    try:
        if is_quiet:
            batch = sync_stores(project, stores, lambda _: None, full=full, parallel=parallel)
        elif terminal.is_terminal:
            batch = _live(terminal, project, stores, full=full, parallel=parallel)
        else:
            batch = sync_stores(project, stores, _Lines(terminal), full=full, parallel=parallel)
    except PimctlError:
        alerts.send_due(project)  # such as that the database is down
        raise
    alerts.send_due(project)
    if not is_quiet:
        terminal.print()
        terminal.print(result_table(batch))
        for sync in batch.syncs:
            if sync.message:
                style = words.STYLES.get(sync.outcome or "", "")
                terminal.print(f"[{style}]{sync.store.id}[/]: ", end="")
                terminal.print(without_place(sync.message, sync.store.store_id), markup=False, soft_wrap=True)
        if batch.model_error:
            terminal.print("[red]The model was not built:[/] ", end="")
            terminal.print(batch.model_error, markup=False, soft_wrap=True)
    return batch


def _live(
    terminal: Console, project: Project, stores: Sequence[Store], *, full: bool, parallel: int | None
) -> SyncBatch:
    from rich.live import Live  # noqa: PLC0415

    from pimctl.stores.sync import sync as sync_stores  # noqa: PLC0415

    began = time.monotonic()
    seen: list[SyncBatch] = []  # the batch, once there is one; it changes in place

    def view() -> RenderableType:
        return live_view(seen[0], time.monotonic() - began) if seen else ""

    with Live(console=terminal, get_renderable=view, refresh_per_second=4, transient=True):
        return sync_stores(
            project, stores, lambda batch: seen.append(batch) if not seen else None, full=full, parallel=parallel
        )


def live_view(batch: SyncBatch, seconds: float) -> RenderableType:
    """Return what a terminal shows while stores are synced."""
    from rich.console import Group  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    made = words.table("store", "now", "rows", "", "%", "left", right=("rows", "%", "left"))
    for sync in batch.syncs:
        current = sync.progress.current
        percent = current.percent if current and sync.outcome is None else None
        made.add_row(
            sync.store.id,
            _now(sync),
            words.number(sync.rows or sync.progress.rows or None),
            _bar(percent),
            "" if percent is None else f"{percent:.0f}",
            ""
            if current is None or sync.outcome or current.seconds_left is None
            else words.duration(current.seconds_left),
        )
    return Group(made, Text(f"{batch.step} ... {seconds:.0f} s" if batch.step else ""))


def _now(sync: StoreSync) -> str:
    if sync.outcome:
        return words.styled(sync.outcome)
    current = sync.progress.current
    if _is_read(sync):
        return "loading"
    return current.stream.removeprefix("product_") if current else sync.phase


def _is_read(sync: StoreSync) -> bool:
    """Whether the stream that is read last is at its end: what came last is still being loaded."""
    current = sync.progress.current
    return current is not None and current.percent is not None and current.percent >= 100


def _bar(percent: float | None) -> RenderableType:
    from rich.progress_bar import ProgressBar  # noqa: PLC0415

    return (
        "" if percent is None else ProgressBar(100, percent, BAR_WIDTH, complete_style="cyan", finished_style="green")
    )


class _Lines:
    """Prints to a pipe what starts and ends, and the progress every five seconds."""

    def __init__(self, terminal: Console) -> None:
        self.terminal = terminal
        self.step = ""
        self.said: dict[str, str] = {}
        self.next_at = time.monotonic() + SECONDS_BETWEEN_LINES

    def __call__(self, batch: SyncBatch) -> None:
        if batch.step != self.step:
            self.step = batch.step
            if self.step:
                self._say(f"{self.step[0].upper()}{self.step[1:]} ...")
        is_due = time.monotonic() >= self.next_at
        if is_due:
            self.next_at = time.monotonic() + SECONDS_BETWEEN_LINES
        for sync in batch.syncs:
            word = sync.outcome or sync.phase
            is_news = self.said.get(sync.store.id) != word
            if word != "waiting" and (is_news or (is_due and word == "reading")):
                self.said[sync.store.id] = word
                self._say(f"{sync.store.id}: {line(sync)}")

    def _say(self, text: str) -> None:
        self.terminal.print(text, markup=False, soft_wrap=True)


def line(sync: StoreSync) -> str:
    """Return how far the sync of a store is, in a line."""
    if sync.outcome:
        took = f" after {words.duration(sync.seconds)}, {sync.rows:,} rows" if sync.seconds else ""
        return f"{sync.outcome}{took}"
    current = sync.progress.current
    if current is None:
        return sync.phase
    if _is_read(sync):
        return f"loading {sync.progress.rows:,} rows"
    of = f" of {current.total:,} ({current.percent:.0f} %)" if current.total and current.percent is not None else ""
    left = f", {words.duration(current.seconds_left)} left" if current.seconds_left is not None else ""
    return f"{current.stream} {current.rows:,}{of}{left}"


def result_table(batch: SyncBatch) -> RenderableType:
    """Return the table of how the syncs ended."""
    right = ("rows", "changed", "deleted", "unread", "took", "health")
    made = words.table("store", "result", *right, right=right)
    for sync in batch.syncs:
        health = "-" if sync.score is None else f"{sync.score}{words.change(sync.score_change)}"
        counts = (words.number(count) for count in (sync.rows, sync.changed, sync.deleted, sync.unread))
        took = words.duration(sync.seconds) if sync.seconds else "-"
        made.add_row(sync.store.id, words.styled(sync.outcome or "stopped"), *counts, took, health)
    return made
