"""The shop itself: one row, always."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim._compat import override
from tap_woo_pim.client import Answer
from tap_woo_pim.columns import INTEGER, LIST, NUMBER, OBJECT, TEXT, TEXT_OR_NONE, Column
from tap_woo_pim.records import EXTRA_FIELDS, Shaper
from tap_woo_pim.streams import store_settings
from tap_woo_pim.streams.base import ShopStream

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Context, Record

SETTING_COLUMNS = {
    "woocommerce_currency": "currency",
    "woocommerce_currency_pos": "currency_position",
    "woocommerce_price_thousand_sep": "price_thousand_separator",
    "woocommerce_price_decimal_sep": "price_decimal_separator",
    "woocommerce_price_num_decimals": "price_decimals",
    "woocommerce_default_country": "default_country",
    "woocommerce_calc_taxes": "calculate_taxes",
    "woocommerce_weight_unit": "weight_unit",
    "woocommerce_dimension_unit": "dimension_unit",
    "woocommerce_manage_stock": "manage_stock",
    "woocommerce_hide_out_of_stock_items": "hide_out_of_stock_items",
    "woocommerce_prices_include_tax": "prices_include_tax",
}
"""Which setting of the store fills which column."""

SETTING_GROUPS = tuple(f"settings/{group}" for group in store_settings.GROUPS)
STATUS = "system_status"
LISTINGS = ("routes", "_links")
"""What the index says of the API rather than of the shop."""
CURRENCY = "data/currencies/current"
PARAMETERS = {STATUS: {"_fields": "environment"}}
TRIES = 2


class StoresStream(ShopStream):
    """The shop: where it is, what runs there, its currency, units and time zone.

    Null is what the key may not see, or the shop fails to tell.
    """

    name = "stores"
    primary_keys = ("store_id",)
    columns = (
        Column("name", TEXT),
        Column("description", TEXT),
        Column("url", TEXT),
        Column("home", TEXT),
        Column("gmt_offset", NUMBER, "Hours from UTC, at the moment."),
        Column("timezone_string", TEXT_OR_NONE, "Time zone of all times without _gmt."),
        Column("namespaces", LIST, "Namespaces of its REST API."),
        Column("api_namespace", TEXT, "The namespace that was read: wc/v3, or wc/v2 of WooCommerce 3.0 to 3.4."),
        Column("woocommerce_version", TEXT),
        Column("wordpress_version", TEXT),
        Column("language", TEXT),
        Column("currency", TEXT),
        Column("currency_name", TEXT),
        Column("currency_symbol", TEXT, "With HTML entities, as the store sends it."),
        Column("currency_position", TEXT),
        Column("price_thousand_separator", TEXT),
        Column("price_decimal_separator", TEXT),
        Column("price_decimals", INTEGER),
        Column("prices_include_tax", TEXT, "yes or no."),
        Column("calculate_taxes", TEXT, "yes or no."),
        Column("default_country", TEXT, "Country, or country:state."),
        Column("weight_unit", TEXT),
        Column("dimension_unit", TEXT),
        Column("manage_stock", TEXT, "yes or no."),
        Column("hide_out_of_stock_items", TEXT, "yes or no."),
        Column("settings", OBJECT, "WooCommerce's own settings general, products and tax, by id; none of plugins."),
        EXTRA_FIELDS,
    )

    @override
    def ask_ahead(self) -> Future[Answer] | None:
        for route in (*SETTING_GROUPS, STATUS, CURRENCY):
            self.shop.ask_ahead(self.shop.path(route), PARAMETERS.get(route, {}), about=self.name, tries=TRIES)
        return None  # settings and status need more rights than products do

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the one row."""
        self.run.progress.begin(self.name).rows += 1
        settings = {
            str(setting["id"]): setting.get("value")
            for group in SETTING_GROUPS
            for setting in _dicts(self._ask(group))
            if str(setting.get("id")) in store_settings.OWN
        }
        status = _dict(self._ask(STATUS))
        environment = _dict(status.get("environment"))
        currency = _dict(self._ask(CURRENCY))
        row = {
            **{name: value for name, value in self.shop.index.items() if name not in LISTINGS},
            **{column: settings.get(name) for name, column in SETTING_COLUMNS.items()},
            "settings": settings or None,
            "api_namespace": self.shop.namespace,
            "woocommerce_version": environment.get("version"),
            "wordpress_version": environment.get("wp_version"),
            "language": environment.get("language"),
            "currency": settings.get("woocommerce_currency") or currency.get("code"),
            "currency_name": currency.get("name"),
            "currency_symbol": currency.get("symbol"),
        }
        self.stream_state["synced_at"] = self.run.synced_at
        misfits = self.run.progress.accounts[self.name].misfits
        columns = [column for column in self.columns if column is not EXTRA_FIELDS]
        yield Shaper(columns, self.selected_columns, self.run.keys, misfits).shape(row)

    def _ask(self, route: str) -> Any:
        try:
            return self.shop.get(self.shop.path(route), PARAMETERS.get(route, {}), about=self.name, tries=TRIES).data
        except (FatalAPIError, RetriableAPIError) as error:
            # Settings and status need more rights than products do, which a good key need not have.
            self.logger.debug("%s is left out: %s", route, error)
            return None


def _dict(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}


def _dicts(data: Any) -> list[dict[str, Any]]:
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []
