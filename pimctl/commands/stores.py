"""The commands ``pimctl stores ...``: add, list, check, edit, replace-key, pause, resume, remove."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pimctl.commands import words
from pimctl.commands.completion import store_ids
from pimctl.errors import PimctlError
from pimctl.project import Project

if TYPE_CHECKING:
    from rich.console import Console

    from pimctl.stores.operations import Changes, Draft
    from pimctl.stores.store import Credentials, Store
    from tap_woo_pim.store.check import CheckStep

MARKS = {"passed": "[green]\N{CHECK MARK}[/]", "failed": "[red]\N{BALLOT X}[/]", "skipped": "[yellow]-[/]"}
KEY_VARIABLES = ("PIMCTL_CONSUMER_KEY", "PIMCTL_CONSUMER_SECRET")
HTTP_VARIABLE = "PIMCTL_HTTP_PASSWORD"
DEFAULT_EVERY = "1h"
ALL_BUT_REVIEWS = "all but reviews"

app = typer.Typer(no_args_is_help=True, help="Add, list, check, edit, pause and remove stores.")

Id = Annotated[str, typer.Argument(metavar="STORE", help="The id of the store.", autocompletion=store_ids)]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="STORE", help="All stores if none is named.", autocompletion=store_ids),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; use the defaults for what is not given.")]
Confirmed = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]
Components = Annotated[str | None, typer.Option(help="Sync components, separated by commas. Default: all but reviews.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A further setting of the tap, for instance page_size=50."),
]
HttpUser = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="User name of a staging store's web server; its password is asked for."),
]
Every = Annotated[str | None, typer.Option(help="Sync at this interval: 15m, 1h, 6h, 1d.")]
At = Annotated[str | None, typer.Option(help="Sync every day at this time: 03:00.")]
Cron = Annotated[str | None, typer.Option(help='Sync on a cron schedule: "0 3 * * 1-5".')]

ADD_EPILOG = """Examples:

pimctl stores add eu --url https://store.example

pimctl stores add eu --url store.example --components products,variations,categories --every 15m

PIMCTL_CONSUMER_KEY=ck_... PIMCTL_CONSUMER_SECRET=cs_... pimctl stores add eu --url store.example --yes --json

