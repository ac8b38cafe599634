"""What pyproject.toml says of the project."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.support.environments import CHECKOUT

PROJECT: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]


def normalized(requirement: str) -> str:
    """The name of a required package, as package indexes write it."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()
