"""Hold the faults of a store and apply those that a request meets."""

from dataclasses import dataclass
from threading import Lock

from demo_store.faults import bodies, fields, pages, statuses, transport
from demo_store.faults.base import Fault
from demo_store.faults.when import When, always
from demo_store.request_log import Request

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault
    for module in (statuses, transport, bodies, pages, fields)
    for fault in vars(module).values()
    if isinstance(fault, type) and issubclass(fault, Fault) and fault is not Fault
}
"""All faults by name, for instance `FAULTS["cut_body"]`."""


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
        rule = Rule(FAULTS[fault]() if isinstance(fault, str) else fault, when)
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