Key and secret are asked for without being shown. Scripts give them in these variables, or as two lines on stdin.
"""


@app.command(epilog=ADD_EPILOG)
def add(  # noqa: PLR0913  each is an option of the command
    store: Annotated[
        str, typer.Argument(metavar="ID", help="A short name for it, here and in the database: eu, my-store.")
    ],
    url: Annotated[str, typer.Option(help="Its address, as you would type it in a browser.")],
    *,
    components: Components = None,
    every: Every = None,
    at: At = None,
    cron: Cron = None,
    http_user: HttpUser = None,
    settings: Settings = None,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Do not start the first sync.")] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Add a store: check it, save it, and start its first sync."""
    from pimctl.stores import check, operations  # noqa: PLC0415  loaded when needed, so that --help is quick

    check.warm_up()
    project = Project.find()
    further = _settings(settings) | ({"http_user": http_user} if http_user else {})
    draft = operations.Draft(store, url, settings=further, cron=cron_of(store, every, at, cron))
    operations.check_draft(project, draft)
    asks = sys.stdin.isatty() and not yes
    terminal = words.terminal(is_error=as_json)
    draft = _complete(draft, components, terminal, asks=asks)
    operations.check_draft(project, draft)
    steps = _check(draft.tap_settings(), draft.credentials, terminal)
    if _failure(steps):
        _refuse(f"{store} was not added", steps, as_json=as_json)
    added = operations.add(project, draft)
    terminal.print(f"Saved {added.extractor} in meltano.yml, its key and secret in .env.{_when(added)}", soft_wrap=True)
    result: dict[str, Any] = {"store": added, "check": steps}
    is_good = True
    if not no_sync:
        from pimctl.commands.sync import run  # noqa: PLC0415

        batch = run(project, [added], is_quiet=as_json)
        result["sync"] = batch.syncs[0]
        is_good = batch.is_good
    else:
        terminal.print(f"Sync it with: pimctl sync {store}")
    if as_json:
        print(words.as_json(result))
    if not is_good:
        raise typer.Exit(1)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the stores: address, components, schedule."""
    from rich.markup import escape  # noqa: PLC0415

    from pimctl.stores import registry  # noqa: PLC0415
    from pimctl.stores.store import BY_NAME, DEFAULT_COMPONENTS  # noqa: PLC0415

    stores = registry.list_stores(Project.find())
    if as_json:
        print(words.as_json(stores))
        return
    terminal = words.terminal()
    if not stores:
        terminal.print(words.NO_STORE)
        return
    made = words.table("store", "address", "components", "schedule", "")
    for store in stores:
        missing = [name for name in BY_NAME if name not in store.components]
        what = "all" if not missing else ", ".join(store.components)
        if missing and len(missing) < len(store.components):
            what = "all but " + ", ".join(missing)
        if store.components == DEFAULT_COMPONENTS:
            what = ALL_BUT_REVIEWS
        notes = ["paused"] * store.is_paused + ["no key"] * (not store.has_credentials)
        made.add_row(store.id, escape(store.site_url), what, escape(store.cron or "-"), ", ".join(notes))
    terminal.print(made)


@app.command()
def check(stores: Ids = None, as_json: AsJson = False) -> None:
    """Check stores: address, key, permissions and each component. Nothing is synced."""
    from pimctl.stores import check as checking  # noqa: PLC0415
    from pimctl.stores import registry  # noqa: PLC0415

    checking.warm_up()
    project = Project.find()
    chosen = registry.choose(project, stores or [])
    if not chosen:
        raise PimctlError(words.NO_STORE)
    terminal = words.terminal(is_error=as_json)
    results = {}
    for place, store in enumerate(chosen):
        if place:
            terminal.print()
        terminal.print(store.id, style="bold", markup=False)
        results[store.id] = _check(registry.tap_settings(store), registry.credentials(project, store), terminal)
    if as_json:
        print(words.as_json(results))
    failed = [store for store, steps in results.items() if _failure(steps)]
    if failed:
        more = f" ({len(failed)} of {len(chosen)} stores failed)" if len(failed) > 1 else ""
        raise PimctlError(f"{failed[0]}: {_sentence(_failure(results[failed[0]]))}{more}")


@app.command()
def edit(  # noqa: PLR0913  each is an option of the command
    store: Id,
    *,
    url: Annotated[str | None, typer.Option(help="Its new address.")] = None,
    components: Annotated[str | None, typer.Option(help="The components from now on, separated by commas.")] = None,
    http_user: HttpUser = None,
    settings: Settings = None,
    yes: Confirmed = False,
) -> None:
    """Edit a store: show the difference, check the store, then save. --set NAME= removes a setting."""
    from pimctl.stores import check as checking  # noqa: PLC0415
    from pimctl.stores import operations, project_files, registry  # noqa: PLC0415

    checking.warm_up()
    project = Project.find()
    version = project_files.version(project)
    found = registry.find(project, store)
    further = _settings(settings)
    credentials = registry.credentials(project, found)
    if http_user is not None:
        further["http_user"] = http_user or None
        password = _ask_http_password() if http_user else ""
        credentials = replace(credentials, http_password=password) if credentials else None
    changes = operations.Changes(
        site_url=url,
        components=_names(components) if components is not None else None,
        settings=further or None,
        credentials=credentials if http_user is not None else None,
    )
    terminal = words.terminal()
    if not _show_difference(found, changes, terminal) and not changes.credentials:
        terminal.print("Nothing to change: give --url, --components, --http-user or --set NAME=VALUE.")
        return
    steps = _check(operations.changed_settings(found, changes), credentials, terminal)
    if _failure(steps):
        _refuse(f"{store} was not changed", steps, as_json=False)
    _confirm(f"Save these changes to {store}?", yes=yes)
    operations.edit(project, found, changes, version)
    terminal.print(f"Changed {store}.")


@app.command("replace-key")
def replace_key(store: Id) -> None:
    """Replace key and secret. The old ones stay until the check has passed with the new ones."""
    from pimctl.stores import check as checking  # noqa: PLC0415
    from pimctl.stores import operations, registry  # noqa: PLC0415

    checking.warm_up()
    project = Project.find()
    found = registry.find(project, store)
    known = registry.credentials(project, found)
    credentials = replace(_ask_credentials(), http_password=known.http_password if known else "")
    if credentials == known:
        raise PimctlError(f"This is the key that {store} has already: give the new one.")
    terminal = words.terminal()
    steps = _check(registry.tap_settings(found), credentials, terminal)
    if _failure(steps):
        _refuse(f"{store} keeps its old key", steps, as_json=False)
    operations.replace_key(project, found, credentials)
    terminal.print(f"Replaced the key of {store}. Revoke the old one in WooCommerce > Settings > Advanced > REST API.")


@app.command()
def pause(stores: Annotated[list[str], typer.Argument(metavar="STORE", autocompletion=store_ids)]) -> None:
    """Pause a store: neither pimctl nor its job or schedule starts a sync of it. Its schedule stays."""
    from pimctl.stores import operations, registry  # noqa: PLC0415

    project = Project.find()
    for store in registry.choose(project, stores):
        operations.pause(project, store)
        print(f"Paused {store.id}. Resume it with: pimctl stores resume {store.id}")


@app.command()
def resume(stores: Annotated[list[str], typer.Argument(metavar="STORE", autocompletion=store_ids)]) -> None:
    """Resume a paused store."""
    from pimctl.stores import operations, registry  # noqa: PLC0415

    project = Project.find()
    for store in registry.choose(project, stores):
        found = operations.resume(project, store)
        print(f"Resumed {store.id}.{_when(found)}")


@app.command()
def remove(
    store: Id,
    *,
    purge: Annotated[bool, typer.Option("--purge", help="Also delete its rows and its states.")] = False,
    yes: Confirmed = False,
) -> None:
    """Remove a store with its job, schedule and key. Its rows stay unless you give --purge."""
    from pimctl.stores import purge as purging  # noqa: PLC0415
    from pimctl.stores import registry  # noqa: PLC0415

    project = Project.find()
    found = registry.find(project, store)
    terminal = words.terminal()
    if purge:
        counts = purging.counts(project, found)
        for table, count in counts.items():
            terminal.print(f"  {table:<40} {count:>10,} rows", highlight=False)
        terminal.print(
            f"{sum(counts.values()):,} rows of {store} in {len(counts)} tables, and its states, will be deleted."
        )
    _confirm(f"Remove {store} ({found.site_url})?", yes=yes)
    purging.remove(project, found, purge=purge)
    terminal.print(f"Removed {store}." + ("" if purge else " Its rows stay in the database."))


def _complete(draft: Draft, components: str | None, terminal: Console, *, asks: bool) -> Draft:
    """Ask for what the command line did not say."""
    from pimctl.stores import schedules  # noqa: PLC0415
    from pimctl.stores.store import check_components  # noqa: PLC0415

    credentials = _ask_credentials()
    if draft.settings.get("http_user"):
        credentials = replace(credentials, http_password=_ask_http_password())
    draft = replace(draft, credentials=credentials)
    if components is None and asks:
        chosen, brought = _ask_components(terminal)
    else:
        chosen, brought = check_components(_names(components))
    for name, by in brought.items():
        terminal.print(f"{by} needs {name}, so {name} is synced too.")
    cron = draft.cron
    if cron is None and asks:

        def read(answer: str) -> str | None:
            is_none = answer.strip().lower() in {"none", "-", "no"}
            return None if is_none else schedules.every(answer, draft.id)

        cron = _ask("Sync every (15m, 1h, 6h, 1d; none for no schedule)", DEFAULT_EVERY, read)
    return replace(draft, components=chosen, cron=cron)


def _ask(question: str, default: str, read: Callable[[str], Any]) -> Any:
    """Ask until there is an answer that can be read."""

    def read_again(answer: str) -> Any:
        try:
            return read(answer)
        except PimctlError as error:
            raise typer.BadParameter(str(error)) from None

    return typer.prompt(question, default=default, value_proc=read_again)


def _ask_credentials() -> Credentials:
    """Return key and secret: from the environment, from a terminal without showing them, or from stdin."""
    from pimctl.stores.store import Credentials  # noqa: PLC0415

    found = [os.environ.get(name, "") for name in KEY_VARIABLES]
    if not all(found):
        if sys.stdin.isatty():
            found = [typer.prompt(f"Consumer {half}", hide_input=True) for half in ("key (ck_...)", "secret (cs_...)")]
        else:
            found = [words.line_of_stdin(), words.line_of_stdin()]
    key, secret = (text.strip() for text in found)
    if not key or not secret:
        raise PimctlError(
            f"Key and secret are missing: give them in {' and '.join(KEY_VARIABLES)}, or as two lines on stdin."
        )
    return Credentials(key, secret)


def _ask_http_password() -> str:
    """Return the password that belongs to ``http_user``, found in the same places."""
    found = os.environ.get(HTTP_VARIABLE, "")
    if not found:
        asks = sys.stdin.isatty()
        found = typer.prompt("Web server password", hide_input=True) if asks else words.line_of_stdin()
    if not found:
        raise PimctlError(f"The web server's password is missing: give it in {HTTP_VARIABLE}, or as a line on stdin.")
    return found


def _ask_components(terminal: Console) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the chosen components, as `check_components` does."""
    from pimctl.stores.store import COMPONENTS, check_components  # noqa: PLC0415

    terminal.print("What do you want to sync?")
    for number, component in enumerate(COMPONENTS, 1):
        terminal.print(f"  {number:>2}  {component.name:<17} {component.label}")
    by_number = {str(number): component.name for number, component in enumerate(COMPONENTS, 1)}

    def read(answer: str) -> tuple[tuple[str, ...], dict[str, str]]:
        names = () if answer == ALL_BUT_REVIEWS else _names(answer)
        return check_components(tuple(by_number.get(name, name) for name in names))

    chosen, brought = _ask("Numbers or names, separated by commas", ALL_BUT_REVIEWS, read)
    return chosen, brought


