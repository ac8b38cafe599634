"""One look at a shop: where its API is, what it can do, and what its clock says."""

from __future__ import annotations

import datetime
import logging
import time
from functools import cached_property
from typing import Any

from singer_sdk.exceptions import FatalAPIError

from tap_woo_pim.client import Answer, Client
from tap_woo_pim.routes import Routes
from tap_woo_pim.settings import Settings

logger = logging.getLogger("tap-woo-pim")

ANALYTICS = "wc-analytics"
"""The namespace of WooCommerce's own reports, which lists the variations of all products since 4.0."""


class Shop:
    """A WooCommerce shop behind its REST API. Nothing is asked before it is needed, and nothing twice."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = Client(settings)
        self._looked_at = time.monotonic()

    @cached_property
    def index(self) -> dict[str, Any]:
        """The index of the REST API (`GET /wp-json/`): name, addresses, time zone, namespaces."""
        data = self.get("", {}, about="the shop's address").data
        if not isinstance(data, dict) or "namespaces" not in data:
            raise FatalAPIError(
                f"{self.client.place('the REST API')}: there is no WordPress at this address. Check site_url."
            )
        return data

    @cached_property
    def namespace(self) -> str:
        """The newest WooCommerce namespace that the store has: wc/v3 since 3.5, wc/v2 since 3.0."""
        for namespace in ("wc/v3", "wc/v2"):
            if namespace in self.index["namespaces"]:
                return namespace
        raise FatalAPIError(
            f"{self.client.place('the REST API')}: WordPress answers, but without WooCommerce. Activate the plugin,"
            " or check site_url."
        )

    @cached_property
    def routes(self) -> Routes:
        """The routes of the WooCommerce namespace, and of wc-analytics where the store has it."""
        namespaces = [self.namespace]
        if ANALYTICS in self.index["namespaces"]:
            namespaces.append(ANALYTICS)
        return Routes(*(self.get(name, {}, about="the list of routes").data for name in namespaces))

    @cached_property
    def started_at(self) -> datetime.datetime:
        """The store's clock (UTC, whole seconds) at the start of this run, of an answer that no cache gives."""
        answer = self.get(f"{self.namespace}/products", {"per_page": 1, "_fields": "id"}, about="the shop's clock")
        self._looked_at = time.monotonic()
        return answer.date or datetime.datetime.now(datetime.UTC).replace(microsecond=0)

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

    def get(self, path: str, params: dict[str, Any], *, about: str, tries: int | None = None) -> Answer:
        """Get a path below the API root; see `Client.get`."""
        return self.client.get(self._url(path), params, about=about, tries=tries)

    def options(self, path: str, *, about: str) -> Any:
        """Get the description of a path below the API root; see `Client.options`."""
        return self.client.options(self._url(path), about=about)

    def _url(self, path: str) -> str:
        return f"{self.settings.site_url}/wp-json/{path}"
