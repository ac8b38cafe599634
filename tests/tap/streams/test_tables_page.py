"""The page on the tables is what the streams declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from tap_woo_pim.streams.__main__ import PAGE, page

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]


def test_the_page_on_tables_is_what_the_streams_declare() -> None:
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written == page(written), "Run python -m tap_woo_pim.streams --write"


def test_a_page_without_a_place_for_the_tables_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        page("# Tables\n")
