"""Hold the faults of a store and apply those that a request meets."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from demo_store.answer import Answer
from demo_store.faults.when import When, always
from demo_store.php import Fields
from demo_store.request_log import Request

if TYPE_CHECKING:
    from aiohttp import web

    from demo_store.server import Server
    from demo_store.store import Store


@dataclass
class Exchange:
    """One request on its way through the faults.

    Attributes:
        store: the store that is asked.
        request: the log's entry.
        http: the request as the web server has it.
        server: the web server.
        compute: computes the answer; with fields, as if the query had these in it.
    """

    store: "Store"
    request: Request
    http: "web.BaseRequest"
    server: "Server"
    compute: Callable[[Fields | None], Answer]


class Fault:
    """Something that goes wrong. Subclasses override one method."""

    name: ClassVar[str] = ""

    async def before(self, exchange: Exchange) -> Answer | None:  # noqa: ARG002 - for subclasses
        """Answer in the store's place, which then computes nothing; None to let it."""
        return None

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - for subclasses
        """Change an answer."""
        return answer

    async def send(self, exchange: Exchange, answer: Answer) -> "web.StreamResponse | None":  # noqa: ARG002
        """Send an answer in the fault's own way; None to have it sent as usual."""
        return None


@dataclass
class Rule:
    """One fault and when it strikes. `hits` counts the requests it struck."""

    fault: Fault
    when: When
    hits: int = 0


class Faults:
    """The faults of a store. May be changed from any thread at any time."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = Lock()

    def add(self, fault: Fault | str, when: When = always) -> Rule:
        """Switch a fault on.

        Args:
            fault: the fault, or the name of one that takes no arguments.
            when: which requests it strikes; by default all.
        """
        if isinstance(fault, str):
            from demo_store.faults import FAULTS  # noqa: PLC0415 - the registry imports this module

            fault = FAULTS[fault]()
        rule = Rule(fault, when)
        with self._lock:
            self._rules.append(rule)
        return rule

    def remove(self, rule: Rule) -> None:
        """Switch one fault off."""
        with self._lock:
            self._rules.remove(rule)

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._rules.clear()

    def striking(self, request: Request) -> list[Fault]:
        """List the faults a request meets, and count them."""
        with self._lock:
            struck = [rule for rule in self._rules if rule.when(request)]
            for rule in struck:
                rule.hits += 1
            return [rule.fault for rule in struck]
