"""Postpones a stop (Ctrl-C, SIGTERM) by moments, so that what is begun is noted, and what is ended is ended whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def postponed() -> Iterator[None]:
    """Let a stop that comes in the ``with`` block take effect at its end.

    Signals are not blocked, as a program that is begun in the block would inherit that. In another thread than the
    main one, where Python lets no stop take effect, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
