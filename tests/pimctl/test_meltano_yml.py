"""meltano.yml and the pins agree with the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from pimctl.stores.operations import PAUSED
from pimctl.stores.registry import job_tasks
from tests.pimctl.conftest import CHECKOUT

pytestmark = pytest.mark.unit


def meltano() -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / "meltano.yml").read_text(encoding="utf-8")))


def test_a_fresh_checkout_has_no_store_and_all_blocks_of_the_jobs_that_pimctl_writes() -> None:
    project = meltano()
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
