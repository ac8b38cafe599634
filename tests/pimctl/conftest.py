"""A project folder with nothing but a meltano.yml, and pimctl to run in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[2]


@dataclass
class Console:
    """Runs ``pimctl`` in a project folder, as a user would."""

    root: Path
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "PIM_", "MELTANO_"))}
        return {**kept, "PYTHONPATH": str(CHECKOUT), **self.variables}

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pimctl.cli", *arguments],
            cwd=self.root,
            encoding="utf-8",
            env=self.environment(),
            stderr=subprocess.PIPE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def end(self, process: subprocess.Popen[str], typed: str = "") -> subprocess.CompletedProcess[str]:
        out, err = process.communicate(typed, timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        return self.end(self.begin(*arguments), typed)

    def ok(self, *arguments: str, typed: str = "") -> str:
        done = self.run(*arguments, typed=typed)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def fails(self, *arguments: str) -> str:
        """Run a command that must fail with one plain line, and return that line."""
        done = self.run(*arguments)
        assert done.returncode == 1, done
        assert done.stderr.startswith("pimctl: ")
        assert done.stderr.count("\n") == 1
        return done.stderr.strip()


def new_console(root: Path) -> Iterator[Console]:
    root.mkdir(parents=True, exist_ok=True)
    (root / "meltano.yml").write_text("requires_meltano: '>=4.4'\n", encoding="utf-8")
    console = Console(root)
    yield console
    Console(root).run("db", "stop")


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    yield from new_console(tmp_path / "project")


@pytest.fixture
def stop_at_begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Ctrl-C come the moment a program has begun, before anybody could note it."""

    class Stopped(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Stopped)
    # A tap that an earlier test made in this process has left its own.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Console]:
    """A second project, whose database plays the user's own."""
    yield from new_console(tmp_path / "other")
