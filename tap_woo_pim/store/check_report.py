"""Puts the result of a check into lines: each step and component, and the store that was reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tap_woo_pim.exceptions import PassingError, StoreError
from tap_woo_pim.http.diagnoses import Step
from tap_woo_pim.store.check import Report
from tap_woo_pim.store.connection import Store
from tap_woo_pim.sync.context import Run

TICK, CROSS, UNKNOWN = "\N{CHECK MARK}", "\N{BALLOT X}", "?"
STEPS = tuple(step for step in Step if step is not Step.COMPONENTS)


def lines(report: Report, store: Store) -> Iterator[str]:
    """Yield a line for each step and component that was looked at, with a mark that says whether it is well."""
    trouble = report.trouble
    for step in STEPS:
        if trouble is not None and step is (trouble.cause.step if trouble.cause.step in STEPS else Step.REST_API):
            yield f"{CROSS} {step}: {trouble.cause.sentence(**trouble.details)}"
            return
        unseen = _why_unseen(store) if step is Step.TLS else None
        yield f"{TICK} {step}" if unseen is None else f"{UNKNOWN} {step}: not checked, since {unseen}"
    for component, rows in report.rows.items():
        yield f"{TICK} {component}" if rows is None else f"{TICK} {component}: {rows:,} row{'' if rows == 1 else 's'}"
    errors: dict[str, StoreError | PassingError] = {**report.refused, **report.failing}
    for component, error in errors.items():
        yield f"{CROSS} {component}: {error.cause.sentence(**error.details)}"


def _why_unseen(store: Store) -> str | None:
    """Tell why nobody looked at the store's certificate; None where somebody did."""
    if store.address.startswith("http://"):
        return "the store is reached over plain http"
    return None if store.settings.verify_tls else "verify_tls is off"


def store_lines(row: Mapping[str, Any], run: Run) -> Iterator[str]:
    """Describe the store that was reached, as far as the key may see it.

    Args:
        row: the row of the stream `stores`.
        run: the run.
    """
    yield "Rows are as the store counts them; a sync also brings the products and variations in its trash."
    yield f"Store: {row['name']} ({row['url']})"
    yield f"WooCommerce {row['woocommerce_version'] or '?'}, WordPress {row['wordpress_version'] or '?'}"
    yield f"Currency {row['currency'] or '?'}, units {row['weight_unit'] or '?'} and {row['dimension_unit'] or '?'}"
    yield f"Time zone {row['timezone_string'] or row['gmt_offset']}, its clock says {run.started_at}"
    yield f"Read by {row['api_namespace']}, authentication method {run.store.way_in.method}"
    yield from (f"Better: {advice}" for advice in (run.store.entrance.advice, run.store.way_in.advice) if advice)
