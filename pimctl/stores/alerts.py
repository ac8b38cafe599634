"""Sends alerts through Apprise: once when something goes wrong with a store, and once when it is well again.

An alert's address is a secret: it stands in ``.env`` as ``PIM_ALERT_NAME``. Which problems are open is kept beside
Meltano's files (`pimctl.stores.alert_log`).
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores import alert_log, history, project_files, registry
from pimctl.stores.history import StoreStatus

PREFIX = "PIM_ALERT_"
DROP_VARIABLE = "PIM_ALERT_SCORE_DROP"
SCORE_DROP = Decimal(5)
ALL_STORES = "*"
NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
RECOVERED = {
    "failed": "the last sync succeeded",
    "stale": "it is synced on schedule again",
    "incomplete": "the last sync was complete again",
    "held back": "the deletion guard holds nothing back any more",
    "unread": "all rows could be read again",
    "score": "the health score has recovered",
}
NEW_FIELDS = """
select distinct jsonb_object_keys(extra_fields) as name from woo.products
where store_id = %s and jsonb_typeof(extra_fields) = 'object'
"""


def kinds(project: Project) -> dict[str, str]:
    """Return the alerts: by name the kind of service, ``mailto`` or ``slack``, and nothing more of the address."""
    return {name: url.partition("://")[0] for name, url in sorted(_urls(project).items())}


def add(project: Project, name: str, url: str) -> None:
    """Add an alert, or give an existing one a new address.

    Args:
        project: The Meltano project.
        name: Lower-case letters, digits and underscores.
        url: As Apprise takes it, for instance ``mailto://user:password@example.com``.

    Raises:
        PimctlError: The name or the address is not valid; the address is not repeated.
    """
    check_name(name)
    check_url(url)
    with project_files.edit(project) as files:
        files.secrets[f"{PREFIX}{name.upper()}"] = url


def check_name(name: str) -> None:
    """Check that a name can name an alert.

    Raises:
        PimctlError: It cannot.
    """
    if not NAME.fullmatch(name) or f"{PREFIX}{name.upper()}" == DROP_VARIABLE:
        raise PimctlError(
            f'"{name}" cannot name an alert: use lower-case letters, digits and underscores, for instance team_mail.'
        )


def check_url(url: str) -> None:
    """Check that Apprise can send to an address.

    Raises:
        PimctlError: It cannot; the address is not repeated.
    """
    if not _apprise().add(url):
        raise PimctlError(
            "Apprise does not know this kind of address: enter one such as mailto://user:password@example.com, "
            "slack://..., msteams://... or json://host/path. All kinds: https://appriseit.com/services/"
        )


def remove(project: Project, name: str) -> None:
    """Remove an alert.

    Raises:
        PimctlError: There is none of this name.
    """
    secret = f"{PREFIX}{_known(project, name).upper()}"
    if secret in os.environ:
        raise PimctlError(f"{secret} is set in the environment: unset it there.")
    with project_files.edit(project) as files:
        files.secrets[secret] = None


def send_test(project: Project, name: str | None = None) -> None:
    """Send a test message by one alert, or by all.

    Raises:
        PimctlError: There is none, or it could not be sent.
    """
    names = [_known(project, name)] if name else list(kinds(project))
    if not names:
        raise PimctlError("There is no alert yet: add one with: pimctl alerts add NAME")
    failed = [one for one in names if not _send(_urls(project)[one], "PIM: test", "This alert works.")]
    if failed:
        raise PimctlError(f"{', '.join(failed)}: not delivered. Check the address, and that this machine can reach it.")


def send_due(project: Project) -> None:
    """Send what changed since the last time; never raises, for an alert must not fail a sync."""
    try:
        urls = _urls(project)
        if not urls:
            return
        with exclusive(project_files.private_folder(project) / "alerts.lock"):
            kept = alert_log.read(project)
            statuses, trouble = _statuses(project)
            if bool(trouble) != bool(kept.get(ALL_STORES, {}).get("open")):
                noted = {"open": {"unreadable": trouble} if trouble else {}}
                _tell(urls, kept, ALL_STORES, noted, [trouble or "the state of the stores can be read again"])
            for status in statuses:
                noted = dict(kept.get(status.store.id, {}))
                sentences = _news(status, noted, _fields(project, status), _score_drop(project))
                _tell(urls, kept, status.store.id, noted, sentences)
            alert_log.write(project, kept)
    except Exception as error:  # noqa: BLE001  whatever it is, the sync is done
        logging.getLogger("pimctl").warning("Alerts could not be sent: %s", type(error).__name__)


def _statuses(project: Project) -> tuple[list[StoreStatus], str]:
    """Return how the stores are; where that cannot be read, as when the database is down, none and why."""
    try:
        return history.status(project), ""
    except PimctlError as error:
        return [], f"the state of the stores cannot be read: {error}"


def conditions(status: StoreStatus, baseline: Decimal | None, drop: Decimal) -> dict[str, str]:
    """Return what is wrong with a store: a sentence for each condition."""
    found: dict[str, str] = {}
    if status.state == "syncing":
        return found
    if status.error:
        found["failed"] = f"the last sync failed: {status.error}"
    if status.is_stale:
        found["stale"] = f"two scheduled times have passed since its last good sync (schedule {status.store.cron})"
    last = status.last
    if last and last.unread:
        found["unread"] = f"{last.unread:,} rows could not be read"
    held_back = {stream.stream: stream.held_back for stream in last.streams if stream.held_back} if last else {}
    if held_back:
        counts = ", ".join(f"{count:,} of {stream}" for stream, count in held_back.items())
        found["held back"] = f"the deletion guard held back deletions ({counts}): check the store's list"
    elif last and last.status == "incomplete" and not last.unread:
        found["incomplete"] = f"the last sync was incomplete: {last.sentence or 'see its log'}"
    if status.score is not None and baseline is not None and baseline - status.score > drop:
        found["score"] = f"the health score fell from {baseline} to {status.score}"
    return found


def _news(status: StoreStatus, noted: dict[str, Any], fields: set[str] | None, drop: Decimal) -> list[str]:
    """Return the sentences to send, and note what is open now."""
    if status.state == "syncing":
        return []
    baseline = Decimal(noted["score"]) if noted.get("score") else None
    open_now = conditions(status, baseline, drop)
    open_before: Mapping[str, str] = noted.get("open", {})
    sentences = [text for name, text in open_now.items() if name not in open_before]
    sentences += [RECOVERED[name] for name in open_before if name not in open_now]
    noted["open"] = open_now
    if status.score is not None and "score" not in open_now:
        noted["score"] = str(status.score)
    if fields is not None:
        known = noted.get("fields")
        new = sorted(fields - set(known)) if known is not None else []
        if new:
            sentences.append(f"a plugin added {'fields' if len(new) > 1 else 'a field'}: {', '.join(new)}")
        noted["fields"] = sorted(fields | set(known or ()))
    return sentences


def _fields(project: Project, status: StoreStatus) -> set[str] | None:
    """Return the fields of plugins that the products of a store have; None where nothing landed."""
    with history.database(project) as connection:
        if connection is None or not history.has_table(connection, "woo.products"):
            return None
        return {row["name"] for row in connection.execute(NEW_FIELDS, [status.store.store_id]).fetchall()}


def _tell(urls: Mapping[str, str], kept: dict[str, Any], about: str, noted: dict[str, Any], news: list[str]) -> None:
    """Send news about a store by all alerts, and keep what was noted of it; when nobody was told, what was before."""
    if news:
        title = f"PIM: store {about}" if about != ALL_STORES else "PIM"
        failed = [name for name, url in urls.items() if not _send(url, title, "\n".join(news))]
        if len(failed) == len(urls):
            noted = dict(kept.get(about, {}))  # the same is news next time
        noted["error"] = f"{', '.join(failed)} did not deliver" if failed else None
    kept[about] = noted


def _send(url: str, title: str, body: str) -> bool:
    apprise = _apprise()
    return bool(apprise.add(url) and apprise.notify(title=title, body=body))


def _apprise() -> Any:
    import apprise  # noqa: PLC0415  a second of imports, for those who have alerts

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its lines hold the address
    return apprise.Apprise()


def _urls(project: Project) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in registry.environment(project).items()
        if name.startswith(PREFIX) and name != DROP_VARIABLE and value
    }


def _known(project: Project, name: str) -> str:
    if name not in _urls(project):
        known = ", ".join(kinds(project)) or "none yet"
        raise PimctlError(f'There is no alert "{name}". Known alerts: {known}.')
    return name


def _score_drop(project: Project) -> Decimal:
    text = project.variable(DROP_VARIABLE)
    try:
        return Decimal(text) if text else SCORE_DROP
    except ArithmeticError:
        return SCORE_DROP
