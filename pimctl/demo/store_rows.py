"""Asks a store how many rows it hands out for each stream, by the same interface the tap uses but page by page."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

from pimctl.demo.sample_stores import HOST, SampleStore
from pimctl.errors import PimctlError

PAGE_SIZE = 100  # rows on the longest page WooCommerce gives
TIMEOUT_SECONDS = 30


class StoreRows:
    """Counts the rows of one store. Rows are counted, not totals: a store counts rows it does not hand out."""

    def __init__(self, store: SampleStore) -> None:
        credentials = f"{store.consumer_key}:{store.consumer_secret}".encode()
        self._headers = {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}
        self._context = ssl.create_default_context(cafile=str(store.authority))
        self._store = store
        routes, _ = self._get("wc/v3", {})
        self._routes = set(routes["routes"])

    def counts(self) -> dict[str, int]:
        """Return the number of rows by stream, leaving out the streams whose route the store lacks."""
        attributes = self._list("products/attributes", paged=False)
        found = {
            "product_categories": self._count("products/categories"),
            "product_tags": self._count("products/tags"),
            "product_brands": self._count("products/brands"),
            "product_attributes": len(attributes),
            "product_attribute_terms": sum(
                len(self._list(f"products/attributes/{attribute['id']}/terms")) for attribute in attributes
            ),
            "product_shipping_classes": self._count("products/shipping_classes"),
            "tax_classes": len(self._list("taxes/classes", paged=False)),
            "products": self._count_with_trash("wc/v3", "products"),
            "product_variations": self._count_with_trash(
                "wc/v3" if "/wc/v3/variations" in self._routes else "wc-analytics", "variations"
            ),
            "product_custom_fields": self._count("products/custom-fields/names"),
            "product_reviews": len(self._list("products/reviews", status="all")),
        }
        return {stream: count for stream, count in found.items() if count is not None}

    def _count(self, path: str) -> int | None:
        return len(self._list(path)) if f"/wc/v3/{path}" in self._routes else None

    def _count_with_trash(self, namespace: str, path: str) -> int:
        return sum(len(self._list(path, namespace=namespace, status=status)) for status in ("any", "trash"))

    def _list(self, path: str, *, namespace: str = "wc/v3", paged: bool = True, **filters: str) -> list[Any]:
        rows: list[Any] = []
        page, pages = 1, 1
        while page <= pages:
            wanted = {**filters, "page": str(page), "per_page": str(PAGE_SIZE)} if paged else filters
            got, pages = self._get(f"{namespace}/{path}", wanted)
            rows += got
            page += 1
        return rows

    def _get(self, path: str, parameters: dict[str, str]) -> tuple[Any, int]:
        """Return the body, and of how many pages it is one."""
        connection = http.client.HTTPSConnection(
            HOST, self._store.port, context=self._context, timeout=TIMEOUT_SECONDS
        )  # no proxy of the environment in between
        with closing(connection):
            connection.request("GET", f"/wp-json/{path}?{urlencode(parameters)}", headers=self._headers)
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise PimctlError(f"The sample store {self._store.store_id} answered {answer.status} for {path}")
            return json.load(answer), int(answer.headers.get("X-WP-TotalPages") or 1)
