"""Words of the demonstration's end: what arrived, what the model makes of it, and what to do next."""

from __future__ import annotations

from pathlib import Path

from pimctl.demo.model_figures import ModelFigures
from pimctl.stores.store import component_of

Counts = dict[str, int]

NEXT_STEPS = """
Every row of the chosen components is in the PIM database, and the model is built on them. Next:

  . {activate}                   # once in each terminal

  look at the data         pimctl db shell
                           select sku, name, stores, differences from pim.master_products limit 10;
                           select store_id, sku, severity, message from pim.health_checks limit 10;

  connect your own store   pimctl stores add mine --url https://store.example
  look at all of them      pimctl status
  all of it in a browser   pimctl console
  sync them by the clock   pimctl schedule mine --every 1h
  take the samples away    pimctl stores remove us --purge
                           pimctl stores remove eu --purge

  stop the database        pimctl db stop      (its data stays)
"""


def cell(number: int | None) -> str:
    """Return a count as it stands in the table."""
    return "-" if number is None else f"{number:,}"


def chosen(served: Counts, components: list[str]) -> Counts:
    """Return the counts of those streams alone whose component is chosen."""
    return {stream: count for stream, count in served.items() if component_of(stream) in components}


def table(served: dict[str, Counts], arrived: dict[str, Counts]) -> str:
    """Return the table of rows by stream and store.

    Args:
        served: Rows that each store hands out: ``{store_id: {stream: rows}}``.
        arrived: Rows that landed: ``{stream: {store_id: rows}}``.
    """
    stores = list(served)
    rows = [["table", *(f"{store} {place}" for store in stores for place in ("store", "landed"))]]
    for stream in sorted(arrived):
        cells = [cell(count) for store in stores for count in (served[store].get(stream), arrived[stream].get(store))]
        rows.append([f"woo.{stream}", *cells])
    return aligned(rows)


def model(figures: ModelFigures, stores: list[str]) -> str:
    """Return what the PIM model tells of some stores, and of all of them together."""
    own = [figures.stores[store] for store in stores]
    rows = [
        ["PIM model", *stores],
        ["live products", *(cell(store.products) for store in own)],
        ["live variations", *(cell(store.variations) for store in own)],
        ["health: errors", *(cell(store.errors) for store in own)],
        ["health: warnings", *(cell(store.warnings) for store in own)],
        ["health score of 100", *("-" if store.score is None else str(store.score) for store in own)],
    ]
    return (
        f"{aligned(rows)}\n\n{figures.skus:,} SKUs are master products: "
        f"{figures.shared:,} in several stores, which disagree about {figures.disputed:,} of them."
    )


def aligned(rows: list[list[str]]) -> str:
    """Return rows as lines, the first of them a heading, all columns but the first to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        row[0].ljust(widths[0])
        + "".join(f"  {value:>{width + 2}}" for value, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)


def differences(served: dict[str, Counts], arrived: dict[str, Counts]) -> list[str]:
    """Return a sentence for each stream whose landed rows differ in number from those that the store serves."""
    return [
        f"{store}: {landed} rows of {stream} landed, the store has {count}"
        for store, counts in served.items()
        for stream, count in counts.items()
        if (landed := arrived.get(stream, {}).get(store, 0)) != count
    ]


def next_steps(activate: Path) -> str:
    """Return the commands a user would want next."""
    return NEXT_STEPS.format(activate=activate)
