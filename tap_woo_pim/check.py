"""Checks a shop before anything is read from it: every step and every component, each with its cause and remedy."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tap_woo_pim.causes import NO_RIGHTS, NO_RIGHTS_AT_ALL
from tap_woo_pim.errors import PassingError, ShopError
from tap_woo_pim.exchange import Answer
from tap_woo_pim.prefetch import in_order, result_of
from tap_woo_pim.shop import ALL, Shop

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
        failing: why a component could not be read just now.
    """

    trouble: ShopError | PassingError | None = None
    rows: dict[str, int | None] = field(default_factory=dict)
    refused: dict[str, ShopError] = field(default_factory=dict)
    failing: dict[str, PassingError] = field(default_factory=dict)

    def failure(self, shop: Shop, *, counts_passing: bool = False) -> Exception | None:
        """Give the error of a check that failed, with one sentence that names the components.

        Args:
            shop: the shop.
            counts_passing: whether what may pass is a failure too; a sync goes on to the reading, which tries again.
        """
        errors: dict[str, ShopError | PassingError] = {**self.refused, **(self.failing if counts_passing else {})}
        if self.trouble is not None or not errors:
            return self.trouble
        first = next(iter(errors.values()))
        # One cause is told; components that have another are named by the next check.
        names = ", ".join(name for name, error in errors.items() if error.cause is first.cause)
        return ShopError(shop.client.place(names), first.cause, **first.details)


def check(shop: Shop, probes: Iterable[Probe]) -> Report:
    """Check a shop. The request that finds the way in is also the probe of products and the look at the shop's clock.

    Args:
        shop: the shop.
        probes: one for each component that is to be read; taken when the way in is found.
    """
    report = Report()
    try:
        products = shop.way_in.products
        probes = list(probes)
    except (ShopError, PassingError) as error:
        report.trouble = error
        return report
    calls = (partial(_look, shop, probe, products) for probe in probes)
    ahead = shop.settings.max_concurrency - 1
    for probe, found in zip(probes, in_order(shop.client.executor, calls, ahead), strict=True):
        answer = result_of(found)
        if isinstance(answer, ShopError):
            report.refused[probe.component] = answer
        elif isinstance(answer, PassingError):
            report.failing[probe.component] = answer
        else:
            report.rows[probe.component] = answer.total
    causes = {error.cause for error in report.refused.values()}
    if causes == {NO_RIGHTS} and not report.rows and not report.failing:
        report.trouble = ShopError(shop.client.place(ALL), NO_RIGHTS_AT_ALL)
    return report


def _look(shop: Shop, probe: Probe, products: Answer | ShopError) -> Answer | ShopError | PassingError:
    """Ask for one row, or tell why the shop gives none."""
    if probe.answer is None and probe.path == shop.path("products") and "context" not in probe.params:
        part = probe.params.keys() - {"_fields"}
        # The parents of variations, for instance, take the same rights; they are as many as nobody counted.
        return replace(products, total=None) if part and isinstance(products, Answer) else products
    params = {**probe.params, "per_page": 1}
    try:
        if probe.answer is not None:
            return result_of(probe.answer)
        return shop.look(probe.path, params, about=probe.component)
    except ShopError as error:
        return error
    except PassingError as error:
        logger.warning("%s", error)
        return error
