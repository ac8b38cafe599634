"""Finds the REST API of a shop: below its address, or where the front page says it is."""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tap_woo_pim.auth import NoKey
from tap_woo_pim.causes import (
    FIREWALL,
    LOGIN_PAGE,
    MAINTENANCE,
    NO_DATA,
    NOT_WORDPRESS,
    OTHER_HOST,
    PLAIN_PERMALINKS,
    REST_BLOCKED,
    REST_OFF,
    SITE_PASSWORD,
)
from tap_woo_pim.client import Client, Page
from tap_woo_pim.errors import PassingError, ShopError, answer_cause
from tap_woo_pim.site import api_root, is_same_shop, origin

WORDPRESS_PATHS = ("/wp-content/", "/wp-includes/")
"""What the pages of every WordPress link to."""

logger = logging.getLogger("tap-woo-pim")


@dataclass(frozen=True)
class Entrance:
    """Where the REST API is.

    Attributes:
        root: its URL, with a slash at the end.
        index: what it says about the shop: {"name", "url", "home", "timezone_string", "namespaces", ...}; empty where a
            plugin shows it to nobody without a key.
        date: the shop's clock.
        closed: why the index is empty.
    """

    root: str
    index: dict[str, Any]
    date: datetime.datetime | None
    closed: ShopError | None = None


def find_entrance(client: Client, about: str) -> Entrance:
    """Find the REST API. No key is sent.

    Args:
        client: the client of the shop.
        about: what is asked for, for messages.

    Raises:
        ShopError: there is none, or no way to it.
        RetriableAPIError: the shop or the network failed.
    """
    site_url = client.settings.site_url
    root = f"{site_url}/wp-json/"
    try:
        entrance = _enter(client, root, about)
    except (ShopError, PassingError) as error:
        if error.cause is REST_BLOCKED and isinstance(error, ShopError):
            return Entrance(root, {}, error.date, error)
        if error.cause not in (REST_OFF, NO_DATA):
            raise
        entrance = _enter(client, _root_by_front_page(client, root, about), about)
    better = entrance.root.removesuffix("/wp-json/")
    if better != site_url:
        logger.warning("%s: the shop is at %s. Set site_url to that address.", client.place(about), better)
    return entrance


def _enter(client: Client, root: str, about: str) -> Entrance:
    answer = client.look(root, {}, about=about, auth=NoKey())
    if not isinstance(answer.data, dict) or not isinstance(answer.data.get("namespaces"), list):
        raise ShopError(client.place(about), NO_DATA)
    return Entrance(answer.url.rstrip("/") + "/", answer.data, answer.date)


def _root_by_front_page(client: Client, tried: str, about: str) -> str:
    place = client.place(about)
    page = client.page(f"{client.settings.site_url}/", about=about)
    named = api_root(page.link, client.settings.site_url)
    if named is None:
        cause = _cause_of_no_link(page)
        raise ShopError(place, cause, status=page.status)
    if "rest_route=" in named:
        raise ShopError(place, PLAIN_PERMALINKS)
    if not is_same_shop(named, client.settings.site_url):
        raise ShopError(place, OTHER_HOST, target=origin(named))
    # Behind a proxy WordPress may name itself by http: only its path counts.
    root = origin(client.settings.site_url) + urlsplit(named).path.rstrip("/") + "/"
    if root == tried:
        raise ShopError(place, REST_OFF)
    return root


def _cause_of_no_link(page: Page) -> Any:
    cause, _ = answer_cause(page.status, {}, page.text.encode())
    if cause in (FIREWALL, LOGIN_PAGE, MAINTENANCE, SITE_PASSWORD):
        return cause
    return REST_OFF if any(path in page.text for path in WORDPRESS_PATHS) else NOT_WORDPRESS
