"""Say which requests a fault strikes: conditions that can be joined by `&`, `|` and `~`."""

import random
import re
from collections.abc import Callable

from demo_store.request_log import Request


class When:
    """A condition on requests.

    `a & b` asks b only where a holds, so that counting conditions count what is left of them:
    `path("products$") & nth(2)` is the second request for products. `a | b` always asks both.
    """

    def __init__(self, test: Callable[[Request], bool]) -> None:
        self._test = test

    def __call__(self, request: Request) -> bool:
        """Tell whether the fault strikes this request."""
        return self._test(request)

    def __and__(self, other: "When") -> "When":
        return When(lambda request: self(request) and other(request))

    def __or__(self, other: "When") -> "When":
        return When(lambda request: any([self(request), other(request)]))

    def __invert__(self) -> "When":
        return When(lambda request: not self(request))


always = When(lambda _: True)
"""Every request."""


def nth(*numbers: int) -> When:
    """Strike the requests of these numbers, counted from 1."""
    count = _Counter()
    return When(lambda _: count() in numbers)


def every(step: int) -> When:
    """Strike every second, third, ... request."""
    count = _Counter()
    return When(lambda _: count() % step == 0)


def times(most: int) -> When:
    """Strike at most so many requests, the first ones."""
    count = _Counter()
    return When(lambda _: count() <= most)


def path(pattern: str) -> When:
    """Strike requests in whose path the regular expression is found."""
    compiled = re.compile(pattern)
    return When(lambda request: compiled.search(request.path) is not None)


def param(**values: object) -> When:
    """Strike requests that have all these query parameters; None stands for any value."""
    wanted = {name: value if value is None else str(value) for name, value in values.items()}

    def test(request: Request) -> bool:
        return all(name in request.query and value in (None, request.query[name]) for name, value in wanted.items())

    return When(test)


def chance(probability: float, seed: int = 0) -> When:
    """Strike so large a part of the requests, by chance; the same seed gives the same requests."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    return When(lambda _: dice.random() < probability)


def while_true(condition: Callable[[], bool]) -> When:
    """Strike while a condition holds, for instance `event.is_set`."""
    return When(lambda _: condition())


class _Counter:
    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> int:
        self._count += 1
        return self._count
