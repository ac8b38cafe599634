"""The commands ``pimctl status`` and ``pimctl history``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pimctl.commands import words
from pimctl.project import Project

if TYPE_CHECKING:
    from pimctl.stores.history import StoreStatus, SyncRun

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
LONGEST_SENTENCE = 300


def status(as_json: AsJson = False) -> None:
    """Show the state of each store: last sync, rows, health, next sync, and what is wrong."""
    from pimctl.stores import history  # noqa: PLC0415

    found = history.status(Project.find())
    if as_json:
        print(words.as_json(found))
        return
    terminal = words.terminal()
    if not found:
        terminal.print(words.NO_STORE)
        return
    right = ("products", "variations", "changed", "health")
    made = words.table("store", "state", "last good sync", *right, "next sync", right=right)
    for one in found:
        made.add_row(
            one.store.id,
            _state(one),
            words.ago(one.last_good.started_at if one.last_good else None),
            words.number(one.products),
            words.number(one.variations),
            words.number(one.last_good.changed if one.last_good else None),
            words.number(one.score),
            words.until(one.next_sync_at),
        )
    terminal.print(made)
    for one in found:
        for sentence in _sentences(one):
            terminal.print(f"{one.store.id}: {sentence}", markup=False, soft_wrap=True)


def _state(one: StoreStatus) -> str:
    if one.running is not None:
        current = one.running.current
        percent = f" {current.percent:.0f} %" if current and current.percent is not None else ""
        return f"[cyan]syncing{percent}[/]"
    mark = " [yellow](stale)[/]" if one.is_stale and one.state != "stale" else ""
    return words.styled(one.state) + mark


def _sentences(one: StoreStatus) -> list[str]:
    sentences = []
    if one.error:
        sentences.append(one.error[:LONGEST_SENTENCE])
    elif one.state == "incomplete" and one.last:
        sentences.append(one.last.sentence)
    if one.is_stale:
        sentences.append(f"two scheduled times have passed since its last good sync (schedule {one.store.cron}).")
    if one.state == "stale":
        sentences.append("nothing has started a sync since then: is cron or pimctl scheduler running?")
    if one.alert_error:
        sentences.append(f"an alert could not be sent: {one.alert_error}")
    return sentences


def history(
    store: Annotated[
        str | None, typer.Argument(metavar="STORE", help="A store, or `show`. All stores if not given.")
    ] = None,
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="With `show`: the number or the id of a run.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many syncs to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List past syncs, newest first, or show one sync in detail: pimctl history show RUN."""
    from pimctl.errors import PimctlError  # noqa: PLC0415
    from pimctl.stores import history as past  # noqa: PLC0415
    from pimctl.stores import registry  # noqa: PLC0415

    project = Project.find()
    if store == "show":
        if run is None:
            raise PimctlError("Name the run: pimctl history show RUN. pimctl history lists them.")
        _show(past.find_run(project, run), as_json=as_json)
        return
    if run is not None:
        raise PimctlError(f'"{run}" is one argument too many. Use pimctl history [STORE], or pimctl history show RUN.')
    runs = past.history(project, registry.find(project, store) if store else None, limit)
    if as_json:
        print(words.as_json(runs))
        return
    terminal = words.terminal()
    if not runs:
        terminal.print("No sync has been recorded yet.")
        return
    right = ("rows", "changed", "unread", "took")
    made = words.table("run", "store", "began", "result", "kind", *right, "message", right=right)
    for found in runs:
        made.add_row(
            found.run_id[:8] if found.run_id else str(found.number),
            found.store,
            words.local(found.started_at),
            words.styled(found.status),
            found.kind or "-",
            words.number(found.rows),
            words.number(found.changed),
            words.number(found.unread),
            words.duration(found.seconds),
            "" if found.is_good else _short(found.sentence),
        )
    terminal.print(made)


def _short(text: str) -> str:
    return (text if len(text) <= 80 else f"{text[:79]}...").replace("[", "\\[")


def _show(run: SyncRun, *, as_json: bool) -> None:
    if as_json:
        print(words.as_json(run))
        return
    terminal = words.terminal()
    terminal.print(f"{run.store}: {words.styled(run.status)}, {run.kind or 'unknown'} sync")
    facts = {
        "began": words.local(run.started_at),
        "took": words.duration(run.seconds),
        "requests": f"{run.requests:,}, {run.retries:,} of them retried",
        "why this kind": run.kind_reason,
        "next full sync": words.local(run.next_full_sync_at) if run.next_full_sync_at else None,
        "Meltano's run": run.run_id,
        "message": run.message,
    }
    for name, value in facts.items():
        if value:
            terminal.print(f"  {name:<15} {value}", markup=False, soft_wrap=True)
    right = ("rows", "changed", "unread", "retried", "took")
    made = words.table("stream", "kind", *right, right=right)
    for stream in run.streams:
        counts = (words.number(count) for count in (stream.rows, stream.changed, stream.unread, stream.retries))
        made.add_row(stream.stream, stream.kind or "-", *counts, words.duration(stream.seconds))
    terminal.print(made)
