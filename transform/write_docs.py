#!/usr/bin/env python3
"""Writes the tables of docs/pim-model.md from what models/marts/_marts.yml says of them.

python transform/write_docs.py
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

TRANSFORM = Path(__file__).resolve().parent
SOURCE = TRANSFORM / "models" / "marts" / "_marts.yml"
PAGE = TRANSFORM.parent / "docs" / "pim-model.md"
BEGIN = "<!-- written by transform/write_docs.py from transform/models/marts/_marts.yml -->\n"
END = "<!-- end of what is written -->\n"


def main() -> int:
    """Write the page."""
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def written(page: str) -> str:
    """Return the page with its tables as the models describe them."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    models = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["models"]
    tables = "\n".join(section(model) for model in models)
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


def section(model: dict[str, Any]) -> str:
    """Return the section of one table: what it is, its key and its columns."""
    (key,) = [test["unique_key"]["arguments"]["columns"] for test in model["data_tests"] if "unique_key" in test]
    rows = [f"| `{one['name']}` | {one['data_type']} | {one['description'].strip()} |" for one in model["columns"]]
    return "\n".join(
        [
            f"### {model['name']}\n",
            f"{model['description'].strip()}\n",
            f"Key: {', '.join(f'`{column}`' for column in key)}\n",
            "| column | type | meaning |",
            "| --- | --- | --- |",
            *(row.replace("\n", " ") for row in rows),
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
