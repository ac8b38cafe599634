"""meltano.yml and the pins agree with the code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from pimctl.stores.operations import PAUSED
from pimctl.stores.registry import job_tasks
from tests.pimctl.conftest import CHECKOUT
from tests.support.meltano_project import forget_stores

pytestmark = pytest.mark.unit


def test_a_fresh_checkout_has_no_store_and_all_blocks_of_the_jobs_that_pimctl_writes(tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / "meltano.yml", tmp_path)
    forget_stores(tmp_path)
    project = yaml.safe_load((tmp_path / "meltano.yml").read_text(encoding="utf-8"))
    names = {plugin["name"] for kind in project["plugins"].values() for plugin in kind}

    assert [plugin["name"] for plugin in project["plugins"]["extractors"]] == ["tap-woo-pim"]
    assert not {"jobs", "schedules"} & project.keys()
    (task,) = job_tasks("tap-woo-pim")
    commands = {plugin["name"]: plugin.get("commands", {}) for plugin in project["plugins"]["utilities"]}
    for block in (*task.split(), PAUSED):
        name, _, command = block.partition(":")
        assert name in names
        assert not command or command in commands[name]


def test_pins_are_exact_and_name_no_index() -> None:
    for path in sorted((CHECKOUT / "requirements").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,]+\])?==[^\s;]+( ; .+)?", line), f"{path.name}: {line}"
