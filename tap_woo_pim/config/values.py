"""Reads the values of settings as what they are declared to be, however they were typed.

In an environment all is text.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from tap_woo_pim.config.declaration import COMPONENTS, CONFIG_JSONSCHEMA, RANGES, REQUIRED_SETTINGS, SECRET_SETTINGS

_DECLARED: Mapping[str, Any] = dict(CONFIG_JSONSCHEMA["properties"])
_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_LONGEST_SHOWN = 40


def read_values(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Read settings by their declared types. What is null or empty is not set, so that its default comes to hold.

    Args:
        config: settings as given: of their types, or as texts of them, as in "4", "0.5", "yes", "tags,brands".

    Returns:
        The settings, numbers as int or float; and in a sentence each what is wrong with those that could not be read.
    """
    values = {name: value for name, value in config.items() if not _is_unset(value)}
    errors = []
    for name in values.keys() & _DECLARED.keys():
        try:
            values[name] = _reader(name)(values[name])
        except (TypeError, ValueError, InvalidOperation):
            said = "is of a wrong type" if _is_private(name) else f"is {_shown(values[name])}"
            errors.append((name, f"{name} {said}. {_remedy(name)}"))
    return values, [error for _, error in sorted(errors)]


def unknown_settings(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Say in a sentence each which settings there are not, and which may be meant."""
    known = sorted(known)
    found = []
    for name in sorted(set(names).difference(known)):
        near = difflib.get_close_matches(name, known, 1)
        meant = f" Did you mean {near[0]}?" if near else ""
        found.append(f"{name} is no setting of this tap and has no effect.{meant}")
    return found


def _is_unset(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_private(name: str) -> bool:
    # An address or a parameter may hold a key.
    return name in {*REQUIRED_SETTINGS, *SECRET_SETTINGS, "extra_query_parameters"}


def _shown(value: Any) -> str:
    text = str(value) if isinstance(value, Decimal) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _kind(name: str) -> str:
    declared = _DECLARED[name]["type"]
    kinds = [declared] if isinstance(declared, str) else declared
    return next(str(kind) for kind in kinds if kind != "null")


def _reader(name: str) -> Callable[[Any], Any]:
    readers: dict[str, Callable[[Any], Any]] = {
        "array": _names,
        "boolean": _boolean,
        "integer": lambda value: int(_number(name, value, is_whole=True)),
        "number": lambda value: _number(name, value),
        "object": _parameters,
        "string": lambda value: _text(name, value),
    }
    return readers[_kind(name)]


def _remedy(name: str) -> str:
    if name in RANGES:
        low, high = RANGES[name]
        return f"Give a {'whole number' if _kind(name) == 'integer' else 'number'} from {low:,} to {high:,}."
    if "enum" in _DECLARED[name]:
        return f"Choose from {', '.join(_DECLARED[name]['enum'])}."
    remedies = {
        "array": f"Give names with commas between them, of {', '.join(COMPONENTS)}.",
        "boolean": "Give true or false.",
        "object": 'Give names and texts, as {"lang": "all"}.',
        "string": "Give a text.",
    }
    return remedies[_kind(name)]


def _number(name: str, value: Any, *, is_whole: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise TypeError
    number = Decimal(value.strip() if isinstance(value, str) else value)
    low, high = (Decimal(str(bound)) for bound in RANGES[name])
    if not number.is_finite() or not low <= number <= high or (is_whole and number != int(number)):
        raise ValueError
    return float(number)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool | str):
        raise TypeError
    try:
        return _BOOLEANS[str(value).strip().lower()]
    except KeyError:
        raise ValueError from None


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError
    text = str(value)
    allowed = _DECLARED[name].get("enum")
    if allowed is None:
        return text
    if text.strip() not in allowed:
        raise ValueError
    return text.strip()


def _names(value: Any) -> list[str]:
    if isinstance(value, str):
        value = json.loads(value) if value.strip().startswith("[") else value.split(",")
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ValueError
    return [name.strip() for name in value]


def _parameters(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        value = json.loads(value)
    if not isinstance(value, Mapping) or not all(isinstance(item, str | int | Decimal) for item in value.values()):
        raise ValueError
    return {str(name): str(item) for name, item in value.items()}
