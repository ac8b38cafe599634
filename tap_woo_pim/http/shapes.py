"""Checks that a response is what was requested; WordPress also sends errors with status 200."""

from __future__ import annotations

from typing import Any

from tap_woo_pim.exceptions import BodyError


def as_list(data: Any, most: int | None = None) -> list[Any]:
    """Return a response as a list; PHP sends a list with gaps as an object with the positions as keys.

    Args:
        data: the decoded response.
        most: how many rows it may have.

    Raises:
        BodyError: it is not a list, or a longer one.
    """
    if isinstance(data, dict) and data and all(name.isdecimal() for name in data):
        data = list(data.values())
    if not isinstance(data, list):
        raise BodyError("answered with something that is not a list")
    if most is not None and len(data) > most:
        raise BodyError("answered with more rows than were requested, as a cache does that ignores the query")
    return data


def as_object(data: Any, *names: str) -> dict[str, Any]:
    """Return a response as an object with some fields.

    Raises:
        BodyError: it is not an object, or lacks one of them.
    """
    if not isinstance(data, dict) or not data.keys() >= set(names):
        raise BodyError("answered with something else than what was requested")
    return data
