"""Fills the project's virtual environment with the pinned packages. Runs on the bare Python there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from pimctl.setup.package_index import uv_variables

PINS = Path("requirements/dev.txt")
LOG = Path(".venv/install.log")
READY = Path(".venv/.ready")


def pinned(name: str) -> str:
    """Return the pinned requirement of a package, as ``uv==0.9.1``."""
    found = re.search(rf"^{re.escape(name)}==\S+", PINS.read_text(encoding="utf-8"), re.MULTILINE)
    if found is None:
        raise SystemExit(f"{PINS} has no version of {name}.")
    return found[0]


def install(*command: str) -> None:
    """Run one installing command, its output to the log; end with the lines of it that tell why when it fails."""
    with LOG.open("a", encoding="utf-8") as log:
        print(f"$ {' '.join(command)}", file=log, flush=True)
        environment = {**os.environ, **uv_variables(), "VIRTUAL_ENV": sys.prefix}
        done = subprocess.run(  # noqa: S603  a list, no shell
            [sys.executable, "-m", *command], check=False, env=environment, stderr=log, stdout=log
        )
    if done.returncode:
        found = reason(LOG.read_text(encoding="utf-8"))
        raise SystemExit(f"The packages cannot be installed: {found}\nThe full log: {LOG}")


def reason(written: str) -> str:
    """Return the line of an installer's output that tells why it failed, with its innermost cause."""
    lines = [line.strip() for line in written.splitlines() if line.strip()] or ["no message"]
    found = [line for line in lines if re.match(r"(?i)error", line)] or lines
    causes = [line for line in lines if re.match(r"(?i)cause(d by)?:", line)]
    return "; ".join(found[-1:] + causes[-1:])


def main() -> None:
    """Install uv by pip, by it everything else, and this project in place."""
    began = time.monotonic()
    LOG.unlink(missing_ok=True)
    install("pip", "install", "--disable-pip-version-check", pinned("uv"))
    install("uv", "pip", "install", "-r", str(PINS))
    install("uv", "pip", "install", "--no-deps", "-e", ".")
    READY.write_text(str(Path.cwd()), encoding="utf-8")
    print(f"  the Python environment is ready ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
