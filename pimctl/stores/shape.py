"""Checks that meltano.yml has the shape that the console reads: valid YAML can hold anything at any place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pimctl.errors import PimctlError


def check(document: Mapping[str, Any]) -> None:
    """See that all that the console reads is of the kind that it reads; what is empty counts as not there.

    Raises:
        PimctlError: Something is not; with its place.
    """
    if not isinstance(document.get("default_environment") or "", str):
        raise PimctlError("default_environment must be the name of an environment")
    _check_extractors(_mapping(document, "plugins"), "plugins")
    for entry in _named(document, "environments"):
        place = f"environments, {entry['name']}, config"
        config = _mapping(entry, "config", place)
        _check_extractors(_mapping(config, "plugins", f"{place}, plugins"), f"{place}, plugins")
    for job in _named(document, "jobs"):
        tasks = job.get("tasks")
        listed = tasks if isinstance(tasks, list) else [tasks]
        if not all(isinstance(task, str | list) for task in listed):
            raise PimctlError(f"jobs, {job['name']}: tasks must be a list of texts")
    for schedule in _named(document, "schedules"):
        if not isinstance(schedule.get("interval"), str):
            raise PimctlError(f"schedules, {schedule['name']}: interval must be cron fields, or one such as @hourly")


def _check_extractors(plugins: Mapping[str, Any], place: str) -> None:
    for plugin in _named(plugins, "extractors", f"{place}, extractors"):
        own = f"{place}, extractors, {plugin['name']}"
        _mapping(plugin, "config", f"{own}, config")
        _mapping(_mapping(plugin, "annotations", f"{own}, annotations"), "pimctl", f"{own}, annotations, pimctl")
        _named(plugin, "settings", f"{own}, settings")


def _mapping(owner: Mapping[str, Any], name: str, place: str = "") -> Mapping[str, Any]:
    found = owner.get(name)
    if found is not None and not isinstance(found, dict):
        raise PimctlError(f"{place or name} must hold names, each with a value")
    return found or {}


def _named(owner: Mapping[str, Any], name: str, place: str = "") -> list[Mapping[str, Any]]:
    found = owner.get(name)
    is_list = found is None or isinstance(found, list)
    if not is_list or not all(isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in found or ()):
        raise PimctlError(f"{place or name} must be a list of entries with a name")
    return found or []
