"""The lists of columns know every field that the recorded stores send, and none that no store ever fills."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from demo_store import PROFILES, Store
from tap_woo_pim.records.shaper import Shaper
from tap_woo_pim.streams import STREAMS
from tests.support import expected_rows, served_rows

pytestmark = pytest.mark.unit

NEVER_FILLED_IN_THE_RECORDINGS = {
    "products": {"cost_of_goods_sold"},  # the feature is off in the recorded stores
    "product_variations": {"cost_of_goods_sold", "low_stock_amount"},
}
COLUMNS = {stream.name: stream.columns for stream in STREAMS if stream.name in served_rows.STREAM_KINDS}


def recorded_rows(stream: str) -> list[dict[str, Any]]:
    return [row for version in PROFILES for row in expected_rows.rows(Store.recorded(version), stream)]


@pytest.mark.parametrize("stream", sorted(served_rows.STREAM_KINDS))
def test_every_field_of_the_recorded_rows_has_a_column_that_fits(stream: str) -> None:
    selected = {"extra_fields", *(column.name for column in COLUMNS[stream])}
    shaper = Shaper(COLUMNS[stream], selected, {}, Counter())
    beside: Counter[str] = Counter()
    filled: set[str] = set()
    for row in recorded_rows(stream):
        record = shaper.shape(row)
        beside.update(record["extra_fields"] or {})
        filled |= {name for name, value in record.items() if value is not None}

    assert not beside
    assert {column.name for column in COLUMNS[stream]} - filled == NEVER_FILLED_IN_THE_RECORDINGS.get(stream, set())
