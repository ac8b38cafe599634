"""A program on a real terminal: what it shows, and what is typed."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

ROWS, COLUMNS = 24, 80
WAIT_SECONDS = 60.0
COLOURS = {"1": "bold", "31": "red", "32": "green", "33": "yellow", "36": "cyan", "90": "grey"}
CTRL_C = b"\x03"
PIMCTL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from pimctl.__main__ import main
sys.exit(main())
"""


class Terminal:
    """A terminal of 80 columns and the ``pimctl`` that runs on it.

    Attributes:
        process: The program.
        shown: All that it has shown so far.
    """

    def __init__(self, process: subprocess.Popen[bytes], side: int) -> None:
        self.process = process
        self.shown = ""
        self._side = side
        self._met = 0

    def wait_for(self, text: str) -> None:
        """Read until a text is shown after the one that was last waited for."""
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in self.shown[self._met :]:
            assert self._read(deadline), f"{text!r} was not shown, but {self.shown!r}"
        self._met = self.shown.index(text, self._met) + len(text)

    def answer(self, question: str, text: str) -> None:
        """Wait for a question, type the answer and press Enter."""
        self.wait_for(question)
        os.write(self._side, f"{text}\r".encode())

    def interrupt(self) -> int:
        """Press Ctrl-C until the program has ended, as one that comes just before it waits is lost; return its code."""
        while self.process.poll() is None:
            with suppress(OSError):
                os.write(self._side, CTRL_C)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(3)  # pressed again while it ends, it would end it without a word
        return self.end()

    def end(self) -> int:
        """Read until the program has ended; return its exit code."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._read(deadline):
            pass
        return self.process.wait(10)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._side], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing came after {self.shown!r}"
        try:
            read = os.read(self._side, 65_536)
        except OSError:  # how Linux says that the program closed it
            return False
        self.shown += read.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(read)


@contextmanager
def pimctl_on_terminal(root: Path, *arguments: str, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run ``pimctl`` in a folder on a terminal of its own."""
    side, other = os.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", PIMCTL, *arguments],
        cwd=root,
        env={**environment, "TERM": "xterm"},
        start_new_session=True,
        stderr=other,
        stdin=other,
        stdout=other,
    ) as process:
        os.close(other)
        try:
            yield Terminal(process, side)
        finally:
            process.kill()
            os.close(side)


def in_words(shown: str) -> str:
    """Return what a terminal was sent with the name of each colour in brackets, and <> where it ends."""
    return re.sub(r"\x1b\[([\d;]+)m", lambda found: _name(found[1]), shown)


def _name(code: str) -> str:
    return "<>" if code == "0" else f"<{' '.join(COLOURS.get(part, part) for part in code.split(';'))}>"
