"""Finds the REST API of a store: below its address, or where the front page says it is."""

from __future__ import annotations

import datetime
import logging
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from tap_woo_pim.config.urls import api_root, default_store_id, is_same_store, origin, site_address
from tap_woo_pim.exceptions import Diagnosis, PassingError, StoreError
from tap_woo_pim.http.auth import NoKey
from tap_woo_pim.http.classify import WORDPRESS, classify
from tap_woo_pim.http.client import Client
from tap_woo_pim.http.diagnoses import (
    FIREWALL,
    LOGIN_PAGE,
    MAINTENANCE,
    NO_DATA,
    NOT_WORDPRESS,
    ODD_STATUS,
    OTHER_HOST,
    PLAIN_PERMALINKS,
    REST_BLOCKED,
    REST_OFF,
    SITE_PASSWORD,
    WRONG_SITE_PASSWORD,
)
from tap_woo_pim.http.models import HtmlPage

_WAYWARD = frozenset({REST_OFF, REST_BLOCKED, NO_DATA, FIREWALL, LOGIN_PAGE, ODD_STATUS})
_WAYWARD_STATUSES = frozenset({200, 404, 405, 410})
"""With these a site responds to addresses that it does not have. Its front page says where the API is instead."""

CLOSED_STATUSES = frozenset({401, 403})
"""With these, plugins close the REST API to visitors, with their own error code or like a firewall (miniOrange)."""

ALL = "all components"
"""The subject of messages about the store as a whole."""

_SHUT = frozenset({FIREWALL, LOGIN_PAGE, MAINTENANCE, SITE_PASSWORD})
"""What a page may say about a whole site."""

logger = logging.getLogger("tap-woo-pim")


@dataclass(frozen=True)
class Discovery:
    """Where the REST API is.

    Attributes:
        root: its URL, with a slash at the end.
        index: what it says about the store: {"name", "url", "home", "timezone_string", "namespaces", ...}; empty if a
            plugin hides it from visitors without a key.
        date: the store's clock.
        closed: why the index is empty.
        advice: a sentence that names a better address; empty if there is none.
    """

    root: str
    index: dict[str, Any]
    date: datetime.datetime | None
    closed: StoreError | None = None
    advice: str = ""


def discover(client: Client) -> Discovery:
    """Find the REST API. No key is sent.

    Raises:
        StoreError: there is none, or it cannot be reached.
        RetriableAPIError: the store or the network failed.
    """
    root = f"{client.settings.site_url}/wp-json/"
    try:
        found = _find(client, root)
    except (StoreError, PassingError) as error:
        if error.diagnosis not in _WAYWARD or error.details.get("status") not in _WAYWARD_STATUSES:
            raise
        found = _find_by_front_page(client, root, error)
    advice = _better_address(client, found.root)
    if advice:
        logger.warning("%s: %s", client.prefix(ALL), advice)
    return replace(found, advice=advice)


def _find(client: Client, root: str) -> Discovery:
    try:
        answer = client.look(root, {}, subject=ALL, auth=NoKey())
    except StoreError as error:
        if error.details.get("status") not in CLOSED_STATUSES or error.diagnosis in (
            SITE_PASSWORD,
            WRONG_SITE_PASSWORD,
        ):
            raise
        # It may be open to the key, so it is requested with the key before this counts as a failure.
        return Discovery(root, {}, error.date, error)
    if not isinstance(answer.data, dict) or not isinstance(answer.data.get("namespaces"), list):
        raise StoreError(client.prefix(ALL), NO_DATA, status=200)
    return Discovery(answer.url.rstrip("/") + "/", answer.data, answer.date)


def _find_by_front_page(client: Client, tried: str, refused: StoreError | PassingError) -> Discovery:
    prefix, site_url = client.prefix(ALL), client.settings.site_url
    page = client.page(f"{site_url}/", subject=ALL)
    named = api_root(page.link, page.text, site_url)
    if named is None:
        diagnosis = _diagnose_no_link(page, refused.diagnosis)
        if diagnosis is REST_OFF and refused.diagnosis is REST_BLOCKED and isinstance(refused, StoreError):
            return Discovery(tried, {}, refused.date, refused)
        raise StoreError(prefix, diagnosis, status=page.status)
    if "rest_route=" in named:
        raise StoreError(prefix, PLAIN_PERMALINKS)
    if not is_same_store(named, site_url):
        raise StoreError(prefix, OTHER_HOST, target=origin(named))
    # Behind a proxy WordPress may believe it is served over http: only its path counts.
    root = origin(site_url) + urlsplit(named).path.rstrip("/") + "/"
    if root != tried:
        return _find(client, root)
    if refused.diagnosis is REST_BLOCKED and isinstance(refused, StoreError):
        return Discovery(root, {}, refused.date, refused)
    raise refused if refused.diagnosis in _SHUT else StoreError(prefix, REST_OFF)


def _diagnose_no_link(page: HtmlPage, refused: Diagnosis) -> Diagnosis:
    diagnosis, _ = classify(page.status, {}, page.text.encode())
    if diagnosis in _SHUT:
        return diagnosis
    if refused in _SHUT:
        return refused
    return REST_OFF if re.search(WORDPRESS, page.text, re.IGNORECASE) else NOT_WORDPRESS


def _better_address(client: Client, root: str) -> str:
    """Advise to use the address at which the store was found, if it is not the one in the settings."""
    settings = client.settings
    try:
        # Permalinks may begin with /index.php/, which is not part of the store's address.
        better = site_address(root)
    except ValueError:  # a folder named like a key
        return ""
    if better == settings.site_url or not root.endswith("/wp-json/"):
        return ""
    kept = ""
    if settings.store_id == default_store_id(settings.site_url) != default_store_id(better):
        kept = f" Set store_id to {settings.store_id} too, or all of its rows arrive a second time."
    return f"the store is at {better}. Set site_url to that address.{kept}"
