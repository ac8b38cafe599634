"""Writes the files made from the settings: `python -m tap_woo_pim.config --write`, in the project's folder.

Without `--write` it names the files that differ, and exits with 1 if any does.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.inspect import BoolType

from tap_woo_pim.config.settings import DECLARED, Declared

PROJECT = Path("meltano.yml")
LOCK = Path("plugins/extractors/tap-woo-pim.lock")
DEFINITION = Path("meltano/tap-woo-pim.yml")
PAGE = Path("docs/settings.md")

NAME = "tap-woo-pim"
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->\n"
LINE_LENGTH = 120

HEAD = f"""\
# The tap's plugin definition for any Meltano project. Written by python -m tap_woo_pim.config --write.
name: {NAME}
namespace: tap_woo_pim
label: WooCommerce for PIM
description: Products of a WooCommerce store, and all that belongs to them, for a PIM database.
pip_url: {NAME}
executable: {NAME}
"""
SHARED = ("capabilities", "settings_group_validation", "settings", "select")
"""What the definition shares with the tap's block in meltano.yml."""


def files(root: Path = Path()) -> dict[Path, str]:
    """Return the new text of every generated file in a project."""
    project = _with_settings((root / PROJECT).read_text(encoding="utf-8"))
    block = tap_block(project)
    parts = "".join(textwrap.dedent(_part(block, key)) for key in SHARED)
    lock = json.loads((root / LOCK).read_text(encoding="utf-8"))
    lock["settings"] = list(map(meltano_setting, DECLARED.values()))
    before, _, rest = (root / PAGE).read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    return {
        PROJECT: project,
        DEFINITION: HEAD + parts,
        LOCK: json.dumps(lock, indent=2) + "\n",
        PAGE: f"{before}{BEGIN}{table()}{END}{after}",
    }


def meltano_setting(declared: Declared) -> dict[str, Any]:
    """Describe a setting for Meltano.

    Numbers, lists and switches are texts there, which the tap converts. Meltano 4.4.1 cannot pass on decimal numbers,
    does not name a setting that is "fast" instead of a number, and reads any text that is not a word for on as off.
    """
    unset, values = unset_of(declared), f" {_values(declared)}." if declared.range else ""
    described = {
        "name": declared.name,
        "kind": declared.extra.get("kind", "string"),
        "label": declared.title,
        "description": declared.description + values + (f" Default: {unset}." if unset else ""),
    }
    return described | ({"sensitive": True} if declared.extra.get("secret") else {})


def unset_of(declared: Declared) -> str:
    """Describe the default of a setting; empty if it is required."""
    if declared.is_required:
        return ""
    if "unset" in declared.extra:
        return str(declared.extra["unset"])
    if isinstance(declared.kind[0], BoolType):
        return "true" if declared.default else "false"
    return str(declared.default)


def table() -> str:
    """Return the table of all settings for the docs."""
    rows = ["| setting | meaning | values | default |", "| --- | --- | --- | --- |"]
    for name, declared in DECLARED.items():
        default = unset_of(declared) or "required"
        rows.append(f"| `{name}` | {declared.description} | {_values(declared)} | {default} |")
    return "\n".join(rows) + "\n"


def tap_block(project: str) -> str:
    """Return the tap's block of a meltano.yml."""
    found = re.search(rf"^  - name: {NAME}\n(?:(?:    .*)?\n)*", project, re.MULTILINE)
    if found is None:
        raise ValueError(f"{PROJECT} has no plugin {NAME}.")
    return found[0].rstrip("\n") + "\n"


def _values(declared: Declared) -> str:
    if declared.range is not None:
        low, high = declared.range
        return f"{low:,} to {high:,}" + "".join(f", or {word}" for word in declared.words)
    if declared.words:
        return ", ".join(declared.words)
    if isinstance(declared.kind[0], BoolType):
        return "true, false"
    words = {"date_iso8601": "date", "file": "path", "object": "names and texts"}
    return words.get(declared.extra.get("kind", ""), "text")


def _with_settings(project: str) -> str:
    block = tap_block(project)
    settings = "".join(_yaml(meltano_setting(declared)) for declared in DECLARED.values())
    return project.replace(block, block.replace(_part(block, "settings"), f"    settings:\n{settings}"))


def _part(block: str, key: str) -> str:
    found = re.search(rf"^    {key}:.*\n(?:    (?:- |  ).*\n)*", block, re.MULTILINE)
    if found is None:
        raise ValueError(f"{NAME} in {PROJECT} has no {key}.")
    return found[0]


def _yaml(setting: Mapping[str, Any]) -> str:
    lines = (line for name, value in setting.items() for line in _yaml_lines(name, value))
    return "".join(f"    {'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(lines))


def _yaml_lines(name: str, value: Any) -> Iterator[str]:
    text = "true" if value is True else str(value)
    if len(text) > LINE_LENGTH - 20:
        yield f"{name}: >-"
        yield from textwrap.wrap(text, LINE_LENGTH - 8, initial_indent="  ", subsequent_indent="  ")
    elif ": " in text or " #" in text:
        quoted = text.replace("'", "''")
        yield f"{name}: '{quoted}'"
    else:
        yield f"{name}: {text}"


def main() -> None:
    """Write the files, or name the ones that differ."""
    different = [path for path, text in files().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--write" in sys.argv:
        for path, text in files().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    elif different:
        sys.exit(f"Run python -m tap_woo_pim.config --write, since these differ: {', '.join(map(str, different))}")


if __name__ == "__main__":
    main()
