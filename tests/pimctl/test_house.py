"""meltano.yml and the pins agree with the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.pimctl.conftest import CHECKOUT

pytestmark = pytest.mark.unit


def meltano() -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / "meltano.yml").read_text(encoding="utf-8")))


def test_instances_jobs_and_schedules_belong_together() -> None:
    project = meltano()
    jobs = {job["name"]: job["tasks"] for job in project["jobs"]}
    instances = {plugin["name"]: plugin for plugin in project["plugins"]["extractors"][1:]}

    assert all(plugin["inherit_from"] == "tap-woo-pim" for plugin in instances.values())
    for name, plugin in instances.items():
        store_id = plugin["config"]["store_id"]
        assert name == f"tap-woo-pim--{store_id}"
        assert jobs[f"sync-{store_id}"] == [f"pim-db:start {name} target-postgres dbt-postgres:build"]
        assert any(name in task for task in jobs["sync-all"])
        assert not {"consumer_key", "consumer_secret"} & plugin["config"].keys()
    assert [task.endswith(" dbt-postgres:build") for task in jobs["sync-all"]] == [False, True], "once, at the end"
    assert {schedule["name"]: schedule["job"] for schedule in project["schedules"]} == {
        "nightly-us": "sync-us",
        "nightly-eu": "sync-eu",
    }


def test_pins_are_exact_and_name_no_index() -> None:
    for path in sorted((CHECKOUT / "requirements").glob("*.txt")):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"[a-z0-9-]+(\[[a-z0-9,]+\])?==[^\s;]+( ; .+)?", line), f"{path.name}: {line}"
