"""Runs the project's Meltano with its output in a log file, and finds the line of that log that explains a failure."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil  # type: ignore[import-untyped]

from pimctl import stop
from pimctl.errors import PimctlError
from pimctl.setup.package_index import uv_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pimctl.project import Project

LINE = re.compile(r"^\S+Z \[(?P<level>\w+) *\] (?P<name>\S+) +(?P<text>.*)$")
ERROR = re.compile(r"(Error|Exception)\b.*: |^(pimctl|error): ")
KILLED = re.compile(r"command \[.*\] returned -(\d+) with stderr:.*")
BOXED = re.compile(r"^│ +error: (?P<text>.*?)^│ +│$", re.MULTILINE | re.DOTALL)
"""What uv says of an installation that failed, in a box that Meltano draws around it, up to an empty line."""
LONGEST_BOXED = 300
PROGRAMS = {
    "extractors/tap-woo-pim": "tap-woo-pim",
    "loaders/target-postgres": "target-postgres",
    "utilities/dbt-postgres": "dbt",
    "utilities/pim-db": "pimctl",
}
END_SECONDS = 3.0  # all must be over within 5 s
SILENT = {"Extractor failed": "the tap", "Loader failed": "the loader"}
DULL = (
    "(Background on this error",
    "Block run completed",
    "Extractor failed",
    "Loader failed",
    "METRIC: ",
    "Need help fixing",
    "Run completed",
    "Task exception was never retrieved",
)


class Meltano:
    """The ``meltano`` program beside this Python.

    Args:
        project: The project to run in.
        variables: What to add to its environment: settings that belong into no file.
        log: Where its output goes, added at the end.
    """

    def __init__(self, project: Project, variables: Mapping[str, str], log: Path) -> None:
        self.project = project
        self.variables = variables
        self.log = log
        self.program = Path(sys.executable).with_name("meltano")
        self._installed = project.root / ".meltano" / "pimctl-installed"

    def begin(self, arguments: Sequence[str], output: IO[bytes], run_id: str | None = None) -> subprocess.Popen[bytes]:
        """Begin one command, in a process group of its own: who stops it, stops all of it.

        Args:
            arguments: After the program's name.
            output: Where all that it says goes.
            run_id: The id that the run gets, by which the tap's record of it is found in Meltano's logs.

        Raises:
            PimctlError: Meltano is not installed.
        """
        if not self.program.is_file():
            raise PimctlError(f"Meltano is not installed beside {sys.executable}: run make setup")
        return subprocess.Popen(  # noqa: S603  a list, no shell
            [str(self.program), *arguments],
            cwd=self.project.root,
            env={
                **os.environ,
                "NO_COLOR": "1",
                **self.variables,
                **({"MELTANO_RUN_ID": run_id} if run_id is not None else {}),
            },
            start_new_session=True,  # a Ctrl-C in the terminal reaches pimctl alone, which then ends all in order
            stderr=output,
            stdin=subprocess.DEVNULL,
            stdout=output,
        )

    def run(self, *arguments: str) -> None:
        """Run one command to its end.

        Raises:
            PimctlError: It failed; the message holds its cause and the log's path.
        """
        with self.log.open("ab") as log:
            log.write(f"$ meltano {' '.join(arguments)}\n".encode())
            log.flush()
            begin = log.tell()
            with ExitStack() as ending:
                with stop.postponed():
                    process = self.begin(arguments, log)
                    ending.callback(end_all, [process])
                process.wait()
        if process.returncode:
            written = self.log.read_bytes()[begin:].decode("utf-8", "replace")
            raise PimctlError(f"meltano {arguments[0]} failed: {cause(written)}\nThe full log: {self.log}")

    def needs_install(self) -> bool:
        """Whether the plugins were never installed here, or by other pins."""
        return not self._installed.is_file() or self._installed.read_text(encoding="utf-8") != self._pins()

    def lacks_plugins(self) -> bool:
        """Whether a program that a sync needs is not installed, by pimctl or by Meltano.

        The program comes last: an installation that was stopped leaves an environment without it.
        """
        folder = self.project.root / ".meltano"
        return not all((folder / plugin / "venv" / "bin" / program).is_file() for plugin, program in PROGRAMS.items())

    def install(self) -> None:
        """Install the plugins again.

        Meltano itself notices a new version in ``pip_url`` but not a new one in a constraints file.

        Raises:
            PimctlError: It failed.
        """
        self.variables = {**uv_variables(), **self.variables}
        self.run("install", "--clean")
        self._installed.write_text(self._pins(), encoding="utf-8")

    def _pins(self) -> str:
        """Return a digest of all that decides what is installed, and where."""
        root = self.project.root
        digest = hashlib.sha256(f"{root}\n{sys.version}\n".encode())
        for path in (root / "pyproject.toml", *sorted((root / "requirements").glob("*.txt"))):
            digest.update(path.read_bytes())
        for line in (root / "meltano.yml").read_text(encoding="utf-8").splitlines():
            digest.update(line.encode() if "pip_url:" in line else b"")
        return digest.hexdigest()


def end_all(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End processes and all that they started, which a signal to the first alone need not reach."""
    family = []
    with stop.postponed():
        for process in processes:
            if process.poll() is None:
                with suppress(psutil.NoSuchProcess):
                    first = psutil.Process(process.pid)
                    family += [first, *first.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.terminate()
        _, left = psutil.wait_procs(family, timeout=END_SECONDS)
        for member in left:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        for process in processes:
            process.wait()


def cause(written: str, *, tap_only: bool = False) -> str:
    """Return the line of Meltano's output that says why it failed.

    Args:
        written: The output.
        tap_only: Leave out the name of the tap, where it is clear which one it is.

    A tap ends with one plain line. Loaders, and Meltano where they break its pipe, end with tracebacks: there, the
    last line that names an error is the one. uv's errors stand in a box. Else it is Meltano's own last error.
    """
    if boxed := BOXED.search(written):
        return " ".join(boxed["text"].replace("│", " ").split())[:LONGEST_BOXED]
    found = [match for line in written.splitlines() if (match := LINE.match(line))]
    said = [
        (match["name"], match["text"].strip())
        for match in found
        if match["name"] != "meltano" and not match["text"].strip().startswith(DULL)
    ]
    if "Extractor failed" in written:
        telling = [line for line in said if line[0].startswith("tap-")]
    else:
        telling = [line for line in said if ERROR.search(line[1])]
    if telling:
        name, text = telling[-1]
        return text if tap_only and name.startswith("tap-") else f"{name}: {text}"
    errors = [
        match["text"].strip()
        for match in found
        if match["level"] in {"error", "critical"} and not match["text"].strip().startswith(DULL)
    ]
    silent = [
        f"{what} ended without a message, as when it is killed" for sign, what in SILENT.items() if sign in written
    ]
    lines = [line.strip() for line in written.splitlines() if line.strip()]
    text = next((found[-1] for found in (errors, silent, lines) if found), "no message")
    return KILLED.sub(r"it was killed by signal \1", text)
