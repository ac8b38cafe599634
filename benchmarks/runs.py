"""Runs the tap as a process and measures it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class Figures:
    """What a process took.

    Attributes:
        seconds: from its start to its end.
        cpu_seconds: of all of its threads.
        peak_mb: the most memory that it held (Linux).
        records: RECORD messages that it wrote.
        state: the last state that it wrote.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    records: int
    state: dict[str, Any]


def run_tap(
    folder: Path, config: dict[str, Any], state: dict[str, Any] | None = None, module: str = "tap_woo_pim"
) -> Figures:
    """Run a tap to its end.

    Args:
        folder: where its files may go.
        config: its settings.
        state: the state to begin with.
        module: the tap.

    Raises:
        RuntimeError: it failed.
    """
    out, said = folder / "out.jsonl", folder / "said.txt"
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "state.json").write_text(json.dumps(state or {}))
    command = [sys.executable, "-m", module, "--config", str(folder / "config.json")]
    with out.open("wb") as stdout, said.open("wb") as stderr:
        began = time.perf_counter()
        process = subprocess.Popen(
            [*command, "--state", str(folder / "state.json")], stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL
        )
        with _peak_watched(process.pid) as peak_mb:
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(said.read_text()[-1000:])
    records, state = 0, {}
    with out.open("rb") as lines:
        for line in lines:
            records += line.startswith(b'{"type":"RECORD"')
            if line.startswith(b'{"type":"STATE"'):
                state = json.loads(line)["value"]
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Figures(seconds, cpu_seconds, max(peak_mb), records, state)


@contextlib.contextmanager
def _peak_watched(pid: int) -> Iterator[list[float]]:
    """Look again and again at the most memory (MB) that a process has held; yields the list of what was seen.

    `ru_maxrss` of `wait4` would not do: Linux counts in it what the parent held when it started the process.
    """
    status = Path(f"/proc/{pid}/status")
    seen: list[float] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            # Of a process that has ended there is nothing to be seen.
            with contextlib.suppress(OSError, StopIteration):
                lines = status.read_text().splitlines()
                line = next(line for line in lines if line.startswith("VmHWM:"))
                seen.append(int(line.split()[1]) / 1024)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()
