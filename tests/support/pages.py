"""Finds the commands and queries in the project's pages."""

from __future__ import annotations

import re

from tests.support.meltano_project import CHECKOUT


def code(page: str, language: str) -> str:
    """Return all code of a language in a page, such as `docs/tables.md`."""
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))


def queries(page: str) -> list[str]:
    """Return the queries of a page, in their order."""
    return re.findall(r"select .*?;", code(page, "sql"), re.DOTALL)
