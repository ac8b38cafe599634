"""What can go wrong between a store and its client: named faults, and when they strike."""

from demo_store.faults import bodies, fields, pages, statuses, transport
from demo_store.faults.base import Exchange, Fault, Faults, Rule
from demo_store.faults.when import When, always, chance, every, nth, param, path, times, while_true

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault
    for module in (statuses, transport, bodies, pages, fields)
    for fault in vars(module).values()
    if isinstance(fault, type) and issubclass(fault, Fault) and fault is not Fault
}
"""All faults by name, for instance `FAULTS["cut_body"]`."""

__all__ = [
    "FAULTS",
    "Exchange",
    "Fault",
    "Faults",
    "Rule",
    "When",
    "always",
    "chance",
    "every",
    "nth",
    "param",
    "path",
    "times",
    "while_true",
]
