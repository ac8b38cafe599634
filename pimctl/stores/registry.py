"""Finds the stores of a project: what meltano.yml, ``.env`` and the environment say, read as Meltano reads them."""

from __future__ import annotations

import json
import os
import re
import string
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import project_files
from pimctl.stores.store import BY_NAME, DEFAULT_COMPONENTS, PREFIX, TAP, Credentials, Store, variable

SECRETS = ("consumer_key", "consumer_secret", "http_password")
"""Settings that stand in ``.env`` alone, in the order of the fields of `Credentials`."""
LOADER = "target-postgres"
ANNOTATION = "pimctl"
SECRETS_IN_ADDRESS = re.compile(r"(?<=//).*(?=@)|(?<==)[^&#]*|\b[cC][ksKS]_[0-9a-fA-F]{8,}")
"""A user name, the value of a parameter, half a key: nobody is shown them, and the tap refuses such an address."""


def list_stores(project: Project) -> list[Store]:
    """Return all stores of the project, in the order of meltano.yml.

    Raises:
        PimctlError: meltano.yml cannot be read.
    """
    project_files.read(project)  # says what is wrong with it
    return list(_stores(project, project_files.version(project), tuple(sorted(environment(project).items()))))


@lru_cache(maxsize=2)
def _stores(project: Project, version: str, variables: tuple[tuple[str, str], ...]) -> tuple[Store, ...]:
    """Work out the stores once for each version of the files and of the environment."""
    del version
    document, values = project_files.read(project), dict(variables)
    return tuple(_store(document, values, project, plugin) for plugin in extractors(document) if is_store(plugin))


def find(project: Project, store_id: str) -> Store:
    """Return one store.

    Raises:
        PimctlError: There is none of this id; the message names those that there are.
    """
    stores = list_stores(project)
    for store in stores:
        if store_id in {store.id, store.extractor}:
            return store
    known = ", ".join(store.id for store in stores)
    there = f"Known stores: {known}." if known else "Add one with: pimctl stores add ID --url URL"
    raise PimctlError(f'There is no store "{store_id}". {there}')


def choose(project: Project, store_ids: Iterable[str]) -> list[Store]:
    """Return the named stores, or all when none is named.

    Raises:
        PimctlError: One is unknown.
    """
    wanted = list(dict.fromkeys(store_ids))
    return [find(project, store_id) for store_id in wanted] if wanted else list_stores(project)


def credentials(project: Project, store: Store) -> Credentials | None:
    """Return what opens a store, or None where its key or secret is missing."""
    document, variables = project_files.read(project), environment(project)
    (plugin,) = [plugin for plugin in extractors(document) if plugin["name"] == store.extractor]
    found = settings(document, variables, project, plugin)
    key, secret, http_password = (str(found.get(name) or "") for name in SECRETS)
    return Credentials(key, secret, http_password) if key and secret else None


def tap_settings(store: Store) -> dict[str, Any]:
    """Return the settings that the tap is given for a store, but for its credentials."""
    return {
        **store.settings,
        "site_url": store.site_url,
        "store_id": store.store_id,
        "sync_components": list(store.components),
    }


def environment(project: Project) -> dict[str, str]:
    """Return the variables that Meltano sees: those of ``.env``, and over them the environment's."""
    return {**project.env_file(), **os.environ}


def extractors(document: Mapping[str, Any]) -> list[Any]:
    """Return the extractors of a project."""
    return list((document.get("plugins") or {}).get("extractors") or [])


def is_store(plugin: Mapping[str, Any]) -> bool:
    """Whether an extractor is a store."""
    return plugin.get("inherit_from") == TAP and str(plugin["name"]).startswith(PREFIX)


