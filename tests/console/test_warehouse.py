"""The pages say why the database does not answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from pimctl.console.warehouse import DatabaseUnavailable, Warehouse
from pimctl.project import Project

pytestmark = pytest.mark.unit


def test_first_line_of_the_drivers_error_is_told_which_has_the_cause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIM_DATABASE_URL", "postgresql://nobody:hidden@127.0.0.1:1/none")

    with pytest.raises(DatabaseUnavailable) as caught, Warehouse(Project(tmp_path)).open():
        pass

    told = str(caught.value)
    assert told.startswith("The PIM database does not answer: connection failed: connection to server at")
    assert told.endswith("Connection refused")
