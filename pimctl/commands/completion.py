"""What a shell proposes for the ids of stores."""

from __future__ import annotations

from pimctl.errors import PimctlError
from pimctl.project import Project


def store_ids(incomplete: str) -> list[str]:
    """Return the ids of stores that begin so; none where there is no project."""
    from pimctl.stores import registry  # noqa: PLC0415  loaded when needed, so that --help is quick

    try:
        return [store.id for store in registry.list_stores(Project.find()) if store.id.startswith(incomplete)]
    except (PimctlError, OSError):
        return []
