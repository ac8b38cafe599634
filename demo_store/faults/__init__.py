"""What can go wrong between a store and its client: named faults, and when they strike."""

from demo_store.faults.base import Exchange, Fault
from demo_store.faults.rules import FAULTS, Faults, Rule
from demo_store.faults.when import When, always, chance, every, nth, param, path, times, while_true

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
