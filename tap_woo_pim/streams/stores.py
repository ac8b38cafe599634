"""The store itself: one row, always."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from tap_woo_pim._compat import override
from tap_woo_pim.exceptions import BodyError, PassingError, StoreError
from tap_woo_pim.http.body import as_list, as_object
from tap_woo_pim.http.diagnoses import REVOKED
from tap_woo_pim.http.models import RequestOptions, Response
from tap_woo_pim.http.retry import RETRIED_STATUSES
from tap_woo_pim.pagination.page import Unread
from tap_woo_pim.records.columns import INTEGER, LIST, NUMBER, OBJECT, TEXT, TEXT_OR_NONE, Column
from tap_woo_pim.records.shaper import EXTRA_FIELDS, Shaper
from tap_woo_pim.streams import store_settings
from tap_woo_pim.streams.base import Turn, WooStream
from tap_woo_pim.streams.full_table import unread_record
from tap_woo_pim.sync.state import StoreRowState

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
"""The columns of settings of the store."""

SETTING_GROUPS = tuple(f"settings/{group}" for group in store_settings.GROUPS)
STATUS = "system_status"
LISTINGS = ("routes", "_links")
"""What the index says about the API rather than the store."""
CURRENCY = "data/currencies/current"
ROUTES = (*SETTING_GROUPS, STATUS, CURRENCY)
PARAMETERS = {STATUS: {"_fields": "environment"}}
TRIES = 2
UNKNOWN_CURRENCY = "unknown"
"""The model treats this as no currency."""


class StoresStream(WooStream):
    """The store: where it is, what runs there, its currency, units and time zone.

    What the key is not allowed to see is null. What could not be read is named in `unread_rows`, and then no row comes
    if that of an earlier run had it.
    """

    name = "stores"
    turn = Turn.STORE
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
        Column(
            "requested_currency",
            TEXT_OR_NONE,
            "The currency that extra_query_parameters ask for: that of prices. `unknown` where they name no code.",
        ),
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
    def ask_ahead(self) -> Future[Response] | None:
        for route in ROUTES:
            self.connection.ask_ahead(self.connection.path(route), PARAMETERS.get(route, {}), **self._how(route))
        return None  # settings and status need more rights than products

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the one row, unless that of an earlier run had more: nulls would replace what is known."""
        row, unread = self.look()
        account = self.account
        settings = self.settings
        if requested_currency(settings.extra_query_parameters) == UNKNOWN_CURRENCY:
            self.logger.warning(
                "extra_query_parameters choose a currency without its code, so the currency of the prices is unknown."
            )
        store = f"{settings.store_id} {settings.site_url}"
        kept = self.load_state(StoreRowState)
        last_missing = kept.missing if kept.store == store else ROUTES
        missing = [part.position for part in unread]
        is_kept = not set(missing) <= set(last_missing)
        self._report(unread, "its row stays as an earlier run brought it" if is_kept else "these are null in its row")
        kept.synced_at = self.run.synced_at
        if is_kept:
            return
        kept.store, kept.missing = store, missing
        account.rows += 1
        yield row

    def look(self) -> tuple[Record, list[Unread]]:
        """Read all parts of the row.

        Returns:
            The row, and the parts that could not be read, which are null in it.
        """
        account = self.run.progress.begin(self.name)
        unread: list[Unread] = []
        parts = {route: self._ask(route, unread) for route in ROUTES}
        settings = {name: value for group in SETTING_GROUPS for name, value in parts[group].items()}
        environment, currency = parts[STATUS], parts[CURRENCY]
        row = {
            **{name: value for name, value in self.connection.index.items() if name not in LISTINGS},
            **{column: settings.get(name) for name, column in SETTING_COLUMNS.items()},
            "settings": settings or None,
            "api_namespace": self.connection.namespace,
            "woocommerce_version": environment.get("version"),
            "wordpress_version": environment.get("wp_version"),
            "language": environment.get("language"),
            "currency": settings.get("woocommerce_currency") or currency.get("code"),
            "requested_currency": requested_currency(self.settings.extra_query_parameters),
            "currency_name": currency.get("name"),
            "currency_symbol": currency.get("symbol"),
        }
        columns = [column for column in self.columns if column is not EXTRA_FIELDS]
        return Shaper(columns, self.selected_columns, self.run.keys, account.mismatches).shape(row), unread

    def _ask(self, route: str, unread: list[Unread]) -> dict[str, Any]:
        try:
            answer = self.connection.get(self.connection.path(route), PARAMETERS.get(route, {}), **self._how(route))
        except (StoreError, PassingError) as error:
            if _is_refusal(error):
                # Settings and status need more rights than products, which a good key need not have.
                self.logger.debug("%s is left out: %s", route, error)
            else:
                unread.append(Unread(route, str(error)))
            return {}
        data: dict[str, Any] = answer.data
        return data

    def _how(self, route: str) -> RequestOptions:
        return {"subject": self.name, "tries": TRIES, "expects": SHAPES.get(route, _settings)}

    def _report(self, unread: list[Unread], outcome: str) -> None:
        for part in unread:
            self.add_side_record("unread_rows", unread_record(self.name, part, self.run))
        self.account.skipped += len(unread)
        if unread:
            parts = ", ".join(part.position for part in unread)
            self.logger.warning("%s: %s could not be read, so %s. %s", self.name, parts, outcome, unread[0].reason)


def requested_currency(parameters: Mapping[str, str]) -> str | None:
    """Return the currency requested: its code, `unknown` for any other value, None for the store's own.

    Args:
        parameters: the extra query parameters. WCML and WOOCS take `currency`, other plugins longer names.
    """
    for name, value in parameters.items():
        if "currency" in name.lower():
            return value.strip().upper() if re.fullmatch(r"[A-Za-z]{3}", value.strip()) else UNKNOWN_CURRENCY
    return None


def _is_refusal(error: StoreError | PassingError) -> bool:
    status = error.details.get("status")
    # A retried status means that the retries were given up.
    is_refused = isinstance(status, int) and 400 <= status < 500 and status not in RETRIED_STATUSES
    return isinstance(error, StoreError) and error.diagnosis is not REVOKED and is_refused


def _settings(data: Any) -> dict[str, Any]:
    """Return the values of WooCommerce's own settings in a group, by id."""
    settings = [item for item in as_list(data) if isinstance(item, dict) and "id" in item]
    values = {str(setting["id"]): setting.get("value") for setting in settings}
    own = {name: value for name, value in values.items() if name in store_settings.OWN}
    if not own:  # no version leaves a group without any
        raise BodyError("answered with something else than its settings")
    return own


def _environment(data: Any) -> dict[str, Any]:
    environment = as_object(as_object(data, "environment")["environment"], "version", "wp_version")
    if not environment["version"]:
        raise BodyError("answered without its version")
    return environment


def _currency(data: Any) -> dict[str, Any]:
    return as_object(data, "code", "name", "symbol")


SHAPES: dict[str, Callable[[Any], dict[str, Any]]] = {STATUS: _environment, CURRENCY: _currency}
"""Check the responses of some routes; those of all others are settings."""
