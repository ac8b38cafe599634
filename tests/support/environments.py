"""Builds this project's packages, and installs packages into environments of their own, as a user does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pimctl.setup.package_index import uv_variables

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 300
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
"""Versions of Python that the project supports."""
OLD = ("3.7", "3.8", "3.9", "3.10")
"""Versions that some loaders need."""


@dataclass(frozen=True)
class Packages:
    """The two files that a release consists of."""

    wheel: Path
    sdist: Path


def build(folder: Path) -> Packages:
    """Build the source distribution of the checkout, and the wheel out of that, into a folder."""
    uv("build", "--out-dir", str(folder), str(CHECKOUT))
    return Packages(next(folder.glob("*.whl")), next(folder.glob("*.tar.gz")))


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @classmethod
    def create(cls, folder: Path, python: str = sys.executable) -> Environment:
        """Make an empty one."""
        uv("venv", "--no-project", "--python", python, str(folder))
        return cls(folder)

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "bin" / "python"

    def install(self, *requirements: str | Path) -> None:
        """Install packages."""
        uv("pip", "install", "--python", str(self.python), *map(str, requirements))

    def packages(self) -> dict[str, str]:
        """Versions of the installed packages by their normalized names."""
        listed = uv("pip", "list", "--python", str(self.python), "--format", "freeze")
        return dict(line.split("==") for line in listed.splitlines())

    def run(
        self, program: str, *arguments: str | Path, cwd: Path, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in a folder."""
        return subprocess.run(
            [str(self.folder / "bin" / program), *map(str, arguments)],
            capture_output=True,
            check=check,
            cwd=cwd,
            encoding="utf-8",
            timeout=SECONDS,
        )


def uv(*arguments: str) -> str:
    """Run uv away from the checkout, whose settings it would read; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", *arguments],
        capture_output=True,
        check=False,
        cwd="/",
        encoding="utf-8",
        env={**os.environ, **uv_variables()},
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pythons() -> dict[str, str]:
    """Return the Pythons that are installed here, by version as "3.12": pyenv's, and those on the path."""
    found = {".".join(map(str, sys.version_info[:2])): sys.executable}
    for version in (*OLD, *VERSIONS):
        program = next(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python")), None)
        # What pyenv puts on the path is no Python where its version is not chosen.
        if program or ((program := shutil.which(f"python{version}")) and "shims" not in program):
            found.setdefault(version, program)
    return found
