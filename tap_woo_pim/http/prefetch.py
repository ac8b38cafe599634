"""Runs calls ahead in threads and hands their results on in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, wait
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_DEAFNESS_SECONDS = 1.0
"""A signal that comes just as a thread begins to wait for another is handled when the wait ends (Python 3.11)."""


class Inline(Executor):
    """Runs each call at once in the caller's own thread; for lists that are themselves read in a thread."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call and keep its result or error in the future returned."""
        future: Future[T] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - as every executor, it hands on what the call raised
            future.set_exception(error)
        return future


def in_order(executor: Executor, calls: Iterable[Callable[[], T]], ahead: int) -> Iterator[Future[T]]:
    """Start up to `ahead` calls beyond the one whose result is wanted, and yield their futures in order.

    While that one is slow they are up to twice as many, so that it leaves no place idle. This takes no more memory on a
    store that is faster than the caller, or whose answers all take about as long.

    Args:
        executor: where the calls run.
        calls: what to call. Taken one by one as room appears, so that memory is bound by twice `ahead`.
        ahead: how many calls may be under way or waiting to be taken, beside the one handed on when it is done.

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


def result_of(future: Future[T]) -> T:
    """Wait for a future's result, in short waits, so that a signal to stop is heard at once or soon after."""
    while not future.done():
        wait((future,), LONGEST_DEAFNESS_SECONDS)
    return future.result()
