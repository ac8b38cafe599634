"""What a killed run left is removed by the next one, however soon that begins; the processes are real."""

from __future__ import annotations

import os
import subprocess
import sys

from pimctl.project import Project
from pimctl.stores import meltano_runs, operations
from pimctl.stores.operations import Draft
from pimctl.stores.store import Credentials
from tests.pimctl.conftest import CHECKOUT

CLEAR = """\
from pimctl.project import Project
from pimctl.stores import meltano_runs
print(*meltano_runs.clear_dead(Project.find()))
"""
MELTANO = """#!/bin/sh
"$PYTHON" -c "$CLEAR"
read end
"""


def test_run_that_begins_within_a_second_of_a_kill_removes_what_was_left(pim_project: Project) -> None:
    """Boot time is known to the second, so by its start the new run may seem to have been there before."""
    store = operations.add(pim_project, Draft("eu", "https://store.example", Credentials("ck_1", "cs_1")))
    left = pim_project.root / ".meltano" / "run" / store.extractor / "tap.1.config.json"
    left.parent.mkdir(parents=True)
    meltano = pim_project.root / "meltano"
    meltano.write_text(MELTANO, encoding="utf-8")
    meltano.chmod(0o755)
    variables = {"PYTHON": sys.executable, "CLEAR": CLEAR, "PYTHONPATH": str(CHECKOUT)}

    left.write_text("{}", encoding="utf-8")
    with subprocess.Popen(
        [meltano, "run", store.extractor],
        cwd=pim_project.root,
        encoding="utf-8",
        env={**os.environ, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == "Removed 1 configuration left by a killed run.\n", "the run is above it"
        assert not left.exists()
        left.write_text("{}", encoding="utf-8")
        assert meltano_runs.clear_dead(pim_project) == [], "it may be that of the run, which is not above this process"
        assert left.exists()
