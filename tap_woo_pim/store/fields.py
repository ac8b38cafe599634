"""Finds out which fields the rows of a store have.

Fields are asked for by name, so those of plugins have to be found first: in the schema that the store declares
(OPTIONS), and in one row, since many plugins add fields without declaring them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from typing import NamedTuple

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.http.models import Answer
from tap_woo_pim.store.connection import Store

logger = logging.getLogger("tap-woo-pim")


class Found(NamedTuple):
    """What a look at a list found.

    Attributes:
        names: of all fields that its rows have.
        rows: how many rows are in it; None where the store does not say.
        is_whole: whether both the row and the schema could be read.
    """

    names: set[str]
    rows: int | None
    is_whole: bool


def ask_ahead(store: Store, path: str, status: Mapping[str, str], about: str) -> Future[Answer]:
    """Ask for what `find_fields` will need soon; see there.

    Returns:
        The row to come.
    """
    row = store.ask_ahead(path, {**status, "per_page": 1}, about=about)
    store.ask_options_ahead(path, about=about)
    return row


def find_fields(store: Store, path: str, status: Mapping[str, str], about: str) -> Found:
    """Look at a list.

    The row may be one that the store cannot deliver, some firewalls let no OPTIONS through, and some plugins declare no
    schema: then these fields are not known.

    Args:
        store: the store.
        path: the list's path below the API root.
        status: the parameters that say which statuses are in the list.
        about: the stream, for messages.
    """
    names: set[str] = set()
    rows = None
    troubles: list[Exception] = []
    try:
        answer = store.get(path, {**status, "per_page": 1}, about=about)
        names.update(*(row for row in answer.data if isinstance(row, dict)))
        rows = answer.total
    except (FatalAPIError, RetriableAPIError) as error:
        troubles.append(error)
    try:
        names.update(store.options(path, about=about)["schema"]["properties"].keys())
    except (FatalAPIError, RetriableAPIError, KeyError, TypeError, AttributeError) as error:
        troubles.append(error)
    for trouble in troubles:
        logger.debug("%s: the store does not tell all of its fields: %s", about, trouble)
    if len(troubles) == 2:
        logger.warning(
            "%s: neither a first row nor the schema could be read, so fields that plugins added since the last whole"
            " read may be missing from extra_fields.",
            about,
        )
    return Found(names, rows, is_whole=not troubles)
