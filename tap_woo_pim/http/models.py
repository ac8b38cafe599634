"""Requests and responses."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NotRequired, TypedDict

from requests.auth import AuthBase


@dataclass(frozen=True)
class Response:
    """A good response from the store.

    Attributes:
        data: the decoded JSON body, as `RequestOptions.expects` returned it.
        total: `X-WP-Total`, the number of rows that the store counts in the list; None if it does not say.
        date: the store's clock (`Date` header, in whole seconds).
        url: where the response came from, after redirects, without the query.
    """

    data: Any
    total: int | None
    date: datetime.datetime | None
    url: str = ""


@dataclass(frozen=True)
class HtmlPage:
    """A web page of the store: its status, its `Link` header and its text."""

    status: int
    link: str
    text: str


class RequestOptions(TypedDict):
    """Options of a request.

    Attributes:
        subject: what is requested, in the user's words, for messages.
        tries: how often to try; `max_retries` + 1 when not given.
        is_large: whether it can be requested in smaller parts. Then it is not tried again as it is after a failure that
            its size may have caused.
        expects: checks and converts the decoded body. If it raises `BodyError`, the request is sent again.
    """

    subject: str
    tries: NotRequired[int | None]
    is_large: NotRequired[bool]
    expects: NotRequired[Callable[[Any], Any]]


class Request(NamedTuple):
    """A request to a URL without a query. `prefix` is how every message about it begins."""

    method: str
    url: str
    params: Mapping[str, Any]
    auth: AuthBase
    prefix: str
    options: RequestOptions

    @property
    def subject(self) -> str:
        """What is requested, in the user's words."""
        return self.options["subject"]
