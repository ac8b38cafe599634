"""Runs calls ahead in threads and returns their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, wait
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_DEAFNESS_SECONDS = 1.0
"""A signal that arrives just as a thread begins to wait is handled when the wait ends (Python 3.11)."""


class Inline(Executor):
    """Runs each call at once in the caller's thread; for lists that are themselves read in a thread."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call, and return its result or error as a future."""
        future: Future[T] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - like every executor, it passes on what the call raised
            future.set_exception(error)
        return future


def in_order(executor: Executor, calls: Iterable[Callable[[], T]], ahead: int) -> Iterator[Future[T]]:
    """Start up to `ahead` calls beyond the one whose result is wanted, and yield their futures in order.

    While that one is slow, up to twice as many run, so that no place is idle. This takes no more memory if the store is
    faster than the caller, or if all responses take about as long. Calls are taken one by one as room appears, so
    memory is bound by twice `ahead`.

    Yields:
        The future of each call, in the order of `calls`. Calls not yet begun are cancelled when the caller stops early.
    """
    waiting: deque[Future[T]] = deque()
    try:
        for call in calls:
            waiting.append(executor.submit(call))
            while len(waiting) > ahead and (waiting[0].done() or len(waiting) > 2 * ahead):
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        for future in waiting:
            future.cancel()


def result_of(future: Future[T], on_wait: Callable[[], None] = lambda: None) -> T:
    """Wait for a result, in short waits so that a signal to stop is handled soon, and call `on_wait` after each."""
    while not future.done():
        wait((future,), LONGEST_DEAFNESS_SECONDS)
        on_wait()
    return future.result()