def settings(
    document: Mapping[str, Any], variables: Mapping[str, str], project: Project, plugin: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all settings of an extractor, its secrets too, as Meltano hands them to the tap."""
    parent: Mapping[str, Any] = next((found for found in extractors(document) if found["name"] == TAP), {})
    known = {str(setting["name"]) for setting in parent.get("settings") or ()} | {
        "site_url",
        "store_id",
        "sync_components",
        *SECRETS,
    }
    places = {**variables, "MELTANO_PROJECT_ROOT": str(project.root)}

    def expanded(config: Mapping[str, Any] | None) -> dict[str, Any]:
        """Fill in the variables that meltano.yml names; what a variable itself holds is never expanded."""
        return {
            name: string.Template(value).safe_substitute(places) if isinstance(value, str) else value
            for name, value in (config or {}).items()
        }

    found: dict[str, Any] = {}
    environments = {str(entry["name"]): entry for entry in document.get("environments") or ()}
    chosen = environments.get(meltano_environment(document, variables) or "", {})
    own = ((chosen.get("config") or {}).get("plugins") or {}).get("extractors") or []
    for layer in (parent, plugin):
        found |= expanded(layer.get("config"))
        for entry in own:
            if entry["name"] == layer.get("name"):
                found |= expanded(entry.get("config"))
        for name in known:
            value = variables.get(variable(str(layer.get("name") or TAP), name))
            if value:
                found[name] = value
    return {name: value for name, value in found.items() if value is not None}


def meltano_environment(document: Mapping[str, Any], variables: Mapping[str, str]) -> str | None:
    """Return the Meltano environment in which syncs run."""
    return variables.get("MELTANO_ENVIRONMENT") or document.get("default_environment")


def state_id(project: Project, store: Store) -> str:
    """Return the id under which Meltano keeps the state and the runs of a store."""
    return next(iter(by_state_id(project, [store])))


def by_state_id(project: Project, stores: Iterable[Store]) -> dict[str, Store]:
    """Return stores by the id under which Meltano keeps their state and runs."""
    chosen = meltano_environment(project_files.read(project), environment(project))
    before = f"{chosen}:" if chosen else ""
    return {f"{before}{store.extractor}-to-{LOADER}": store for store in stores}


def job_tasks(extractor: str) -> list[str]:
    """Return the tasks of the job that syncs one store."""
    return [f"pim-db:start {extractor} {LOADER} dbt-postgres:build pim-alerts:send"]


def blocks(job: Mapping[str, Any]) -> list[str]:
    """Return the blocks of a job, in their order."""
    tasks = job.get("tasks") or []
    listed = [tasks] if isinstance(tasks, str) else list(tasks)
    parts = [part for task in listed for part in ([task] if isinstance(task, str) else task)]
    return [block for part in parts for block in str(part).split()]


def own_job(document: Mapping[str, Any], extractor: str) -> Any | None:
    """Return the job that syncs this store and no other; also while the store is paused, when its job does nothing."""
    noted = next(
        (annotation(plugin).get("job") for plugin in extractors(document) if plugin["name"] == extractor), None
    )
    names = {str(plugin["name"]) for plugin in extractors(document)}
    for job in document.get("jobs") or ():
        taps = names & set(blocks(job))
        if taps == {extractor} or (noted and not taps and job["name"] == noted):
            return job
    return None


def own_schedule(document: Mapping[str, Any], job: Mapping[str, Any] | None) -> Any | None:
    """Return the schedule of a job."""
    if job is None:
        return None
    return next((found for found in document.get("schedules") or () if found.get("job") == job["name"]), None)


def annotation(plugin: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the console noted at an extractor."""
    return dict((plugin.get("annotations") or {}).get(ANNOTATION) or {})


def _store(
    document: Mapping[str, Any], variables: Mapping[str, str], project: Project, plugin: Mapping[str, Any]
) -> Store:
    found = settings(document, variables, project, plugin)
    name = str(plugin["name"])
    job = own_job(document, name)
    schedule = own_schedule(document, job)
    site_url = SECRETS_IN_ADDRESS.sub("***", str(found.pop("site_url", "")))
    key, secret, _ = (found.pop(secret, None) for secret in SECRETS)
    store_id = found.pop("store_id", None) or _default_store_id(site_url)
    return Store(
        id=name.removeprefix(PREFIX),
        extractor=name,
        store_id=str(store_id),
        site_url=site_url,
        components=_components(found.pop("sync_components", None)),
        settings=found,
        schedule=str(schedule["name"]) if schedule else None,
        cron=str(schedule["interval"]) if schedule else None,
        job=str(job["name"]) if job else None,
        is_paused=bool(annotation(plugin).get("paused")),
        has_credentials=bool(key and secret),
    )


def _components(value: object) -> tuple[str, ...]:
    """Return the chosen components, given as a list, as JSON, or with commas between."""
    if isinstance(value, str):
        text = value.strip()
        try:
            value = json.loads(text) if text.startswith("[") else [part.strip() for part in text.split(",")]
        except json.JSONDecodeError:
            value = []
    chosen = {str(name) for name in value if name} if isinstance(value, list) else set()
    return tuple(name for name in BY_NAME if name in chosen) if chosen else DEFAULT_COMPONENTS


def _default_store_id(site_url: str) -> str:
    from tap_woo_pim.config.urls import default_store_id  # noqa: PLC0415  half a second, rarely needed

    try:
        return default_store_id(site_url)
    except ValueError:
        return ""  # no address, or none that can be read
