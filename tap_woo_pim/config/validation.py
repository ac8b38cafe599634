"""Reads settings as people type them, and says before any request what is wrong with them and what to do."""

from __future__ import annotations

import datetime
import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from singer_sdk.exceptions import ConfigValidationError

from tap_woo_pim.config.settings import (
    COMPONENTS,
    CONFIG_JSONSCHEMA,
    REQUIRED_SETTINGS,
    SECRET_SETTINGS,
    SETTINGS,
    Settings,
    alternatives,
    is_application_password,
    values_of,
)
from tap_woo_pim.config.urls import default_store_id, holds_key, site_address

_PRIVATE = {*REQUIRED_SETTINGS, *SECRET_SETTINGS, "extra_query_parameters"}
"""Settings whose values are never shown: an address or a parameter may contain a key."""

_SWITCHES = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_LONGEST_SHOWN = 40
_TYPES = {field.name: field.type for field in msgspec.structs.fields(Settings)}


class Problem(NamedTuple):
    """A problem with a setting: its name, what is wrong (no full stop), and what to do."""

    setting: str
    what: str
    remedy: str

    @property
    def sentence(self) -> str:
        """Say what is wrong and what to do."""
        return f"{self.what}. {self.remedy}"


def settings_of(config: Mapping[str, Any]) -> Settings:
    """Read and check a configuration as typed; what is missing or empty has its default.

    Raises:
        ConfigValidationError: with a sentence for every wrong value.
    """
    errors = [problem.sentence for problem in problems_of(config)]
    if errors:
        raise ConfigValidationError(errors[0], errors=errors, schema=CONFIG_JSONSCHEMA)
    values = read_values(config)[0]
    site_url = site_address(values["site_url"])
    values |= {
        "site_url": site_url,
        "consumer_secret": _bare_secret(values["consumer_key"], values["consumer_secret"]),
        "store_id": values.get("store_id") or default_store_id(site_url),
    }
    return msgspec.convert(values, Settings)


def secrets_of(config: Mapping[str, Any]) -> list[str]:
    """List what must not appear in any log: every secret in the forms in which it is sent, whether valid or not."""
    typed = {name: str(config.get(name) or "").strip() for name in (*SECRET_SETTINGS, "http_user")}
    key, secret, password = typed["consumer_key"], typed["consumer_secret"], typed["http_password"]
    pair = f"{typed['http_user']}:{password}" if password else ""
    # A user name is not a secret, and hiding one such as "manager" would garble innocent text.
    names = [] if is_application_password(key, secret) else [key]
    return [*names, secret, _bare_secret(key, secret), f"{key}:{_bare_secret(key, secret)}", password, pair]


def problems_of(config: Mapping[str, Any]) -> list[Problem]:
    """List what is wrong with a configuration: what is missing; else what cannot be read; else what cannot be right."""
    values, misread = read_values(config)
    return missing_settings(values) or misread or list(_impossible(values))


