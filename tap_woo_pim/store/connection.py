"""One look at a store: where its API is, what it can do, and what its clock says."""

from __future__ import annotations

import contextlib
import datetime
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from functools import cached_property, partial
from typing import Any, Unpack
from urllib.parse import urlencode

from tap_woo_pim.config.settings import Settings
from tap_woo_pim.config.urls import resolved
from tap_woo_pim.exceptions import CancelledError, PassingError, StoreError
from tap_woo_pim.http.auth import NoKey
from tap_woo_pim.http.client import Client
from tap_woo_pim.http.diagnoses import FIREWALL, LOGIN_PAGE, NO_ROUTE, NO_WOOCOMMERCE, REST_BLOCKED, REST_OFF
from tap_woo_pim.http.models import Answer, RequestOptions
from tap_woo_pim.http.prefetch import result_of
from tap_woo_pim.http.shapes import as_list
from tap_woo_pim.store.discovery import CLOSED_STATUSES, Discovery, discover
from tap_woo_pim.store.login import AuthResult, log_in
from tap_woo_pim.store.routes import Routes

ANALYTICS = "wc-analytics"
"""The namespace of WooCommerce's own reports, which lists the variations of all products since 4.0."""

FLAT_VARIATIONS = "variations"
"""The route of WooCommerce's own namespace that lists the variations of all products, since 10.3."""

NAMESPACES = ("wc/v3", "wc/v2")
"""WooCommerce's own namespaces that can be read, the newest first: since 3.5, since 3.0."""

CLOSED = frozenset({NO_ROUTE, REST_BLOCKED, REST_OFF, FIREWALL, LOGIN_PAGE})
"""Why a store may refuse a namespace to the key as well as to visitors."""

ALL = "all components"
"""What a message is about that concerns the store as a whole."""


