"""Check and read request parameters against a route's specification, as WordPress's REST server does."""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo_store.php import Fields, as_text, parse_list

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}(?::\d{2})?)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TRUE = ("1", "true")
_FALSE = ("0", "false")


class InvalidError(Exception):
    """A value that does not fit its specification.

    Attributes:
        code: the code of the detail, for instance `rest_out_of_bounds`.
        data: the detail's data; only a wrong type has any.
    """

    def __init__(self, code: str, message: str, data: Fields | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


@dataclass
class Parameters:
    """What a request asks for.

    Attributes:
        values: the route's parameters, converted, with the defaults of those not given.
        query: the query as it came, with the converted values in it: what the `Link` header repeats.
        errors: parameter name to what is wrong with it.
    """

    values: Fields = field(default_factory=dict)
    query: Fields = field(default_factory=dict)
    errors: dict[str, InvalidError] = field(default_factory=dict)

    def error_body(self) -> Fields:
        """Give the body of the 400 that names all wrong parameters."""
        details = {
            name: {"code": error.code, "message": str(error), "data": error.data} for name, error in self.errors.items()
        }
        return {
            "code": "rest_invalid_param",
            "message": f"Invalid parameter(s): {', '.join(self.errors)}",
            "data": {
                "status": 400,
                "params": {name: str(error) for name, error in self.errors.items()},
                "details": details,
            },
        }


def read(specs: dict[str, Fields], query: Fields) -> Parameters:
    """Read a parsed query; parameters the route does not know stay in `query` only, as WordPress ignores them."""
    result = Parameters(query=dict(query))
    for name, spec in specs.items():
        if name not in query:
            if "default" in spec:
                result.values[name] = spec["default"]
            continue
        try:
            result.values[name] = result.query[name] = convert(name, query[name], spec)
        except InvalidError as error:
            result.errors[name] = error
    return result


def convert(name: str, value: object, spec: Fields) -> Any:
    """Convert one value; InvalidError with WordPress's own words when it does not fit."""
    kinds = spec.get("type", "string")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "array":
        item_spec = spec.get("items", {})
        return [convert(f"{name}[{place}]", item, item_spec) for place, item in enumerate(parse_list(value))]
    if isinstance(value, dict):
        if kind in {"string", "integer", "boolean"} and isinstance(kinds, str):
            raise _wrong_type(name, kind)
        return value
    text = as_text(value)
    if kind == "integer":
        return _integer(name, text, spec)
    if kind == "boolean":
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        raise _wrong_type(name, kind)
    _check_text(name, text, spec)
    return text


def _wrong_type(name: str, kind: str) -> InvalidError:
    return InvalidError("rest_invalid_type", f"{name} is not of type {kind}.", {"param": name})


def _integer(name: str, text: str, spec: Fields) -> int:
    try:
        number = float(text)
    except ValueError:
        raise _wrong_type(name, "integer") from None
    if not math.isfinite(number) or number != round(number) or not re.fullmatch(r"\s*[-+.\deE]+\s*", text):
        raise _wrong_type(name, "integer")
    least, most = spec.get("minimum"), spec.get("maximum")
    if least is not None and most is not None and not least <= number <= most:
        between = f"{name} must be between {least} (inclusive) and {most} (inclusive)"
        raise InvalidError("rest_out_of_bounds", between)
    if least is not None and number < least:
        raise InvalidError("rest_out_of_bounds", f"{name} must be greater than or equal to {least}")
    if most is not None and number > most:
        raise InvalidError("rest_out_of_bounds", f"{name} must be less than or equal to {most}")
    return int(number)


def _check_text(name: str, text: str, spec: Fields) -> None:
    choices = spec.get("enum")
    if choices and text not in choices:
        *most, last = choices
        listed = f"one of {', '.join(most)}, and {last}" if most else str(last)
        if len(choices) == 2:
            listed = f"one of {most[0]} and {last}"
        raise InvalidError("rest_not_in_enum", f"{name} is not {listed}.")
    if spec.get("format") == "date-time" and not _is_date(text):
        raise InvalidError("rest_invalid_date", "Invalid date.")
    if spec.get("format") == "email" and not _EMAIL.fullmatch(text):
        raise InvalidError("rest_invalid_email", "Invalid email address.")


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text.upper())
    except ValueError:
        return False
    return True
