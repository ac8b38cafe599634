"""The settings of one store, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from singer_sdk.exceptions import ConfigValidationError

from tap_woo_pim.config.declaration import COMPONENTS, CONFIG_JSONSCHEMA
from tap_woo_pim.config.urls import default_store_id, site_address
from tap_woo_pim.config.validation import missing_settings, setting_errors
from tap_woo_pim.config.values import read_values


def with_defaults(config: Mapping[str, Any]) -> dict[str, Any]:
    """Give a configuration with the defaults of what it does not set."""
    properties = CONFIG_JSONSCHEMA["properties"]
    defaults = {name: declared["default"] for name, declared in properties.items() if "default" in declared}
    return defaults | {name: value for name, value in config.items() if value not in (None, "")}


def setting_problems(config: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Say what is wrong with a configuration, defaults not yet filled in: setting, what is wrong, what to do."""
    values, wrong = read_values(config)
    values = with_defaults(values)
    errors = missing_settings(values) or wrong or setting_errors(values)
    sentences = [error.partition(". ") for error in errors]
    return [(what.partition(" ")[0], what, remedy) for what, _, remedy in sentences]


@dataclass(frozen=True)
class Settings:
    """The checked settings of one store. `site_url` is as `site.site_address` makes it."""

    site_url: str
    consumer_key: str
    consumer_secret: str
    store_id: str
    sync_components: tuple[str, ...]
    auth_method: str
    start_date: str | None
    content: str
    full_read_interval_hours: float
    lookback_seconds: int
    max_vanished_percent: float
    page_size: int
    max_concurrency: int
    requests_per_second: float | None
    fail_on_unread: bool
    request_timeout_seconds: float
    max_retries: int
    retry_budget_seconds: float
    verify_tls: bool
    ca_bundle: str | None
    user_agent: str | None
    extra_query_parameters: Mapping[str, str]

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Settings:
        """Check a tap configuration.

        Args:
            config: settings however they were typed, defaults filled in.

        Raises:
            ConfigValidationError: with a sentence for every value that is wrong.
        """
        config, wrong = read_values(config)
        errors = missing_settings(config) or wrong or setting_errors(config)
        if errors:
            raise ConfigValidationError(errors[0], errors=errors, schema=CONFIG_JSONSCHEMA)
        site_url = site_address(config["site_url"])
        values: dict[str, Any] = {name: config.get(name) for name in cls.__dataclass_fields__}
        values |= {
            "site_url": site_url,
            "consumer_key": config["consumer_key"].strip(),
            "consumer_secret": config["consumer_secret"].strip(),
            "store_id": config.get("store_id") or default_store_id(site_url),
            "sync_components": tuple(config["sync_components"]),
            "extra_query_parameters": config.get("extra_query_parameters") or {},
        }
        return cls(**values)

    def place(self, about: str) -> str:
        """Name the store and what was asked of it, as every message begins."""
        return f"{self.store_id} ({self.site_url}), {about}"

    @classmethod
    def stand_in(cls) -> Settings:
        """Make settings of no store at all, for a catalogue without one."""
        return cls.from_config(
            with_defaults({"site_url": "store.invalid", "consumer_key": "ck_", "consumer_secret": "cs_"})
            | {"sync_components": list(COMPONENTS)}
        )
