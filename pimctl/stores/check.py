"""Checks a store by the tap's own check, called in this process, step by step as they end.

The only module of the console that imports the tap's check, and only when one begins: that takes a second.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator, Mapping
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from pimctl.stores.registry import SECRETS
from pimctl.stores.store import Credentials

if TYPE_CHECKING:
    from tap_woo_pim.store.check import CheckStep


def warm_up() -> None:
    """Load the tap in the background, while somebody is typing."""
    threading.Thread(target=_load, daemon=True).start()


def check(settings: Mapping[str, Any], credentials: Credentials | None) -> Generator[CheckStep, None, None]:
    """Check a store, and yield each step when it has ended.

    The check passed when no step's outcome is ``failed``; its last step then tells the store that was found.

    Args:
        settings: Settings of the tap, as in meltano.yml.
        credentials: What opens the store; None where it is missing, which fails.
    """
    _load()
    from tap_woo_pim.store.check import check_store  # noqa: PLC0415

    secrets = dict(zip(SECRETS, astuple(credentials), strict=True)) if credentials else {}
    yield from check_store({**settings, **secrets})


def _load() -> None:
    import tap_woo_pim.store.check  # noqa: F401, PLC0415

    logging.getLogger("tap-woo-pim").setLevel(logging.CRITICAL)  # what it would warn of is in the steps
