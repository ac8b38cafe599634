"""Runs the tap as a process of its own that is forked off one which has imported it: 0.1 s a start, not 1 s."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

RUN_SECONDS = 120


def run(arguments: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str, str]:
    """Run the tap; return its exit code, its output, and what it wrote to stderr."""
    parent = _parent()
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(json.dumps([arguments, str(folder), environment]) + "\n")
    parent.stdin.flush()
    code = int(parent.stdout.readline())
    out, err = (_file(folder, name).read_text(encoding="utf-8") for name in ("out", "err"))
    return code, out, err


@cache
def _parent() -> subprocess.Popen[str]:
    """Start the process that forks; it ends with this one."""
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.support.preloaded"],
        cwd=Path(__file__).parents[2],
        encoding="utf-8",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    atexit.register(parent.communicate)
    return parent


def _file(folder: Path, name: str) -> Path:
    return folder / f"tap.{name}"


def _serve() -> None:
    """Fork for each line that comes in, and answer with the exit code."""
    from tap_woo_pim.tap import TapWooPim  # noqa: PLC0415 - only the process that forks needs it

    for line in sys.stdin:
        arguments, folder, environment = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(arguments, Path(folder), environment)
            TapWooPim.cli()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _become(arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Take the place, the variables and the files of a process that was started anew."""
    signal.alarm(RUN_SECONDS)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(_file(folder, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv[1:] = arguments


if __name__ == "__main__":
    _serve()
