"""The pages of data quality: scores by store and over time, findings by check, and the list behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from starlette.routing import Route

from pimctl.console.listing import Listing, csv_response, read_part
from pimctl.console.pages import page
from pimctl.console.texts import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from pimctl.console.warehouse import Reader, Row, Warehouse

MODEL = ("pim.health_summary", "pim.health_checks", "pim.checks", "pim.stores")
HISTORY = "pim.health_history"
POINTS = 60
FILTERS = ("store", "check", "severity")
RANK = "array_position(array['error', 'warning', 'info'], h.severity)"
SORTS = {"severity": RANK, "check": "h.check_name", "sku": "h.sku", "product": "h.product_name", "store": "h.store_id"}

STORES = """
select s.store_id, s.name, max(h.store_score) as score, coalesce(sum(h.errors), 0)::bigint as errors,
    coalesce(sum(h.warnings), 0)::bigint as warnings, coalesce(sum(h.infos), 0)::bigint as infos, s.synced_at
from pim.stores as s left join pim.health_summary as h using (store_id)
group by s.store_id, s.name, s.synced_at order by s.store_id
"""
CHECKS = """
select check_name, min(description) as description, sum(findings)::bigint as findings, sum(errors)::bigint as errors,
    sum(warnings)::bigint as warnings, sum(infos)::bigint as infos, jsonb_object_agg(store_id, findings) as by_store
from pim.health_summary where (%(store)s = '' or store_id = %(store)s)
group by check_name
order by sum(errors) * 5 + sum(warnings) desc, sum(findings) desc, check_name
"""
SCORES = f"""
select store_id, built_at, score from (
    select store_id, built_at, score, row_number() over (partition by store_id order by built_at desc) as place
    from {HISTORY} where score is not null
) as numbered where place <= {POINTS} order by store_id, built_at
"""
FINDINGS = """
from pim.health_checks as h left join pim.stores as s using (store_id)
where (%(store)s = '' or h.store_id = %(store)s) and (%(check)s = '' or h.check_name = %(check)s)
    and (%(severity)s = '' or h.severity = %(severity)s)
    and (%(q)s = '' or h.sku ilike %(pattern)s or h.product_name ilike %(pattern)s or h.message ilike %(pattern)s)
"""


class Health:
    """The pages of data quality.

    Args:
        warehouse: The PIM database.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def routes(self) -> list[Route]:
        """Return the addresses of these pages."""
        return [
            Route("/health", self.overview),
            Route("/health/findings", self.list),
            Route("/health/findings.csv", self.export),
        ]

    def overview(self, request: Request) -> Response:
        """Show scores and findings by check."""
        listing = Listing.of(request, ("store",), ("check",))
        with self._warehouse.open() as reader:
            if not reader.has(*MODEL):
                return page(request, "empty.html", title=_("Health"), section="health")
            return page(request, "health.html", listing=listing, **summary(reader, listing.filters["store"]))

    def list(self, request: Request) -> Response:
        """Show a page of findings."""
        listing = Listing.of(request, FILTERS, SORTS)
        with self._warehouse.open() as reader:
            if not reader.has(*MODEL):
                return page(request, "empty.html", title=_("Findings"), section="health")
            part = read_part(reader, listing, "h.*, s.url as site_url", FINDINGS, order(listing))
            checks, names = reader.checks(), reader.store_names()
        about = checks.get(listing.filters["check"])
        return page(request, "findings.html", part=part, listing=listing, checks=checks, names=names, about=about)

    def export(self, request: Request) -> Response:
        """Send all findings of the filtered list as CSV."""
        listing = Listing.of(request, FILTERS, SORTS)

        def rows() -> Iterator[Row]:
            with self._warehouse.open() as reader:
                columns = (
                    "h.store_id, h.sku, h.product_id, h.product_name, h.check_name, h.subject, h.severity, h.message"
                )
                yield from reader.stream(f"select {columns} {FINDINGS} {order(listing)}", listing.values)

        return csv_response("findings", rows())


def order(listing: Listing) -> LiteralString:
    """Return the order of the findings; those with the same value keep one order too."""
    direction = "desc" if listing.descending else "asc"
    return f"order by {SORTS[listing.sort]} {direction} nulls last, h.check_name, h.store_id, h.product_id, h.subject"


def summary(reader: Reader, store: str) -> dict[str, Any]:
    """Return what the overview shows.

    Args:
        reader: The database.
        store: Only this store; all where it is empty.
    """
    checks = reader.rows(CHECKS, {"store": store})
    most = max((row["findings"] for row in checks), default=0)
    stores = reader.rows(STORES)
    return {
        "stores": stores,
        "names": reader.store_names(),
        "found": [row for row in checks if row["findings"]],
        "clean": [row for row in checks if not row["findings"]],
        "most": most,
        "curves": curves(reader.rows(SCORES)) if reader.has(HISTORY) else [],
    }


def curves(points: list[Row]) -> list[dict[str, Any]]:
    """Return the score of each store over time, as points of a drawing 100 wide and 30 high.

    The scale is that of the store's own scores, so that a small rise can be seen; the numbers stand beside it.
    """
    stores: dict[str, list[Row]] = {}
    for point in points:
        stores.setdefault(point["store_id"], []).append(point)
    drawn = []
    for store, own in stores.items():
        scores = [float(point["score"]) for point in own]
        low, high = min(scores), max(scores)
        span = max(high - low, 1.0)
        step = 100 / max(len(own) - 1, 1)
        line = [(round(i * step, 2), round(27 - 24 * (score - low) / span, 2)) for i, score in enumerate(scores)]
        drawn.append(
            {
                "store": store,
                "line": " ".join(f"{x},{y}" for x, y in line),
                "end": line[-1],
                "first": own[0],
                "last": own[-1],
                "builds": len(own),
            }
        )
    return drawn
