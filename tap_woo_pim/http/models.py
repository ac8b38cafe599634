"""What is asked of a store, and what it answers."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NotRequired, TypedDict

from requests.auth import AuthBase


@dataclass(frozen=True)
class Answer:
    """A good answer of the store.

    Attributes:
        data: the decoded JSON body, in the shape in which it was wanted.
        total: `X-WP-Total`, the number of rows that the store counts in the list; None where it does not say.
        date: the store's clock when it answered (`Date` header, one-second grain).
        url: where the answer came from, after redirects, without the query.
    """

    data: Any
    total: int | None
    date: datetime.datetime | None
    url: str = ""


@dataclass(frozen=True)
class Page:
    """A web page of the store: its status, its `Link` header and its text."""

    status: int
    link: str
    text: str


class RequestOptions(TypedDict):
    """How something is to be asked for.

    Attributes:
        about: what it is, in the user's words, for messages.
        tries: how often to try; `max_retries` + 1 when not given.
        is_large: whether it can be asked for in smaller parts, so that it is not tried again as it is after a failure
            that its size may have caused.
        unwanted: set when it need not be asked for any more, or not again.
        expects: gives the decoded body in the shape in which it is wanted, or raises a `BodyError`, after which it is
            asked for again as after a body that is not whole.
    """

    about: str
    tries: NotRequired[int | None]
    is_large: NotRequired[bool]
    unwanted: NotRequired[threading.Event]
    expects: NotRequired[Callable[[Any], Any]]


class Request(NamedTuple):
    """A request. `place` is how every message about it begins; see `RequestOptions` for the rest."""

    method: str
    url: str
    params: Mapping[str, Any]
    about: str
    place: str
    auth: AuthBase
    is_large: bool = False
    unwanted: threading.Event | None = None
    expects: Callable[[Any], Any] | None = None

    @property
    def is_unwanted(self) -> bool:
        """Whether its answer is not wanted any more."""
        return self.unwanted is not None and self.unwanted.is_set()
