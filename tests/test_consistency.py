"""Streams have files and names of their own."""

from __future__ import annotations

import pytest

from tap_woo_pim.streams import STREAMS

pytestmark = pytest.mark.unit


def test_no_two_streams_share_a_file_or_a_name() -> None:
    assert len({stream.name for stream in STREAMS}) == len(STREAMS)
    files = {stream.__module__.rsplit(".", 1)[1]: stream.name for stream in STREAMS}
    assert all(file == name for file, name in files.items())
