"""A stop ends the command at whatever moment it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pimctl import cli
from tests.support.console import PIMCTL, environment

STEPS = 6
FIRST_SECOND = 1.0
END_SECONDS = 5.0
ENDED = {0, -signal.SIGINT}  # the second where the stop came in an exec() of text, as dataclasses do: Python recalls it


class Cleared:
    """An object that gets a stop while it is cleared away, where Python drops what is raised."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.unit
def test_stop_that_python_drops_is_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: Any, **__: Any) -> None:
        Cleared()
        threading.Event().wait(60)

    monkeypatch.setattr(cli, "app", run)

    assert cli.main([]) == 130

    assert capsys.readouterr().err == "pimctl: stopped before it was done.\n"


def test_console_is_stopped_at_any_moment_of_its_start(tmp_path: Path) -> None:
    (tmp_path / "meltano.yml").write_text("requires_meltano: '>=4.4'\n", encoding="utf-8")
    variables = {**environment(tmp_path), "PIM_DATABASE_URL": "postgresql://nobody@localhost:1/none"}
    for step in range(STEPS):
        with subprocess.Popen([sys.executable, *PIMCTL[1:]], env=variables, stdout=subprocess.PIPE) as process:
            assert process.stdout
            line = process.stdout.readline()  # before it, the system's own way of stopping holds
            assert line.startswith(b"The console is at ")
            with suppress(subprocess.TimeoutExpired):
                process.wait(FIRST_SECOND * step / STEPS)  # it runs for so long
            os.kill(process.pid, signal.SIGTERM)
            assert process.wait(END_SECONDS) in ENDED