def _names(text: str | None) -> tuple[str, ...]:
    from pimctl.stores.store import BY_NAME  # noqa: PLC0415

    if text and text.strip() == "all":
        return tuple(BY_NAME)
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _settings(pairs: list[str] | None) -> dict[str, Any]:
    """Return further settings given as NAME=VALUE; NAME= takes one away."""
    from pimctl.stores.registry import SECRETS  # noqa: PLC0415

    found: dict[str, Any] = {}
    for pair in pairs or []:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise PimctlError(f'"{pair}" is not a setting: give it as NAME=VALUE, for instance page_size=50.')
        if name.strip() in SECRETS:
            raise PimctlError("Others can read a secret on the command line: use replace-key, or --http-user.")
        found[name.strip()] = value.strip() or None
    return found


def cron_of(store_id: str, every: str | None, at: str | None, cron: str | None) -> str | None:
    """Return the cron fields of the one option that was given; None where none was."""
    from pimctl.stores import schedules  # noqa: PLC0415

    if sum(option is not None for option in (every, at, cron)) > 1:
        raise PimctlError("Give one of --every, --at and --cron.")
    if every is not None:
        return schedules.every(every, store_id)
    if at is not None:
        return schedules.at(at)
    return schedules.cron(cron) if cron is not None else None


