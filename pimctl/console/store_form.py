"""The form of a store: its fields, what was typed, and the check and the save that follow."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pimctl.console.guard import session_of, text_of
from pimctl.console.jobs import Job
from pimctl.console.texts import _
from pimctl.errors import PimctlError
from pimctl.stores import operations, project_files, registry, schedules
from pimctl.stores.store import LONGEST_ID, Credentials
from pimctl.stores.sync import start_sync

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request

    from pimctl.console.audit import Audit
    from pimctl.console.jobs import Jobs
    from pimctl.project import Project
    from pimctl.stores.store import Store

DEFAULT_SCHEDULE, NIGHT, NONE = "1h", "night", "none"
SCHEDULES = ("15m", DEFAULT_SCHEDULE, "6h", NIGHT, NONE)
"""What the schedule can be without knowing cron."""
FURTHER = ("http_user", "auth_method", "requests_per_second", "ca_bundle")
"""Further settings that a form can set; all others are for meltano.yml."""


def read_values(form: FormData) -> dict[str, Any]:
    """Return what was typed, without the secret and the password."""
    names = ("site_url", "consumer_key", "id", "schedule", "cron", "version", *FURTHER)
    values: dict[str, Any] = {name: text_of(form, name) for name in names}
    values["sync_components"] = [str(name) for name in form.getlist("sync_components")]
    return values


def empty_values(project: Project) -> dict[str, Any]:
    """Return what the form of a new store begins with."""
    from pimctl.stores.store import DEFAULT_COMPONENTS  # noqa: PLC0415  used here alone

    return {
        **dict.fromkeys(("site_url", "consumer_key", "id", "cron", *FURTHER), ""),
        "schedule": DEFAULT_SCHEDULE,
        "sync_components": list(DEFAULT_COMPONENTS),
        "version": project_files.version(project),
    }


def values_of(project: Project, store: Store) -> dict[str, Any]:
    """Return what the form of a store that is there begins with."""
    schedule = next((name for name in SCHEDULES if offered(name, store.id) == (store.cron or "")), "cron")
    return {
        "site_url": store.site_url,
        "consumer_key": "",
        "id": store.id,
        "schedule": schedule,
        "cron": store.cron or "",
        "sync_components": list(store.components),
        "version": project_files.version(project),
        **{name: "" if store.settings.get(name) is None else str(store.settings[name]) for name in FURTHER},
    }


class StoreForm:
    """Checks and saves stores.

    Args:
        project: Whose stores.
        jobs: Where the checks run.
        audit: Where changes are noted.
    """

    def __init__(self, project: Project, jobs: Jobs, audit: Audit) -> None:
        self._project = project
        self._jobs = jobs
        self._audit = audit

    def add(self, request: Request, form: FormData) -> Job:
        """Check a new store; when it passes, save it and start its first sync."""
        values = read_values(form)
        session = session_of(request)
        job = Job(title=host_of(values["site_url"]), values=values)
        credentials = Credentials(
            values["consumer_key"], text_of(form, "consumer_secret"), text_of(form, "http_password")
        )
        try:
            needed = {name: values[name] for name in ("site_url", "consumer_key")}
            if missing := [
                name for name, value in {**needed, "consumer_secret": credentials.secret}.items() if not value
            ]:
                return failed(job, _("Fill in this field."), *missing)
            store_id = values["id"] or free_id(self._project, values["site_url"])
            draft = operations.Draft(
                id=store_id,
                site_url=values["site_url"],
                credentials=credentials,
                components=chosen(values),
                cron=cron_of(values, store_id) or None,
                settings=further(values),
            )
            operations.check_draft(self._project, draft)
            settings = draft.tap_settings()
        except PimctlError as error:
            return failed(job, str(error), field_of(str(error)))

        def then(job: Job) -> str:
            job.doing = _("Saving")
            store = operations.add(self._project, draft)
            self._audit.write(session.name, f"Added the store, {store.site_url}", store.id)
            job.doing = _("Starting the first sync")
            try:
                start_sync(self._project, [store])
                self._audit.write(session.name, "Started the first sync", store.id)
            except (PimctlError, OSError) as error:
                session.notice = _("The store is saved. %s") % (getattr(error, "strerror", None) or error)
            return f"/stores/{store.id}"

        self._jobs.begin(job, settings, credentials, then)
        return job

    def edit(self, request: Request, store: Store, form: FormData) -> Job:
        """Check the changes of a store; when it passes, save them."""
        values = {**read_values(form), "id": store.id}
        session = session_of(request)
        job = Job(title=host_of(values["site_url"]), values=values, store=store.id)
        typed = Credentials(values["consumer_key"], text_of(form, "consumer_secret"), text_of(form, "http_password"))
        known = registry.credentials(self._project, store)
        try:
            project_files.check_version(self._project, values["version"])
            if not values["site_url"]:
                return failed(job, _("Fill in this field."), "site_url")
            if bool(typed.key) != bool(typed.secret):
                missing = "consumer_secret" if typed.key else "consumer_key"
                return failed(job, _("A key and its secret are replaced together: fill in both or neither."), missing)
            changes = operations.Changes(
                site_url=values["site_url"],
                components=chosen(values),
                settings={name: further(values).get(name) for name in FURTHER},
                credentials=merged(known, typed, has_http_user=bool(values["http_user"])),
            )
            cron = cron_of(values, store.id)
            difference = operations.difference(store, changes)
            settings = operations.changed_settings(store, changes)
        except PimctlError as error:
            return failed(job, str(error), field_of(str(error)))

        def then(job: Job) -> str:
            job.doing = _("Saving")
            said = [*difference, *replaced(known, changes.credentials)]
            project_files.check_version(self._project, values["version"])
            if said:
                operations.edit(self._project, store, changes, expected_version=values["version"])
            if cron != (store.cron or ""):
                operations.set_schedule(self._project, store, cron or None)
                said.append(f"schedule {cron or 'none'}")
            if said:
                self._audit.write(session.name, f"Changed {', '.join(said)}", store.id)
            session.notice = _("Saved.") if said else _("Nothing was changed.")
            return f"/stores/{store.id}"

        self._jobs.begin(job, settings, changes.credentials or known, then)
        return job


def merged(known: Credentials | None, typed: Credentials, *, has_http_user: bool) -> Credentials | None:
    """Return the credentials after an edit, in which an empty field stays as it is; None where nothing changes."""
    base = typed if typed.key else known
    if base is None:
        return None
    password = typed.http_password or (known.http_password if known else "")
    new = replace(base, http_password=password if has_http_user else "")
    return new if new != known else None


def replaced(known: Credentials | None, new: Credentials | None) -> list[str]:
    """Return what an edit replaces of the credentials, in words for the audit."""
    if new is None:
        return []
    has_key = known is None or (known.key, known.secret) != (new.key, new.secret)
    has_password = known is None or known.http_password != new.http_password
    return ["key and secret"] * has_key + ["web server password"] * has_password


def failed(job: Job, problem: str, *fields: str) -> Job:
    """End a job before its check."""
    job.fields, job.problem, job.is_done = fields, problem, True
    return job


def chosen(values: dict[str, Any]) -> tuple[str, ...]:
    """Return the chosen components.

    Raises:
        PimctlError: None was chosen.
    """
    if not values["sync_components"]:
        raise PimctlError(_("Choose at least one sync component."))
    return tuple(values["sync_components"])


def further(values: dict[str, Any]) -> dict[str, Any]:
    """Return the further settings that are not empty."""
    return {name: values[name] for name in FURTHER if values[name]}


def offered(name: str, store_id: str) -> str:
    """Return the cron fields of one of the schedules that the form offers, empty for none."""
    if name == NONE:
        return ""
    return schedules.at("03:00") if name == NIGHT else schedules.every(name, store_id)


def cron_of(values: dict[str, Any], store_id: str) -> str:
    """Return the chosen schedule as cron fields, empty for none.

    Raises:
        PimctlError: Own cron fields are none.
    """
    name = values["schedule"]
    if name == "cron":
        return schedules.cron(values["cron"])
    return offered(name if name in SCHEDULES else DEFAULT_SCHEDULE, store_id)


def field_of(message: str) -> str:
    """Return the field that a message of the operations is about."""
    if "meltano.yml" in message:
        return ""  # its path, or the line that is wrong, may hold any of these words
    signs = {"sync component": "sync_components", "cron": "cron", "key": "consumer_key", "id": "id", "name": "id"}
    return next((field for sign, field in signs.items() if re.search(rf"\b{sign}\b", message)), "")


def host_of(site_url: str) -> str:
    """Return the host of an address as somebody typed it."""
    try:
        return urlsplit(operations.normal_url(site_url)).hostname or site_url
    except ValueError:
        return site_url


def free_id(project: Project, site_url: str) -> str:
    """Return an id for a new store, made from its address, that no other store has."""
    name = (
        re.sub(r"[^a-z0-9]+", "-", host_of(site_url).lower().removeprefix("www."))
        .strip("-")[: LONGEST_ID - 4]
        .strip("-")
    )
    taken = {store.id for store in registry.list_stores(project)}
    found, number = name or "store", 2
    while found in taken:
        found, number = f"{name or 'store'}-{number}", number + 1
    return found
