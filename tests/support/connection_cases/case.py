"""What a failed connection is: how it comes about, and the one line that the user sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo_store.answer import Answer, RestError, html
from demo_store.faults import path
from demo_store.faults.base import Exchange, Fault
from tests.support.stage import Stage

Config = dict[str, Any]
SetUp = Callable[[Stage], Config]

UNKNOWN_KEY = "ck_" + "0a" * 20
OTHER_SECRET = "cs_" + "1b" * 20
CLOSED = RestError(401, "rest_cannot_access", "Only for users.")

THEME = (
    '<link rel="stylesheet" href="/wp-content/themes/shop/style.css">'
    '<script src="https://www.google.com/recaptcha/api.js"></script>'
    '<a href="/wp-login.php?redirect_to=%2F">Log in</a> Protected by Wordfence. Access denied to robots.'
)
"""What an ordinary page of a store may hold, its page for addresses that are not there included."""


@dataclass(frozen=True)
class Case:
    """A failure.

    Attributes:
        name: what is wrong, in the words of the issue.
        line: the last line on stderr; {url} is the store's address, {other} another one of the case.
        set_up: sets the scene and gives the tap's configuration.
    """

    name: str
    line: str
    set_up: SetUp


class Cases(list[Case]):
    """Failures of one kind, in the order in which a user meets them."""

    def __call__(self, name: str, line: str) -> Callable[[SetUp], SetUp]:
        """Decorate the function that sets the scene of one."""

        def add(set_up: SetUp) -> SetUp:
            self.append(Case(name, line, set_up))
            return set_up

        return add


class Instead(Fault):
    """A page in place of every answer."""

    def __init__(self, status: int, title: str, text: str, **headers: str) -> None:
        self._page = (status, title, text, headers)

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        status, title, text, headers = self._page
        return html(status, title, text, **{name.replace("_", "-"): value for name, value in headers.items()})


class ClosedWithoutKey(Fault):
    """A plugin that shows the REST API to those who are signed in, by a key for instance."""

    async def before(self, exchange: Exchange) -> Answer | None:
        path = exchange.request.path
        if "/wp-json" not in path or (exchange.request.auth and "/wc/" in path):
            return None
        return CLOSED.answer()

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        # Who has no key that is known is a visitor, of whom WooCommerce itself says so in this way only.
        is_visitor = b"woocommerce_rest_cannot_view" in answer.body and answer.status == 401
        return CLOSED.answer() if is_visitor and exchange.request.auth else answer


class LosesQuery(Fault):
    """A cache that takes keys out of queries."""

    async def before(self, exchange: Exchange) -> Answer | None:
        if exchange.request.auth != "query":
            return None
        return exchange.compute({"consumer_key": "", "consumer_secret": ""})


class Translated(Fault):
    """A store whose texts are not English."""

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        for number, text in enumerate(
            (
                b"Consumer secret is invalid.",
                b"Consumer key is invalid.",
                b"Invalid signature - provided signature does not match.",
                b"Invalid timestamp.",
                b"The API key provided does not have read permissions.",
            )
        ):
            answer.body = answer.body.replace(text, b"Das geht so nicht (%d)." % number)
        return answer


def spoiled(stage: Stage, fault: Fault, *, when: str = "", **settings: Any) -> Config:
    server = stage.serve()
    server.store.faults.add(fault, path(when))
    return stage.config(server, **settings)
