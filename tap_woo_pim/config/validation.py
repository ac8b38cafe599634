"""What is wrong with the settings of a store, said before any request, with a remedy each."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tap_woo_pim.config.declaration import COMPONENTS, REQUIRED_SETTINGS
from tap_woo_pim.config.urls import default_store_id, holds_key, site_address

_HEADER = re.compile(r"[!-~][ -~]*")


def setting_errors(config: Mapping[str, Any]) -> list[str]:
    """Say in a sentence each what is wrong with the values of a configuration, read by `read_values`."""
    return [
        *_url_errors(config["site_url"], config["auth_method"]),
        *_key_errors(config["consumer_key"].strip(), config["consumer_secret"].strip()),
        *_component_errors(config["sync_components"]),
        *_request_errors(config.get("user_agent"), config.get("extra_query_parameters") or {}),
        *_file_errors(config.get("ca_bundle")),
        *_date_errors(config.get("start_date")),
    ]


def _date_errors(start_date: str | None) -> list[str]:
    try:
        if start_date is not None:
            datetime.datetime.fromisoformat(start_date)
    except ValueError:
        return ["start_date is no date. Give it as 2026-01-31 or 2026-01-31T00:00:00Z, or not at all."]
    return []


def file_error(path: str) -> str | None:
    """Say what is wrong with a file of settings; None where it is well."""
    try:
        holds_settings = isinstance(json.loads(Path(path).read_bytes()), dict)
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except ValueError:
        problem = "is no JSON"
    else:
        if holds_settings:
            return None
        problem = "is JSON of another kind"
    return f'--config names {path}, which {problem}. Give a JSON file as {{"site_url": "https://shop.example", ...}}.'


def missing_settings(config: Mapping[str, Any]) -> list[str]:
    """Say which of the settings that every store needs are not there."""
    missing = [name for name in REQUIRED_SETTINGS if not config.get(name)]
    if not missing:
        return []
    verb = "is" if len(missing) == 1 else "are"
    return [f"{' and '.join(missing)} {verb} missing. Enter the store's address, key and secret."]


def place_of(config: Mapping[str, Any]) -> str:
    """Name the store of a configuration, right or wrong, as every message begins."""
    store_id = config.get("store_id")
    try:
        site_url = site_address(str(config.get("site_url") or ""))
    except ValueError:
        return f"{store_id}, settings" if store_id else "settings"
    return f"{store_id or default_store_id(site_url)} ({site_url}), settings"


def _url_errors(typed: str, auth_method: str) -> list[str]:
    try:
        site_url = site_address(typed)
    except ValueError as error:
        return [f"{error}."]
    if site_url.startswith("http://") and auth_method in ("basic", "query"):
        return [
            (
                f"auth_method {auth_method} would send the key unprotected over plain http."
                " Set site_url to https://, or auth_method to auto or oauth1."
            )
        ]
    return []


def _key_errors(consumer_key: str, consumer_secret: str) -> list[str]:
    if consumer_key.startswith("cs_") and consumer_secret.startswith("ck_"):
        return ["consumer_key and consumer_secret are swapped. Enter the half that starts with ck_ as consumer_key."]
    if not consumer_key.startswith("ck_"):
        return [
            (
                "consumer_key is no WooCommerce consumer key. It starts with ck_;"
                " make one in WooCommerce > Settings > Advanced > REST API."
            )
        ]
    if not consumer_secret.startswith("cs_"):
        return [
            (
                "consumer_secret is no WooCommerce consumer secret. It starts with cs_"
                " and is shown once, when the key is made."
            )
        ]
    return []


def _component_errors(components: list[str]) -> list[str]:
    unknown = [component for component in components if component not in COMPONENTS]
    if unknown:
        return [f"sync_components names {', '.join(map(repr, unknown))}. Choose from {', '.join(COMPONENTS)}."]
    return [] if components else [f"sync_components is empty. Choose from {', '.join(COMPONENTS)}."]


def _request_errors(user_agent: str | None, parameters: Mapping[str, str]) -> list[str]:
    errors = []
    if user_agent and not _HEADER.fullmatch(user_agent):
        errors.append("user_agent holds what no header may hold. Use letters without accents, digits and plain signs.")
    if any(holds_key(f"{name}={value}") for name, value in parameters.items()):
        errors.append("extra_query_parameters holds a key. Take it out; key and secret have settings of their own.")
    return errors


def _file_errors(ca_bundle: str | None) -> list[str]:
    if ca_bundle and not Path(ca_bundle).is_file():
        return [f"ca_bundle names {ca_bundle}, which is no file. Give the path of a PEM file."]
    return []
