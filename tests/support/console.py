"""The console as a user starts it, and what its tests look at."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import requests

from pimctl.postgres.embedded import Embedded
from pimctl.project import Project
from pimctl.stores import operations, registry
from pimctl.stores.store import Credentials

CHECKOUT = Path(__file__).parents[2]
PIMCTL = (sys.executable, "-m", "pimctl.cli", "console", "--port", "0", "--no-browser")


def environment(root: Path) -> dict[str, str]:
    """Return the environment of a program that runs in a project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PIM_", "MELTANO_"))}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "MELTANO_PROJECT_ROOT": str(root)}


class _Tags(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def runnable(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the elements of a page that could run code or load something that is not the console's own."""
    parser = _Tags()
    parser.feed(page)
    return [
        (tag, attributes)
        for tag, attributes in parser.found
        if (tag == "script" and not (attributes.get("src") or "").startswith("/static/"))
        or tag in {"iframe", "object", "embed", "base", "style"}
        or any(name.startswith("on") or name in {"style", "srcdoc"} for name in attributes)
        or any(
            (attributes.get(name) or "").lower().lstrip().startswith(("javascript:", "data:"))
            for name in ("href", "src", "action")
        )
    ]


@dataclass
class Running:
    """A console that runs.

    Attributes:
        root: The project's folder.
        link: The address that it printed last, with its one-time token where there are no users.
    """

    root: Path
    process: subprocess.Popen[str]
    link: str
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address without the token."""
        found = re.match(r"https?://[^/]+", self.link)
        assert found
        return found[0]

    def next_line(self) -> str:
        """Read the next line that it prints, which is awaited."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.said.append(line)
        return line

    def enter(self) -> requests.Session:
        """Let a client in by the one-time token, and read the link that takes its place."""
        client = requests.Session()
        assert client.get(self.link).status_code == 200
        self.link = self.next_line().split()[-1]
        return client


@contextmanager
def start_console(
    root: Path, *arguments: str, program: Sequence[str] = PIMCTL, language: str = "en"
) -> Iterator[Running]:
    """Start the console on any free port; see that it printed nothing on stderr when it ends."""
    with subprocess.Popen(
        [*program, *arguments],
        env={**environment(root), "LANGUAGE": language},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("The console is at "), (line, process.stderr.read() if process.stderr else "")
        yield Running(root, process, line.split()[-1], [line])
        process.terminate()
        _, errors = process.communicate(timeout=20)
        assert errors == ""
        assert process.returncode == 0


@contextmanager
def new_project(root: Path) -> Iterator[Project]:
    """Make a project of two stores with an embedded database that holds nothing."""
    (root / "meltano.yml").write_text((CHECKOUT / "meltano.yml").read_text(encoding="utf-8"), encoding="utf-8")
    project = Project(root)
    for store in registry.list_stores(project):  # those that somebody added to the checkout
        operations.forget(project, store)
    for digit, store_id in enumerate(("us", "eu")):
        credentials = Credentials(f"ck_{digit}" + "a" * 39, f"cs_{digit}" + "a" * 39)
        draft = operations.Draft(store_id, f"https://localhost:{8411 + digit}", credentials, cron=f"{digit} 2 * * *")
        operations.add(project, draft)
    embedded = Embedded(project)
    embedded.start()
    try:
        yield project
    finally:
        embedded.stop()