def _check(settings: Mapping[str, Any], credentials: Credentials | None, terminal: Console) -> list[CheckStep]:
    """Check a store and show the steps as they pass."""
    from pimctl.stores import check as checking  # noqa: PLC0415

    steps = []
    terminal.print(f"Checking {_address(settings.get('site_url'))}", markup=False)
    for step in checking.check(settings, credentials):
        steps.append(step)
        terminal.print(f"  {MARKS[step.outcome]} ", end="")
        terminal.print(_line(step), markup=False, soft_wrap=True)
    found = next((step.found for step in steps if step.found), None)
    if found is not None:
        versions = f"WooCommerce {found.woocommerce_version or '?'}, WordPress {found.wordpress_version or '?'}"
        where = f"{found.currency or 'currency unknown'}, {found.time_zone}"
        terminal.print(f"Found {found.name}: {versions}, {where}", markup=False, soft_wrap=True)
        for advice in found.advice:
            terminal.print(f"Advice: {advice}", markup=False, soft_wrap=True)
    return steps


def check_and_show(settings: Mapping[str, Any], credentials: Credentials) -> None:
    """Check a store and show the steps as they pass.

    Raises:
        PimctlError: It failed, with the sentence of the step.
    """
    steps = _check(settings, credentials, words.terminal())
    if _failure(steps):
        raise PimctlError(_sentence(_failure(steps)))


