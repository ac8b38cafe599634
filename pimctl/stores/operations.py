"""What is done to stores: added, edited, given a new key, paused, scheduled, removed.

The command line and the console's pages are two faces of these. Each writes meltano.yml and ``.env`` in one step, or
changes nothing and raises. Whether a store is well is for the caller to check before (`pimctl.stores.check`), so
that the steps can be shown as they pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import project_files, registry
from pimctl.stores.store import (
    TAP,
    Credentials,
    Store,
    check_components,
    check_id,
    extractor_of,
    variable,
)
from tap_woo_pim.config.settings import SETTINGS

PAUSED = "pim-db:paused"
OWN_SETTINGS = ("site_url", "store_id", "sync_components")


@dataclass(frozen=True)
class Changes:
    """What an edit changes; what is None stays.

    Attributes:
        site_url: The new address.
        components: The components chosen from now on.
        settings: Further settings; a value of None takes one away.
        credentials: The new key, secret and web server password.
    """

    site_url: str | None = None
    components: tuple[str, ...] | None = None
    settings: Mapping[str, Any] | None = None
    credentials: Credentials | None = None


@dataclass(frozen=True)
class Draft:
    """A store that is to be added.

    Attributes:
        id: Its id.
        site_url: Its address, as you would type it in a browser.
        credentials: What opens it; not needed to look at the other values.
        components: The chosen components; none for the default ones.
        cron: When it syncs, as cron fields; None for no schedule.
        settings: Further settings of the tap.
    """

    id: str
    site_url: str
    credentials: Credentials | None = None
    components: tuple[str, ...] = ()
    cron: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)

    def tap_settings(self) -> dict[str, Any]:
        """Return the settings to check, without the credentials."""
        chosen, _ = check_components(self.components)
        return {
            **self.settings,
            "site_url": normal_url(self.site_url),
            "store_id": self.id,
            "sync_components": list(chosen),
        }


def normal_url(site_url: str) -> str:
    """Return an address with its scheme, without spaces or a slash at its end."""
    text = site_url.strip().rstrip("/")
    return text if "://" in text else f"https://{text}"


def check_draft(project: Project, draft: Draft) -> None:
    """See that a store can be added beside the others; nothing is asked of the store itself.

    Raises:
        PimctlError: The id is taken or none, a component or a setting is unknown, or the credentials are another
            store's.
    """
    check_id(draft.id)
    check_components(draft.components)
    check_settings(draft.settings)
    for store in registry.list_stores(project):
        if variable(store.extractor, "") == variable(extractor_of(draft.id), ""):
            raise PimctlError(f"There is a store {store.id} already ({store.site_url}): choose another id.")
        if store.store_id == draft.id:
            raise PimctlError(f"The store {store.id} is called {draft.id} in the database: choose another id.")
        if draft.credentials:
            _refuse_shared(project, store, draft.credentials)


def check_settings(settings: Mapping[str, Any]) -> None:
    """See that further settings are settings of the tap that nothing else sets; one to take away may be unknown.

    Raises:
        PimctlError: One is not; with the one that may be meant.
    """
    wrong = [name for name in settings if name in {*OWN_SETTINGS, *registry.SECRETS}]
    if wrong:
        raise PimctlError(f"{wrong[0]} has an option of its own: do not give it with --set.")
    # NAME.KEY is Meltano's way to name a value inside of a setting.
    names = {name.partition(".")[0] for name, value in settings.items() if value is not None}
    if not names <= SETTINGS.keys():
        from tap_woo_pim.config.validation import unknown_settings  # noqa: PLC0415  a second, rarely needed
        from tap_woo_pim.tap import TapWooPim  # noqa: PLC0415

        schema = {"properties": dict(SETTINGS)}
        TapWooPim.append_builtin_config(schema)
        for sentence in unknown_settings(names, schema["properties"]):
            raise PimctlError(f"{sentence} All settings: docs/settings.md.")


def add(project: Project, draft: Draft) -> Store:
    """Write a new store: extractor, job, schedule and credentials.

    Raises:
        PimctlError: It cannot be added; nothing was written.
    """
    if draft.credentials is None:
        raise PimctlError(f"The store {draft.id} has no key and secret: give both.")
    check_draft(project, draft)
    name = extractor_of(draft.id)
    with project_files.edit(project) as files:
        known = {plugin["name"] for plugin in registry.extractors(files.document)}
        if TAP not in known:
            raise PimctlError(f"meltano.yml has no extractor {TAP}: add it as docs/use-in-your-project.md says.")
        if name in known:
            raise PimctlError(f"There is a store {draft.id} already: choose another id.")
        wanted = draft.tap_settings()
        config = {setting: wanted.pop(setting) for setting in OWN_SETTINGS}
        extractor = {"name": name, "inherit_from": TAP, "config": {**config, **wanted}}
        files.document["plugins"]["extractors"].append(extractor)
        _write_job(files.document, draft.id, name)
        if draft.cron:
            _write_schedule(files.document, draft.id, name, draft.cron)
        files.secrets |= _secrets(name, draft.credentials)
    return registry.find(project, draft.id)


def edit(project: Project, store: Store, changes: Changes, expected_version: str | None = None) -> Store:
    """Change a store.

    Args:
        project: The Meltano project.
        store: As it was read.
        changes: What to change.
        expected_version: The version of the files that the change was made for.

    Raises:
        PimctlError: It cannot be changed; nothing was written.
    """
    changed = difference(store, changes)
    variables = registry.environment(project)
    for name in changed:
        if variable(store.extractor, name) in variables:
            raise PimctlError(
                f"{name} of {store.id} is set by the variable {variable(store.extractor, name)}, in the environment "
                "or in .env: change it there."
            )
    if changes.credentials:
        for other in registry.list_stores(project):
            if other.id != store.id:
                _refuse_shared(project, other, changes.credentials)
    with project_files.edit(project, expected_version) as files:
        config = _filled(_plugin(files.document, store), "config", {})
        for name, (_, new) in changed.items():
            if new is None:
                config.pop(name, None)
            else:
                config[name] = list(new) if isinstance(new, tuple) else new
        if changes.credentials:
            files.secrets |= _secrets(store.extractor, changes.credentials)
    return registry.find(project, store.id)


def difference(store: Store, changes: Changes) -> dict[str, tuple[Any, Any]]:
    """Return what an edit would change: ``{setting: (old, new)}``, without the credentials."""
    new: dict[str, Any] = {}
    old: dict[str, Any] = {**store.settings, "site_url": store.site_url, "sync_components": store.components}
    if changes.site_url is not None:
        new["site_url"] = normal_url(changes.site_url)
    if changes.components is not None:
        new["sync_components"] = check_components(changes.components)[0]
    if changes.settings:
        check_settings(changes.settings)
        new |= changes.settings
    return {name: (old.get(name), value) for name, value in new.items() if old.get(name) != value}


def changed_settings(store: Store, changes: Changes) -> dict[str, Any]:
    """Return the settings that the tap would be given after an edit, to check them, without the credentials."""
    new = {name: value for name, (_, value) in difference(store, changes).items()}
    whole = {**registry.tap_settings(store), **new}
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in whole.items() if value is not None
    }


def replace_key(project: Project, store: Store, credentials: Credentials) -> Store:
    """Put a new key and secret, which were checked, in the place of the old ones."""
    return edit(project, store, Changes(credentials=credentials))


def pause(project: Project, store: Store) -> Store:
    """Let no sync of a store start until it is resumed. Its schedule stays, and its job does nothing.

    A sync that runs goes on.
    """
    with project_files.edit(project) as files:
        plugin = _plugin(files.document, store)
        job = registry.own_job(files.document, store.extractor)
        noted: dict[str, Any] = {"paused": True}
        if job is not None:
            noted["job"] = str(job["name"])
            noted["tasks"] = registry.annotation(plugin).get("tasks") or job["tasks"]
            job["tasks"] = [PAUSED]
        plugin["annotations"] = {**(plugin.get("annotations") or {}), registry.ANNOTATION: noted}
    return registry.find(project, store.id)


def resume(project: Project, store: Store) -> Store:
    """Resume a paused store."""
    with project_files.edit(project) as files:
        plugin = _plugin(files.document, store)
        job = registry.own_job(files.document, store.extractor)
        if job is not None and job["tasks"] == [PAUSED]:
            job["tasks"] = registry.annotation(plugin).get("tasks") or registry.job_tasks(store.extractor)
        annotations = plugin.get("annotations") or {}
        annotations.pop(registry.ANNOTATION, None)
        if not annotations:
            plugin.pop("annotations", None)
    return registry.find(project, store.id)


def set_schedule(project: Project, store: Store, cron: str | None) -> Store:
    """Give a store its schedule, or take it away.

    Args:
        project: The Meltano project.
        store: The store.
        cron: Cron fields or a nickname, already checked; None takes the schedule away.
    """
    with project_files.edit(project) as files:
        job = registry.own_job(files.document, store.extractor)
        schedule = registry.own_schedule(files.document, job)
        if cron is None:
            if schedule is not None:
                files.document["schedules"].remove(schedule)
        elif schedule is not None:
            schedule["interval"] = cron
        else:
            if job is None:
                _write_job(files.document, store.id, store.extractor)
            _write_schedule(files.document, store.id, store.extractor, cron)
    return registry.find(project, store.id)


def check_removable(project: Project, store: Store) -> None:
    """See that a store can be taken out of meltano.yml.

    Raises:
        PimctlError: Another job of the project uses it, which is not ours to change; with its name.
    """
    document = project_files.read(project)
    job = registry.own_job(document, store.extractor)
    for other in document.get("jobs") or ():
        if other is not job and store.extractor in registry.blocks(other):
            raise PimctlError(
                f"The job {other['name']} in meltano.yml syncs {store.extractor} with others: take it out there first."
            )


def forget(project: Project, store: Store) -> None:
    """Take a store out of meltano.yml, with its job, schedule and credentials. Its rows are not touched.

    Raises:
        PimctlError: As `check_removable`.
    """
    check_removable(project, store)
    with project_files.edit(project) as files:
        document = files.document
        job = registry.own_job(document, store.extractor)
        for schedule in list(document.get("schedules") or ()):
            of_job = job is not None and schedule.get("job") == job["name"]
            if of_job or schedule.get("extractor") == store.extractor:  # Meltano's form without a job
                document["schedules"].remove(schedule)
        if job is not None:
            document["jobs"].remove(job)
        for name in ("jobs", "schedules"):
            if name in document and not document[name]:
                del document[name]  # as before the first store
        document["plugins"]["extractors"].remove(_plugin(document, store))
        prefix = variable(store.extractor, "")
        others = {variable(str(plugin["name"]), "") for plugin in registry.extractors(document)}
        for name in registry.environment(project):
            if name.startswith(prefix) and not any(
                name.startswith(other) and len(other) > len(prefix) for other in others
            ):
                files.secrets[name] = None


def _plugin(document: Any, store: Store) -> Any:
    for plugin in registry.extractors(document):
        if plugin["name"] == store.extractor:
            return plugin
    raise PimctlError(f"The store {store.id} is not in meltano.yml any more: somebody removed it.")


def _filled(owner: Any, name: str, empty: Any) -> Any:
    """Return what stands under a name, to add to it; an empty one where there is none, or nothing but the name."""
    if owner.get(name) is None:
        owner[name] = empty
    return owner[name]


def _write_job(document: Any, store_id: str, extractor: str) -> None:
    jobs = _filled(document, "jobs", [])
    name = _free(f"sync-{store_id}", {job["name"] for job in jobs})
    jobs.append({"name": name, "tasks": registry.job_tasks(extractor)})


def _write_schedule(document: Any, store_id: str, extractor: str, cron: str) -> None:
    schedules = _filled(document, "schedules", [])
    job = registry.own_job(document, extractor)
    name = _free(f"schedule-{store_id}", {schedule["name"] for schedule in schedules})
    schedules.append({"name": name, "interval": cron, "job": job["name"] if job is not None else f"sync-{store_id}"})


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken, with a number at its end where need be."""
    number = 2
    found = name
    while found in taken:
        found = f"{name}-{number}"
        number += 1
    return found


def _secrets(extractor: str, credentials: Credentials) -> dict[str, str | None]:
    values = (credentials.key.strip(), credentials.secret.strip(), credentials.http_password)
    return {variable(extractor, name): value or None for name, value in zip(registry.SECRETS, values, strict=True)}


def _refuse_shared(project: Project, store: Store, credentials: Credentials) -> None:
    """Refuse credentials that another store has: a key works in the one store in which it was made."""
    known = registry.credentials(project, store)
    if known is None or not {known.key, known.secret} & {credentials.key, credentials.secret}:
        return
    raise PimctlError(
        f"This key or secret is that of the store {store.id} ({urlsplit(store.site_url).hostname}): "
        "enter the ones that were made in this store."
    )
