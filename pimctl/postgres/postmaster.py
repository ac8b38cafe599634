"""Reads PostgreSQL's pid file and tells whether its server still lives."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]

PID, STARTED, SOCKET = 0, 2, 4  # lines of the file, counted from 0


@dataclass(frozen=True)
class Postmaster:
    """The server of a data folder.

    Attributes:
        pid: Its process id.
        started: When it started.
        socket_folder: Where it listens.
    """

    pid: int
    started: datetime
    socket_folder: Path


def pid_file(data: Path) -> Path:
    """Return the path of the pid file of a data folder."""
    return data / "postmaster.pid"


def find(data: Path) -> Postmaster | None:
    """Return the live server of ``data``, or None.

    A pid file whose process is gone, or is now some other program, counts as none: after a crash the
    number may be given to anybody.
    """
    try:
        lines = pid_file(data).read_text(encoding="utf-8").splitlines()
        found = Postmaster(int(lines[PID]), datetime.fromtimestamp(int(lines[STARTED]), UTC), Path(lines[SOCKET]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    return found if serves(found.pid, data) else None


def serves(pid: int, data: Path) -> bool:
    """Whether the process is a PostgreSQL server that was started on ``data``."""
    try:
        command = psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
    return len(command) > 0 and Path(command[0]).name == "postgres" and str(data) in command


def end_orphans(data: Path, seconds: float) -> None:
    """End servers of ``data`` that its pid file does not name: their data was deleted while they ran.

    Left alone, such a server would notice within a minute, and take the socket of its successor with it.

    Args:
        data: The data folder, which no server runs on by its pid file.
        seconds: How long they may take to end by themselves.
    """
    orphans = [process for process in psutil.process_iter() if serves(process.pid, data)]
    for process in orphans:
        process.send_signal(signal.SIGQUIT)  # at once, without writing anything more
    _, left = psutil.wait_procs(orphans, timeout=seconds)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=seconds)
