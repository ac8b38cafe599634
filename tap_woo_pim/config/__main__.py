"""Writes the files made from the settings: `python -m tap_woo_pim.config --write`, in the project's folder.

Without `--write` it names the files that differ, and exits with 1 if any does.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from tap_woo_pim.config.settings import REQUIRED_SETTINGS, SETTINGS, values_of

PROJECT = Path("meltano.yml")
LOCK = Path("plugins/extractors/tap-woo-pim.lock")
DEFINITION = Path("meltano/tap-woo-pim.yml")
PAGE = Path("docs/settings.md")

HEAD = """\
# The tap's plugin definition for any Meltano project. Written by python -m tap_woo_pim.config --write.
name: tap-woo-pim
namespace: tap_woo_pim
label: WooCommerce for PIM
description: Products of a WooCommerce store, and all that belongs to them, for a PIM database.
pip_url: tap-woo-pim
executable: tap-woo-pim
"""
SHARED = ("capabilities", "settings_group_validation", "settings", "select")
"""What the definition shares with the tap's block in meltano.yml, where the tap is the first plugin."""


def files(root: Path = Path()) -> dict[Path, str]:
    """Return the new text of every generated file in a project."""
    settings = [meltano_setting(name, schema) for name, schema in SETTINGS.items()]
    project = (root / PROJECT).read_text(encoding="utf-8")
    project = _replaced(project, "    settings:\n", "    select:", textwrap.indent(_yaml(settings), "    "))
    tap = yaml.safe_load(project)["plugins"]["extractors"][0]
    lock = json.loads((root / LOCK).read_text(encoding="utf-8")) | {"settings": settings}
    page = (root / PAGE).read_text(encoding="utf-8")
    return {
        PROJECT: project,
        DEFINITION: HEAD + _yaml({key: tap[key] for key in SHARED}),
        LOCK: json.dumps(lock, indent=2) + "\n",
        PAGE: _replaced(page, "<!-- settings -->\n", "<!-- /settings -->\n", table()),
    }


def meltano_setting(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a setting for Meltano.

    Numbers, lists and switches are texts there, which the tap converts. Meltano 4.4.1 cannot pass on decimal numbers,
    does not name a setting that is "fast" instead of a number, and reads any text that is not a word for on as off.
    """
    values = values_of(schema)
    facts = [] if values == "a text" else [f"{values[0].upper()}{values[1:]}."]
    facts += [] if name in REQUIRED_SETTINGS else [f"Default: {default_of(name, schema)}."]
    described = {
        "name": name,
        "kind": schema.get("kind", "string"),
        "label": schema["title"],
        "description": " ".join([schema["description"], *facts]),
    }
    return described | ({"sensitive": True} if schema.get("secret") else {})


def default_of(name: str, schema: dict[str, Any]) -> str:
    """Describe the default of a setting."""
    if name in REQUIRED_SETTINGS:
        return "required"
    default = schema["default"]
    return str(schema.get("unset") or (json.dumps(default) if isinstance(default, bool) else default))


def table() -> str:
    """Return the table of all settings for the docs."""
    rows = ["| setting | meaning | values | default |", "| --- | --- | --- | --- |"]
    for name, schema in SETTINGS.items():
        rows.append(f"| `{name}` | {schema['description']} | {values_of(schema)} | {default_of(name, schema)} |")
    return "\n".join(rows) + "\n"


def _replaced(text: str, begin: str, end: str, new: str) -> str:
    before, _, rest = text.partition(begin)
    return f"{before}{begin}{new}{end}{rest.partition(end)[2]}"


def _yaml(value: Any) -> str:
    # Without a line break in any text: pimctl edits the file, and would join the lines of a text.
    return str(yaml.safe_dump(value, sort_keys=False, width=2**16))


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