class Store:
    """A WooCommerce store behind its REST API. Nothing is asked before it is needed, and nothing twice."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = Client(settings)
        self._looked_at = time.monotonic()
        self._lock = threading.RLock()
        self._ahead: dict[str, Future[Answer]] = {}
        self._login_ahead: Future[AuthResult] | None = None

    @cached_property
    def entrance(self) -> Discovery:
        """Where the REST API is."""
        with self._lock:
            return discover(self.client, ALL)

    @cached_property
    def index(self) -> dict[str, Any]:
        """The index of the REST API (`GET /wp-json/`): name, addresses, time zone, namespaces."""
        if self.entrance.closed is None:
            return self.entrance.index
        known = {"namespaces": [self.namespace]}
        try:
            index = self.client.look(self.root, {}, about=ALL, auth=self.way_in.auth).data
        except (StoreError, PassingError):
            return known
        return index if isinstance(index, dict) and isinstance(index.get("namespaces"), list) else known

    @cached_property
    def namespace(self) -> str:
        """The newest WooCommerce namespace that the store has."""
        if self.entrance.closed is not None:
            return self._namespace_behind_key(self.entrance.closed)
        for namespace in NAMESPACES:
            if namespace in self.index["namespaces"]:
                return namespace
        raise StoreError(self.client.place(ALL), NO_WOOCOMMERCE)

    @cached_property
    def routes(self) -> Routes:
        """The routes of the WooCommerce namespace; those of wc-analytics too, where only it lists all variations."""
        own = self._listing(self.namespace)
        routes = Routes(own)
        if ANALYTICS not in self.index["namespaces"] or routes.has(self.path(FLAT_VARIATIONS)):
            return routes
        return Routes(own, self._listing(ANALYTICS))

    def _listing(self, namespace: str) -> Any:
        url = f"{self.root}{namespace}"
        if self.entrance.closed is not None:
            return self.client.look(url, {}, about=ALL, auth=self.way_in.auth).data
        try:
            return self.client.look(url, {}, about=ALL, auth=NoKey()).data
        except StoreError as refused:
            if refused.details.get("status") not in CLOSED_STATUSES:
                raise
            # Some plugins close the routes to visitors, and not the index of the API (Shield).
            try:
                return self.client.look(url, {}, about=ALL, auth=self.way_in.auth).data
            except StoreError as error:
                raise (refused if error.cause in CLOSED else error) from None

    @property
    def address(self) -> str:
        """Where the store is: where its API was found, or the address that was given when it was not."""
        found: Discovery | None = self.__dict__.get("entrance")
        return self.settings.site_url if found is None else found.root

    @property
    def root(self) -> str:
        """URL of the REST API, with a slash at the end."""
        return self.entrance.root

    @cached_property
    def way_in(self) -> AuthResult:
        """The way in which the store takes the key."""
        with self._lock:
            if "way_in" in self.__dict__:
                found: AuthResult = self.__dict__["way_in"]
                return found
            return self._log_in(self.namespace) if self._login_ahead is None else result_of(self._login_ahead)

    def log_in_ahead(self) -> None:
        """Find the way in in a thread, since it will be needed; the routes can be listed at the same time.

        Raises:
            StoreError, RetriableAPIError: there is no way to the API, with or without a key.
        """
        namespace = self.namespace
        if "way_in" not in self.__dict__ and self._login_ahead is None:
            self._login_ahead = self.client.executor.submit(self._log_in, namespace)

    @cached_property
    def started_at(self) -> datetime.datetime:
        """The store's clock (UTC, whole seconds) at the start of this run, of an answer that no cache gives."""
        return self.way_in.date or datetime.datetime.now(datetime.UTC).replace(microsecond=0)

    def now(self) -> datetime.datetime:
        """The store's clock now, by this machine's count of the seconds since the run began."""
        started_at = self.started_at
        return started_at + datetime.timedelta(seconds=time.monotonic() - self._looked_at)

    def path(self, route: str) -> str:
        """The path of a WooCommerce route below the API root: `products/tags` becomes `wc/v3/products/tags`."""
        return f"{self.namespace}/{route}"

    def has(self, route: str) -> bool:
        """Tell whether the store has a WooCommerce route, placeholders written as {}."""
        return self.routes.has(self.path(route))

    def get(self, path: str, params: Mapping[str, Any], **how: Unpack[RequestOptions]) -> Answer:
        """Get a path below the API root; see `Client.get`. What was asked ahead is taken from there, once.

        A list is expected unless `how` says otherwise, and by offset no longer one than was asked for.
        """
        early = self._ahead.pop(_key(path, params), None)
        if early is not None:
            with contextlib.suppress(CancelledError):
                return result_of(early)
        return self._get(path, params, **how)

    def ask_ahead(self, path: str, params: Mapping[str, Any], **how: Unpack[RequestOptions]) -> Future[Answer]:
        """Ask in a thread for what `get` will soon be called for, with the same path and parameters.

        Returns:
            The answer to come, which `get` then takes.
        """
        call = self.client.executor.submit(self._get, path, params, **how)
        self._ahead[_key(path, params)] = call
        return call

    def look(self, path: str, params: Mapping[str, Any], *, about: str) -> Answer:
        """Get a list below the API root; see `Client.look`."""
        return self.client.look(f"{self.root}{path}", params, about=about, auth=self.way_in.auth, expects=as_list)

    def _get(self, path: str, params: Mapping[str, Any], **how: Unpack[RequestOptions]) -> Answer:
        self.client.auth = self.way_in.auth
        how.setdefault("expects", partial(as_list, most=params["per_page"]) if "offset" in params else as_list)
        return self.client.get(f"{self.root}{path}", params, **how)

    def _log_in(self, namespace: str) -> AuthResult:
        home = resolved(str(self.entrance.index.get("home") or self.root), self.root) or self.root
        way_in = log_in(self.client, f"{self.root}{namespace}/products", home, self.entrance.date, ALL)
        self._looked_at = time.monotonic()
        self.client.proven = True
        return way_in

    def _namespace_behind_key(self, closed: StoreError) -> str:
        """Find the namespace where a plugin lets only those in who have a key.

        Raises:
            StoreError, RetriableAPIError: why the key does not open it, where that is known.
        """
        for namespace in NAMESPACES:
            try:
                self.__dict__["way_in"] = self._log_in(namespace)
            except StoreError as error:
                if error.cause not in CLOSED:
                    raise
            else:
                return namespace
        raise closed


def _key(path: str, params: Mapping[str, Any]) -> str:
    return f"{path}?{urlencode(sorted(params.items()))}"
