"""Lets one process at a time work on something; the lock ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROBE_SECONDS = 0.5  # `is_held` of another process holds a lock for a moment


@contextmanager
def exclusive(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path`` for the length of a ``with`` block.

    Args:
        path: The lock file, made where it is missing. It stays behind, empty.
        wait: Wait for another holder to finish.

    Raises:
        BlockingIOError: Somebody else holds it, and ``wait`` is false.
    """
    if not path.exists():
        path.touch()
    deadline = time.monotonic() + PROBE_SECONDS
    with path.open("rb") as handle:  # reading is enough to lock, so a borrowed account's file will do
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield


def is_held(path: Path) -> bool:
    """Whether some process holds the lock file ``path``."""
    try:
        with path.open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
