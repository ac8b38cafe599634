"""What is written comes out whole, in order and as UTF-8, whatever standard output is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tap_woo_pim.records.writer import BUFFER_BYTES, widened

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("is_buffered", [True, False])
def test_a_file_gets_a_large_buffer(is_buffered: bool, tmp_path: Path) -> None:
    path = tmp_path / "messages"
    with io.FileIO(path, "w") as raw:
        # Without a buffer, as PYTHONUNBUFFERED makes it, text goes to the file itself.
        narrow = io.TextIOWrapper(io.BufferedWriter(raw) if is_buffered else raw, "latin-1")
        narrow.write("first\n")
        wide = widened(narrow)
        wide.buffer.write(b"a" * (BUFFER_BYTES // 2))
        assert path.read_bytes() == b"first\n"
        wide.write("später €\n")
        wide.flush()
    assert path.read_bytes() == b"first\n" + b"a" * (BUFFER_BYTES // 2) + "später €\n".encode()


def test_what_is_no_file_stays_as_it_is() -> None:
    for stream in (io.StringIO(), io.TextIOWrapper(io.BytesIO())):
        assert widened(stream) is stream
