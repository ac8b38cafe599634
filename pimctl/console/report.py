"""Writes the health page as one file that can be sent: no script, no picture, no address of the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from pimctl.console import health
from pimctl.console.pages import STATIC, TEMPLATES
from pimctl.console.texts import _
from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from pimctl.console.warehouse import Warehouse

EXAMPLES = 20
LISTED = f"""
select * from (
    select h.*, row_number() over (partition by check_name order by {health.RANK}, store_id, sku, product_id) as place
    from pim.health_checks as h
) as numbered where place <= {EXAMPLES} order by check_name, place
"""


def report_html(warehouse: Warehouse) -> str:
    """Return the report.

    Raises:
        PimctlError: No model was built in the database yet.
        DatabaseUnavailable: It cannot be read.
    """
    with warehouse.open() as reader:
        if not reader.has(*health.MODEL):
            raise PimctlError(_("There is nothing to report: no store has been synced into this PIM database yet."))
        values = health.summary(reader, "")
        examples: dict[str, list[dict[str, object]]] = {}
        for row in reader.rows(LISTED):
            examples.setdefault(row["check_name"], []).append(row)
    style = (STATIC / "console.css").read_text(encoding="utf-8")
    return TEMPLATES.get_template("report.html").render(
        **values, examples=examples, style=style, made_at=datetime.now(UTC), most_examples=EXAMPLES
    )


def download(warehouse: Warehouse) -> HTMLResponse:
    """Return the report as a file to save."""
    headers = {"Content-Disposition": 'attachment; filename="health-report.html"'}
    return HTMLResponse(report_html(warehouse), headers=headers)
