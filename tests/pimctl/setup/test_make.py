"""What `make` says before it installs anything: of a Python that will not do, of a full disk, of another's files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pimctl.setup import bootstrap
from tests.pimctl.conftest import CHECKOUT

PYTHON = """#!/bin/sh
case "$*" in
  --version) echo "Python {version}" ;;
  *version_info*) exec {real} -c "import sys; sys.version_info = ({tuple}); ${{2}}" ;;
  *) {rest} ;;
esac
"""
SPACE = "#!/bin/sh\necho Filesystem 1024-blocks Used Available Capacity Mounted\necho /dev/x 9000000 1 20000 99% /\n"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., str]:
    """Runs `make setup` of a copy of the Makefile, which must fail, and returns what it said on stderr."""
    shutil.copy2(CHECKOUT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/dev.txt", "pyproject.toml"):
        (tmp_path / name).touch()

    def run(*arguments: str, path: str = os.environ["PATH"]) -> str:
        done = subprocess.run(
            ["make", "--no-print-directory", "setup", *arguments],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env={"PATH": path},
        )
        assert done.returncode != 0
        assert done.stdout == ""
        assert not (tmp_path / ".venv" / "bin").exists()
        return done.stderr.splitlines()[0]

    return run


def put_python(folder: Path, version: str, rest: str = "exit 1", name: str = "python3") -> Path:
    """Put a program that says it is some version of Python."""
    program = folder / name
    numbers = version.replace(".", ", ")
    program.write_text(PYTHON.format(version=version, real=sys.executable, tuple=numbers, rest=rest), encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("version", ["3.10.14", "3.15.0", "4.0.0"])
def test_python_that_is_too_old_or_too_new_is_told_with_the_range(
    make: Callable[..., str], tmp_path: Path, version: str
) -> None:
    program = put_python(tmp_path, version)

    told = make(f"PYTHON={program}")

    assert told == f"{program} is not Python 3.11 to 3.14. Name another: make PYTHON=/path/to/python3.12"


def test_machine_without_a_python_that_will_do_is_told_what_it_has(make: Callable[..., str], tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("make", "sh", "cat"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    put_python(tools, "3.15.0")

    told = make(path=str(tools))

    assert told == (
        "Python 3.11 to 3.14 is needed (Python 3.15.0 is here). "
        "Install one, or name it: make PYTHON=/path/to/python3.12"
    )


@pytest.mark.parametrize("version", ["3.11.0", "3.14.2"])
def test_missing_venv_module_is_told_with_the_remedy(make: Callable[..., str], tmp_path: Path, version: str) -> None:
    program = put_python(tmp_path, version)

    told = make(f"PYTHON={program}")

    assert told == f"{program} lacks its venv module. On Debian and Ubuntu: apt install python3-venv"


def test_full_disk_is_told_before_the_environment_is_made(make: Callable[..., str], tmp_path: Path) -> None:
    program = put_python(tmp_path, "3.12.1", rest="exit 0")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "df").write_text(SPACE, encoding="utf-8")
    (tools / "df").chmod(0o755)

    told = make(f"PYTHON={program}", path=f"{tools}{os.pathsep}{os.environ['PATH']}")

    assert told == f"Not enough disk space: 20 MB free at {tmp_path}, 400 MB needed for .venv."


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "error: Failed to install: x-1.0.whl\n  Caused by: failed to copy\n  Caused by: No space left on device\n",
            "error: Failed to install: x-1.0.whl; Caused by: No space left on device",
        ),
        ("error: Failed to install\n  cause: No space left", "error: Failed to install; cause: No space left"),
        ("Collecting uv\nERROR: No matching distribution", "ERROR: No matching distribution"),
        ("Killed\n", "Killed"),
    ],
)
def test_failed_installation_is_told_with_its_cause(written: str, told: str) -> None:
    assert bootstrap.reason(written) == told