def read_values(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Convert settings to their declared types. What is null or empty is not set, so its default applies.

    Args:
        config: settings of their types, or as text: "4", "0.5", "yes", "tags,brands".

    Returns:
        The settings as JSON types; and the problems of those that cannot be read, sorted by name.
    """
    values = {name: value for name, value in config.items() if not _is_unset(value)}
    problems = []
    for name in values.keys() & SETTINGS.keys():
        try:
            values[name] = _read(name, values[name])
        except (TypeError, ValueError, OverflowError, InvalidOperation, msgspec.ValidationError):
            shown = "has the wrong type" if name in _PRIVATE else f"is {_shown(values[name])}"
            problems.append(Problem(name, f"{name} {shown}", f"Give {values_of(SETTINGS[name])}."))
    return values, sorted(problems)


def missing_settings(values: Mapping[str, Any]) -> list[Problem]:
    """List the required settings that are missing."""
    missing = [name for name in REQUIRED_SETTINGS if not values.get(name)]
    if not missing:
        return []
    verb = "is" if len(missing) == 1 else "are"
    what = f"{' and '.join(missing)} {verb} missing"
    return [Problem(missing[0], what, "Enter the store's address, key and secret.")]


def unknown_settings(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return a sentence for each setting that does not exist, with the one that may be meant."""
    known = sorted(known)
    found = []
    for name in sorted(set(names).difference(known)):
        near = difflib.get_close_matches(name, known, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        found.append(f"{name} is not a setting of this tap and has no effect.{meant}")
    return found


def file_error(path: str) -> str | None:
    """Say what is wrong with a file of settings; None if nothing is."""
    try:
        problem = "" if isinstance(json.loads(Path(path).read_bytes()), dict) else "is JSON of another kind"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except ValueError:
        problem = "is not JSON"
    advice = 'Give a JSON file as {"site_url": "https://store.example", ...}.'
    return f"--config names {path}, which {problem}. {advice}" if problem else None


def prefix_of(config: Mapping[str, Any]) -> str:
    """Return the beginning of messages about a configuration, valid or not."""
    store_id = config.get("store_id")
    try:
        site_url = site_address(str(config.get("site_url") or ""))
    except ValueError:
        return f"{store_id}, settings" if store_id else "settings"
    return f"{store_id or default_store_id(site_url)} ({site_url}), settings"


def _is_unset(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _read(name: str, value: Any) -> Any:
    kind = alternatives(SETTINGS[name])[0].get("type", "string")
    if kind == "array":
        return _names(value)
    if kind == "object":
        return _parameters(value)
    if isinstance(value, str):
        value = _SWITCHES.get(value.strip().lower(), value) if kind == "boolean" else value.strip()
    elif type(value) is int and kind == "string":
        value = str(value)
    elif isinstance(value, Decimal):
        value = float(value)
    return msgspec.convert(value, _TYPES[name], strict=False)


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        value = json.loads(value) if value.strip().startswith("[") else value.split(",")
    if not isinstance(value, list | tuple):
        raise TypeError
    return [name.strip() for name in msgspec.convert(value, list[str])]


def _parameters(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        value = json.loads(value)
    if not isinstance(value, Mapping) or not all(isinstance(item, str | int | Decimal) for item in value.values()):
        raise TypeError
    return {str(name): str(item) for name, item in value.items()}


def _impossible(values: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of values that have the right type and cannot be right."""
    try:
        is_plain = site_address(values["site_url"]).startswith("http://")
    except ValueError as error:
        is_plain = False
        what, _, remedy = str(error).partition(". ")
        yield Problem("site_url", what, f"{remedy}.")
    auth_method, http_user = values.get("auth_method", "auto"), values.get("http_user")
    if is_plain and auth_method in ("basic", "query"):
        what = f"auth_method {auth_method} would send the key unprotected over plain http"
        yield Problem("auth_method", what, "Set site_url to https://, or auth_method to auto or oauth1.")
    yield from _http_problems(http_user, values.get("http_password"), auth_method, is_plain=is_plain)
    if is_application_password(values["consumer_key"], values["consumer_secret"]):
        yield from _application_password_problems(http_user, is_plain=is_plain)
    else:
        yield from _key_problems(values["consumer_key"], values["consumer_secret"])
    yield from _other_problems(values)


def _other_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    components = values.get("sync_components", COMPONENTS)
    unknown = [component for component in components if component not in COMPONENTS]
    if unknown or not components:
        what = f"sync_components names {', '.join(map(repr, unknown)) or 'nothing'}"
        yield Problem("sync_components", what, f"Give {values_of(SETTINGS['sync_components'])}.")
    user_agent = values.get("user_agent", "")
    if not (user_agent.isascii() and user_agent.isprintable()):
        what = "user_agent contains characters that a header cannot carry"
        yield Problem("user_agent", what, "Use letters without accents, digits and plain signs.")
    if any(holds_key(f"{name}={value}") for name, value in values.get("extra_query_parameters", {}).items()):
        what = "extra_query_parameters contains a key"
        yield Problem("extra_query_parameters", what, "Remove it; key and secret have their own settings.")
    ca_bundle = values.get("ca_bundle")
    if ca_bundle and not Path(ca_bundle).is_file():
        what = f"ca_bundle names {ca_bundle}, which is not a file"
        yield Problem("ca_bundle", what, "Give the path of a PEM file.")
    if not _is_date(values.get("start_date", "2026-01-31")):
        remedy = "Give it as 2026-01-31 or 2026-01-31T00:00:00Z, or not at all."
        yield Problem("start_date", "start_date is not a date", remedy)


def _key_problems(consumer_key: str, consumer_secret: str) -> Iterator[Problem]:
    if consumer_key.startswith("cs_") and consumer_secret.startswith("ck_"):
        yield Problem(
            "consumer_key",
            "consumer_key and consumer_secret are swapped",
            "Enter the half that starts with ck_ as consumer_key.",
        )
    elif not consumer_key.startswith("ck_"):
        yield Problem(
            "consumer_key",
            "consumer_key is not a WooCommerce consumer key",
            "It starts with ck_; make one in WooCommerce > Settings > Advanced > REST API. With a user name,"
            " consumer_secret must be an application password, 24 letters and digits.",
        )
    elif not consumer_secret.startswith("cs_"):
        yield Problem(
            "consumer_secret",
            "consumer_secret is not a WooCommerce consumer secret",
            "It starts with cs_ and is shown once, when the key is made.",
        )


def _bare_secret(consumer_key: str, consumer_secret: str) -> str:
    """Return a secret without the spaces that WordPress displays in an application password."""
    is_password = is_application_password(consumer_key, consumer_secret)
    return "".join(consumer_secret.split()) if is_password else consumer_secret


def _application_password_problems(http_user: str | None, *, is_plain: bool) -> Iterator[Problem]:
    if is_plain:
        yield Problem(
            "site_url",
            "an application password would travel unprotected over plain http",
            "Set site_url to https://, or enter a consumer key and secret, which work with auth_method oauth1.",
        )
    elif http_user:
        yield Problem(
            "http_user",
            "an application password and http_user both need the Authorization header",
            "Enter a consumer key and secret instead of the application password.",
        )


def _http_problems(user: str | None, password: str | None, auth_method: str, *, is_plain: bool) -> Iterator[Problem]:
    if bool(user) != bool(password):
        missing, given = ("http_password", "http_user") if user else ("http_user", "http_password")
        yield Problem(missing, f"{given} is set without {missing}", "Enter both, or neither.")
    elif user and ":" in user:
        yield Problem("http_user", "http_user contains a colon, which no user name may", "Enter only the user name.")
    elif user and is_plain:
        what = "http_password would travel unprotected over plain http"
        yield Problem("site_url", what, "Set site_url to https://.")
    elif user and auth_method == "basic":
        what = "auth_method basic and http_user both need the Authorization header"
        yield Problem("auth_method", what, "Set auth_method to auto, query or oauth1.")


def _is_date(text: str) -> bool:
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
