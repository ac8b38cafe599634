"""Checks a shop before anything is read from it: every step and every component, each with its cause and remedy."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from singer_sdk.exceptions import RetriableAPIError

from tap_woo_pim.causes import NO_RIGHTS, NO_RIGHTS_AT_ALL, Step
from tap_woo_pim.client import Answer
from tap_woo_pim.errors import PassingError, ShopError
from tap_woo_pim.prefetch import in_order, result_of
from tap_woo_pim.shop import ALL, Shop

STEPS = tuple(step for step in Step if step is not Step.COMPONENTS)

logger = logging.getLogger("tap-woo-pim")


@dataclass(frozen=True)
class Probe:
    """What shows whether a component can be read.

    Attributes:
        component: the sync component.
        stream: the stream whose list it is.
        path: a list's path below the API root.
        params: the list's parameters.
        answer: the answer to come where the list is asked for already, since it is read next.
    """

    component: str
    stream: str
    path: str
    params: Mapping[str, Any]
    answer: Future[Answer] | None = None


@dataclass
class Report:
    """The result of a check.

    Attributes:
        trouble: why the shop as a whole cannot be read; None when it can.
        rows: the number of rows of each component that can be read, None where the shop does not say.
        refused: why a component cannot be read.
    """

    trouble: ShopError | PassingError | None = None
    rows: dict[str, int | None] = field(default_factory=dict)
    refused: dict[str, ShopError] = field(default_factory=dict)

    def lines(self) -> Iterator[tuple[bool, str]]:
        """Yield each step and component that was looked at: whether it is well, and the line that says so."""
        for step in STEPS:
            if self.trouble is not None and step is self._failed_step:
                yield False, f"{step}: {self.trouble.cause.sentence(**self.trouble.details)}"
                return
            yield True, str(step)
        for component, rows in self.rows.items():
            yield True, component if rows is None else f"{component}: {rows:,} rows"
        for component, error in self.refused.items():
            yield False, f"{component}: {error.cause.sentence(**error.details)}"

    def failure(self, shop: Shop) -> Exception | None:
        """Give the error of a check that failed, with one sentence that names the components."""
        if self.trouble is not None or not self.refused:
            return self.trouble
        if not self.rows and all(error.cause is NO_RIGHTS for error in self.refused.values()):
            return ShopError(shop.client.place(ALL), NO_RIGHTS_AT_ALL)
        first, *others = dict.fromkeys(error.cause for error in self.refused.values())
        names = {
            cause: ", ".join(name for name, error in self.refused.items() if error.cause is cause)
            for cause in (first, *others)
        }
        # One cause is told; components that have another are named by the next check.
        details = next(error.details for error in self.refused.values() if error.cause is first)
        return ShopError(shop.client.place(names[first]), first, **details)

    @property
    def _failed_step(self) -> Step:
        assert self.trouble is not None
        step = self.trouble.cause.step
        return step if step in STEPS else Step.REST_API


def check(shop: Shop, probes: Iterable[Probe]) -> Report:
    """Check a shop. The request that finds the way in is also the probe of products and the look at the shop's clock.

    Args:
        shop: the shop.
        probes: one for each component that is to be read; taken when the way in is found.
    """
    report = Report()
    try:
        products = shop.way_in.products
    except (ShopError, PassingError) as error:
        report.trouble = error
        return report
    probes = list(probes)
    calls = (partial(_look, shop, probe, products) for probe in probes)
    ahead = shop.settings.max_concurrency - 1
    for probe, found in zip(probes, in_order(shop.client.executor, calls, ahead), strict=True):
        answer = result_of(found)
        if isinstance(answer, ShopError):
            report.refused[probe.component] = answer
        else:
            report.rows[probe.component] = answer.total if answer else None
    return report


def _look(shop: Shop, probe: Probe, products: Answer | ShopError) -> Answer | ShopError | None:
    """Ask for one row; None when the shop failed, which says nothing of rights and may pass until the row is read."""
    if probe.answer is None and probe.path == shop.path("products") and "context" not in probe.params:
        part = probe.params.keys() - {"_fields"}
        # The parents of variations, for instance, take the same rights; they are as many as nobody counted.
        return replace(products, total=None) if part and isinstance(products, Answer) else products
    params = {**probe.params, "per_page": 1}
    try:
        if probe.answer is not None:
            return result_of(probe.answer)
        return shop.get(probe.path, params, about=probe.component, tries=1)
    except ShopError as error:
        return error
    except RetriableAPIError as error:
        logger.warning("%s", error)
        return None
