"""Checks a store before anything is read from it: every step and every component, each with its cause and remedy."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from tap_woo_pim.exceptions import PassingError, StoreError
from tap_woo_pim.http.diagnoses import NO_RIGHTS, NO_RIGHTS_AT_ALL
from tap_woo_pim.http.models import Answer
from tap_woo_pim.http.prefetch import in_order, result_of
from tap_woo_pim.store.connection import ALL, Store

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
        trouble: why the store as a whole cannot be read; None when it can.
        rows: the number of rows of each component that can be read, None where the store does not say.
        refused: why a component cannot be read.
        failing: why a component could not be read just now.
    """

    trouble: StoreError | PassingError | None = None
    rows: dict[str, int | None] = field(default_factory=dict)
    refused: dict[str, StoreError] = field(default_factory=dict)
    failing: dict[str, PassingError] = field(default_factory=dict)

    def failure(self, store: Store, *, counts_passing: bool = False) -> Exception | None:
        """Give the error of a check that failed, with one sentence that names the components.

        Args:
            store: the store.
            counts_passing: whether what may pass is a failure too; a sync goes on to the reading, which tries again.
        """
        errors: dict[str, StoreError | PassingError] = {**self.refused, **(self.failing if counts_passing else {})}
        if self.trouble is not None or not errors:
            return self.trouble
        first = next(iter(errors.values()))
        # One cause is told; components that have another are named by the next check.
        names = ", ".join(name for name, error in errors.items() if error.cause is first.cause)
        return StoreError(store.client.place(names), first.cause, **first.details)


def check(store: Store, probes: Iterable[Probe]) -> Report:
    """Check a store. The request that finds the way in is also the probe of products and the look at the store's clock.

    Args:
        store: the store.
        probes: one for each component that is to be read; taken when the way in is found.
    """
    report = Report()
    try:
        products = store.way_in.products
        probes = list(probes)
    except (StoreError, PassingError) as error:
        report.trouble = error
        return report
    calls = (partial(_look, store, probe, products) for probe in probes)
    ahead = store.settings.max_concurrency - 1
    for probe, found in zip(probes, in_order(store.client.executor, calls, ahead), strict=True):
        answer = result_of(found)
        if isinstance(answer, StoreError):
            report.refused[probe.component] = answer
        elif isinstance(answer, PassingError):
            report.failing[probe.component] = answer
        else:
            report.rows[probe.component] = answer.total
    causes = {error.cause for error in report.refused.values()}
    if causes == {NO_RIGHTS} and not report.rows and not report.failing:
        report.trouble = StoreError(store.client.place(ALL), NO_RIGHTS_AT_ALL)
    return report


def _look(store: Store, probe: Probe, products: Answer | StoreError) -> Answer | StoreError | PassingError:
    """Ask for one row, or tell why the store gives none."""
    if probe.answer is None and probe.path == store.path("products") and "context" not in probe.params:
        part = probe.params.keys() - {"_fields"}
        # The parents of variations, for instance, take the same rights; they are as many as nobody counted.
        return replace(products, total=None) if part and isinstance(products, Answer) else products
    params = {**probe.params, "per_page": 1}
    try:
        if probe.answer is not None:
            return result_of(probe.answer)
        return store.look(probe.path, params, about=probe.component)
    except StoreError as error:
        return error
    except PassingError as error:
        logger.warning("%s", error)
        return error
