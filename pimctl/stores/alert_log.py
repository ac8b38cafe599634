"""Remembers which problems alerts were sent about, and which alerts could not be sent."""

from __future__ import annotations

import json
from typing import Any

from pimctl.project import Project
from pimctl.stores import project_files


def read(project: Project) -> dict[str, Any]:
    """Return what is kept: ``{store: {"open": {condition: sentence}, "error": text or None}}``."""
    path = project_files.private_folder(project) / "alerts.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}


def write(project: Project, kept: dict[str, Any]) -> None:
    """Keep it, in one rename."""
    path = project_files.private_folder(project) / "alerts.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(kept), encoding="utf-8")
    fresh.replace(path)


def errors(project: Project) -> dict[str, str]:
    """Return by store id why the last alert about it could not be sent."""
    return {store: noted["error"] for store, noted in read(project).items() if noted.get("error")}
