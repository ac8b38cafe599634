"""Formats the steps of a check for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from tap_woo_pim.store.check import CheckStep, Outcome, StoreFound

MARKS = {Outcome.PASSED: "\N{CHECK MARK}", Outcome.FAILED: "\N{BALLOT X}", Outcome.SKIPPED: "?"}


def lines(step: CheckStep) -> Iterator[str]:
    """Yield the line of a step; for the last step, those that describe the store."""
    if step.found is not None:
        yield from _store_lines(step.found)
        return
    text = f"{MARKS[step.outcome]} {step.name}"
    if step.outcome is Outcome.FAILED:
        text += f": {step.message}. {step.remedy}"
    elif step.outcome is Outcome.SKIPPED:
        text += f": not checked, since {step.message}"
    elif step.rows is not None:
        text += f": {step.rows:,} row{'' if step.rows == 1 else 's'}"
    yield text


def _store_lines(found: StoreFound) -> Iterator[str]:
    yield "Row counts are the store's own; a sync also brings the products and variations in the trash."
    yield f"Store: {found.name} ({found.url})"
    yield f"WooCommerce {found.woocommerce_version or '?'}, WordPress {found.wordpress_version or '?'}"
    yield f"Currency {found.currency or '?'}, units {found.weight_unit or '?'} and {found.dimension_unit or '?'}"
    yield f"Time zone {found.time_zone}, its clock says {found.clock}"
    yield f"Read by {found.namespace}, authentication method {found.auth_method}"
    yield from (f"Better: {advice}" for advice in found.advice)
