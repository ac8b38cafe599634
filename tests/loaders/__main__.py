"""Try loaders: `python -m tests.loaders [--products N] [NAME ...]` prints what docs/loaders.md tells of each."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg

from pimctl.postgres import address
from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from tests.loaders.arrived import Arrival, compare, gone
from tests.loaders.loaders import LOADERS, Loader, Place, Table
from tests.loaders.runs import Runs, record
from tests.support.environments import Environment, pythons

RUNS = ("first run", "second run", "after changes", "with a new column")


def main() -> None:
    """Try the loaders whose names contain one of the words."""
    parser = argparse.ArgumentParser(prog="python -m tests.loaders", description="Try loaders with all streams.")
    parser.add_argument("names", nargs="*", help="words of the loaders' names (default: all)")
    parser.add_argument("--products", type=int, help="how many products each store keeps (default: all)")
    options = parser.parse_args()
    chosen = [loader for loader in LOADERS if not options.names or any(name in loader.name for name in options.names)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        runs = record(options.products)
        embedded = Embedded(Project(folder))
        socket = str(embedded.start().socket_folder)
        at = {"host": socket, "port": str(address.PORT), "user": address.USER}
        try:
            for number, loader in enumerate(chosen):
                database = {**at, "dbname": f"loader_{number}"}
                with psycopg.connect(**at, dbname="postgres", autocommit=True) as connection:  # type: ignore[arg-type]
                    connection.execute(f"create database loader_{number}")
                with psycopg.connect(**database, autocommit=True) as connection:  # type: ignore[arg-type]
                    connection.execute("create schema woo")
                place = Place(folder / f"loader-{number}", database)
                place.folder.mkdir()
                try_loader(loader, place, runs)
        finally:
            embedded.stop()


def try_loader(loader: Loader, place: Place, runs: Runs) -> None:
    """Load all runs, and print after each what is there."""
    print(f"\n## {loader.name}")
    python = pythons().get(loader.python) if loader.python else sys.executable
    if python is None:
        print(f"Python {loader.python} is not here.")
        return
    try:
        environment = Environment.create(place.folder / "venv", python)
        environment.install(*loader.requirements)
    except AssertionError as error:
        print(f"does not install: {str(error)[-300:]}")
        return
    for title, stores, expected in zip(RUNS, runs.messages, runs.expected, strict=True):
        began = time.monotonic()
        state = None
        try:
            for messages in stores:
                state = loader.load(environment, place, messages)
        except AssertionError as error:
            print(f"{title}: fails: {error}")
            return
        seconds = time.monotonic() - began
        wrote_state = state == json.loads(stores[-1].splitlines()[-1])["value"]
        print(f"{title}: {seconds:.1f} s, {'last state written' if wrote_state else f'state {str(state)[:60]}'}")
        tables = loader.read(place, environment)
        show(compare(tables, expected, runs.schemas), forms=title in {RUNS[0], RUNS[-1]})
        if title == RUNS[2]:
            show_gone(tables, runs)


def show_gone(tables: dict[str, Table], runs: Runs) -> None:
    """Print which products count as deleted."""
    try:
        found = gone(tables, "products", runs.schemas)
    except (KeyError, TypeError, ValueError) as error:
        print(f"  deletions cannot be told: {error!r}")
    else:
        print(f"  deleted: {found}, in the store: {runs.deleted}")


def show(arrival: Arrival, *, forms: bool) -> None:
    """Print what arrived, and in which forms."""
    for word in ("missing", "repeated", "surplus", "missing_columns"):
        if found := getattr(arrival, word):
            print(f"  {word}: {dict(found)}")
    for kind in sorted({kind for kind, _ in arrival.forms} if forms else ()):
        types = sorted({type_ for known, type_ in arrival.types if known == kind and type_})
        print(f"  {kind} {' | '.join(types)}")
        for (known, form), count in sorted(arrival.forms.items()):
            if known == kind:
                stream, column, written, arrived = arrival.examples[known, form]
                example = "" if form in {"same", "null"} else f"  {stream}.{column}: {near(written, arrived)}"
                print(f"    {form}: {count}{example}")


def near(written: Any, arrived: Any) -> str:
    """Show two values where they begin to differ."""
    one, other = repr(written), repr(arrived)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    begin = max(same - 20, 0)
    return f"{one[begin : begin + 60]} -> {other[begin : begin + 60]}"


if __name__ == "__main__":
    main()