def _line(step: CheckStep) -> str:
    if step.message:
        return f"{step.name}: {step.message}"
    if step.is_component and step.rows is not None:
        return f"{step.name:<18}{step.rows:>9,} row{'s' if step.rows != 1 else ''}"
    return step.name


def _failure(steps: list[CheckStep]) -> CheckStep | None:
    return next((step for step in steps if step.outcome == "failed"), None)


def _sentence(step: CheckStep | None) -> str:
    assert step is not None
    message = f"{step.name}: {step.message}" if step.is_component else step.message
    return f"{message}. {step.remedy}".strip()


def _refuse(what: str, steps: list[CheckStep], *, as_json: bool) -> NoReturn:
    if as_json:
        print(words.as_json({"check": steps}))
    raise PimctlError(f"{what}: {_sentence(_failure(steps))}")


def _show_difference(store: Store, changes: Changes, terminal: Console) -> bool:
    """Show what an edit changes; return whether it changes anything."""
    from rich.markup import escape  # noqa: PLC0415

    from pimctl.stores import operations  # noqa: PLC0415

    difference = operations.difference(store, changes)
    for name, values in difference.items():
        old, new = map(_address, values) if name == "site_url" else values
        terminal.print(f"{name}:", markup=False)
        terminal.print(f"  [red]- {escape(_value(old))}[/]")
        terminal.print(f"  [green]+ {escape(_value(new))}[/]")
    return bool(difference)


def _address(site_url: object) -> str:
    """Return a store's address as the tap reads it; what the tap refuses is not repeated, for it may hold a key."""
    from tap_woo_pim.config.urls import site_address  # noqa: PLC0415

    try:
        return site_address(str(site_url))
    except ValueError:
        return "an address that cannot be used"


def _value(value: object) -> str:
    if value is None:
        return "(not set)"
    return ", ".join(value) if isinstance(value, tuple | list) else str(value)


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise PimctlError("This command asks for confirmation: in a script, give --yes.")
    if not typer.confirm(question):
        raise PimctlError("Nothing was changed.")


def _when(store: Store) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415

    from pimctl.stores import schedules  # noqa: PLC0415

    following = schedules.next_time(store.cron, datetime.now(UTC))
    if following is None:
        return ""
    return f" Its next sync is due {words.until(following)}, if cron or pimctl scheduler runs the schedules."
