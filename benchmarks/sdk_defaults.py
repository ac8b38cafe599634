"""The same products, read as a tap does that leaves all to the SDK's defaults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import requests
from singer_sdk import RESTStream, Stream, Tap
from singer_sdk.authenticators import BasicAuthenticator
from singer_sdk.pagination import BasePageNumberPaginator

from tap_woo_pim._compat import override
from tap_woo_pim.records.columns import ID
from tap_woo_pim.streams.base import STORE_ID, SYNCED_AT
from tap_woo_pim.streams.products import ProductsStream

FIELDS = [column.name for column in ProductsStream.columns]


class Pages(BasePageNumberPaginator):
    """Page after page until the last one that the store counts."""

    @override
    def has_more(self, response: Any) -> bool:
        return self.current_value < int(response.headers["X-WP-TotalPages"])


class Products(RESTStream[int]):
    """Products with the columns of the stream `products`."""

    name = "products"
    path = "/wp-json/wc/v3/products"
    primary_keys = ("id",)
    schema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {
            column.name: column.schema for column in ProductsStream.own_columns() if column not in (STORE_ID, SYNCED_AT)
        }
        | {"id": ID.schema},
    }

    @property
    @override
    def url_base(self) -> str:
        return str(self.config["site_url"])

    @property
    @override
    def requests_session(self) -> requests.Session:
        session = super().requests_session
        session.verify = self.config["ca_bundle"]
        return session

    @property
    @override
    def authenticator(self) -> BasicAuthenticator:
        return BasicAuthenticator(username=self.config["consumer_key"], password=self.config["consumer_secret"])

    @override
    def get_new_paginator(self) -> Pages:
        return Pages(1)

    @override
    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:
        return {"per_page": 100, "page": next_page_token, "orderby": "id", "order": "asc", "_fields": ",".join(FIELDS)}


class PlainTap(Tap):
    """A tap of that one stream."""

    name = "tap-plain"
    config_jsonschema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}}

    @override
    def discover_streams(self) -> Sequence[Stream]:
        return [Products(self)]


if __name__ == "__main__":
    PlainTap.cli()
