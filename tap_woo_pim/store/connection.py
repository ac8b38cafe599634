"""Connects to a store: where its API is, what it can do, how it authenticates, and what its clock says."""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Unpack
from urllib.parse import urlencode

from tap_woo_pim.config.settings import Settings
from tap_woo_pim.config.urls import resolved
from tap_woo_pim.exceptions import PassingError, StoreError
from tap_woo_pim.http.auth import NoKey
from tap_woo_pim.http.body import as_list
from tap_woo_pim.http.client import Client
from tap_woo_pim.http.diagnoses import FIREWALL, LOGIN_PAGE, NO_ROUTE, NO_WOOCOMMERCE, REST_BLOCKED, REST_OFF
from tap_woo_pim.http.models import RequestOptions, Response
from tap_woo_pim.http.prefetch import result_of
from tap_woo_pim.store.discovery import ALL, CLOSED_STATUSES, Discovery, discover
from tap_woo_pim.store.login import AuthResult, Login
from tap_woo_pim.store.routes import Routes

ANALYTICS = "wc-analytics"
"""The namespace of WooCommerce's own reports, which lists the variations of all products since 4.0."""

FLAT_VARIATIONS = "variations"
"""The route of WooCommerce's own namespace that lists the variations of all products, since 10.3."""

NAMESPACES = ("wc/v3", "wc/v2")
"""WooCommerce's own namespaces that can be read, newest first: since 3.5, since 3.0."""

CLOSED = frozenset({NO_ROUTE, REST_BLOCKED, REST_OFF, FIREWALL, LOGIN_PAGE})
"""Why a store may refuse a namespace to the key as well as to visitors."""


@dataclass(frozen=True)
class Connection:
    """A store that was found and accepts the key.

    Attributes:
        client: sends the requests.
        root: URL of the REST API, with a slash at the end.
        index: what the API says about the store: {"name", "url", "home", "timezone_string", "namespaces", ...}.
        namespace: the newest WooCommerce namespace that the store has.
        routes: the routes of that namespace; also those of wc-analytics, if only that lists all variations.
        login: how the store accepts the key.
        started_at: the store's clock (UTC, whole seconds) when it accepted the key.
        advice: which settings would be better, a sentence each.
        run_key: a value that no other run has.
    """

    client: Client
    root: str
    index: dict[str, Any]
    namespace: str
    routes: Routes
    login: AuthResult
    started_at: datetime.datetime
    advice: tuple[str, ...]
    run_key: str = field(default_factory=partial(secrets.token_hex, 4))
    _connected_at: float = field(default_factory=time.monotonic)
    _ahead: dict[str, Future[Response]] = field(default_factory=dict, repr=False)

    @property
    def settings(self) -> Settings:
        """The settings of the store."""
        return self.client.settings

    def now(self) -> datetime.datetime:
        """The store's clock now, by this machine's count of the seconds since the run began."""
        return self.started_at + datetime.timedelta(seconds=time.monotonic() - self._connected_at)

    def path(self, route: str) -> str:
        """The path of a WooCommerce route below the API root: `products/tags` becomes `wc/v3/products/tags`."""
        return f"{self.namespace}/{route}"

    def has(self, route: str) -> bool:
        """Whether the store has a WooCommerce route. Placeholders are written as {}."""
        return self.routes.has(self.path(route))

    @property
    def flat_variations(self) -> str | None:
        """The path of a list of all variations; None where the store has none."""
        paths = (self.path(FLAT_VARIATIONS), f"{ANALYTICS}/{FLAT_VARIATIONS}")
        return next((path for path in paths if self.routes.has(path)), None)

    def get(self, path: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Response:
        """Get a path below the API root, or the response that `ask_ahead` requested; see `Client.get`.

        A list is expected unless the options say otherwise; with an offset, one no longer than requested.
        """
        early = self._ahead.pop(_key(path, params), None)
        return self._get(path, params, **options) if early is None else result_of(early)

    def ask_ahead(self, path: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Future[Response]:
        """Send a request in a thread that `get` will soon be called for, with the same path and parameters.

        Returns:
            The future response, which `get` then returns.
        """
        call = self.client.executor.submit(self._get, path, params, **options)
        self._ahead[_key(path, params)] = call
        return call

    def look(self, path: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Response:
        """Get a path below the API root; see `Client.look`."""
        return self.client.look(f"{self.root}{path}", params, self.login.auth, **options)

    def _get(self, path: str, params: Mapping[str, Any], **options: Unpack[RequestOptions]) -> Response:
        options.setdefault("expects", partial(as_list, most=params["per_page"]) if "offset" in params else as_list)
        return self.client.get(f"{self.root}{path}", params, self.login.auth, **options)


def connect(client: Client, found: Discovery | None = None) -> Connection:
    """Connect to a store, whose API is searched for if it is not given. The key is tried while routes are requested.

    Raises:
        StoreError: there is no API or no WooCommerce, or it does not accept the key.
        RetriableAPIError: the store or the network failed.
    """
    found = found or discover(client)
    known = found.index.get("namespaces", NAMESPACES)
    namespace = next((one for one in NAMESPACES if one in known), None)
    if namespace is None:
        raise StoreError(client.prefix(ALL), NO_WOOCOMMERCE)
    home = resolved(str(found.index.get("home") or found.root), found.root) or found.root
    login_to_come = client.executor.submit(Login(client, f"{found.root}{namespace}/products", home, found.date).find)
    index = found.index if found.closed is None else _index_behind_key(client, found.root, found.closed, login_to_come)
    routes = _routes(client, found, index, namespace, login_to_come)
    login = result_of(login_to_come)
    client.proven = True
    started_at = login.products.date or datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    advice = tuple(filter(None, (found.advice, login.advice)))
    return Connection(client, found.root, index, namespace, routes, login, started_at, advice)


def _index_behind_key(client: Client, root: str, closed: StoreError, login: Future[AuthResult]) -> dict[str, Any]:
    # A plugin closes the API to visitors without a key.
    try:
        auth = result_of(login).auth
    except StoreError as error:
        raise (closed if error.diagnosis in CLOSED else error) from None
    try:
        index = client.look(root, {}, subject=ALL, auth=auth).data
    except (StoreError, PassingError):
        index = None
    return index if isinstance(index, dict) and isinstance(index.get("namespaces"), list) else {"namespaces": []}


def _routes(
    client: Client, found: Discovery, index: dict[str, Any], namespace: str, login: Future[AuthResult]
) -> Routes:
    def listing(name: str) -> Any:
        url = f"{found.root}{name}"
        try:
            if found.closed is None:
                return client.look(url, {}, subject=ALL, auth=NoKey()).data
        except StoreError as refused:
            # Some plugins close the routes to visitors but not the index of the API (Shield).
            if refused.details.get("status") not in CLOSED_STATUSES:
                raise
        return client.look(url, {}, subject=ALL, auth=result_of(login).auth).data

    own = listing(namespace)
    routes = Routes(own)
    if ANALYTICS not in index["namespaces"] or routes.has(f"{namespace}/{FLAT_VARIATIONS}"):
        return routes
    return Routes(own, listing(ANALYTICS))


def _key(path: str, params: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(sorted(params.items()))}"
