"""Measures what the project promises of its speed, and prints a table and one JSON object.

    make bench

Figures that depend on the machine stand beside a ratio to something measured in the same run. Each part runs by itself
too: `.venv/bin/python -m benchmarks latency alone`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import alone, database, day, latency, nothing_new, strain

Part = Callable[[Path], dict[str, Any]]

PARTS: dict[str, Part] = {
    "latency": latency.measure,
    "alone": alone.measure,
    "nothing_new": nothing_new.measure,
    "day": day.measure,
    "strain": strain.measure,
    "database": database.measure,
}


def main() -> None:
    """Measure the parts that are named; all when none is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure what is promised of the speed.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}")
    wanted = parser.parse_args().parts
    if unknown := [name for name in wanted if name not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    found: dict[str, Any] = {"load_before": os.getloadavg()[0]}
    for name in wanted or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            found[name] = PARTS[name](Path(folder))
        for line in _lines(name, found[name]):
            sys.stderr.write(f"{line}\n")
    sys.stdout.write(f"{json.dumps(found)}\n")


def _lines(name: str, found: dict[str, Any]) -> list[str]:
    lines = []
    for key, value in found.items():
        if isinstance(value, dict):
            lines += _lines(f"{name}.{key}", value)
        else:
            lines.append(f"{f'{name}.{key}':<60}{value:>12,}")
    return lines


main()
