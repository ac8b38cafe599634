"""meltano.yml, the pins and the README agree with the code."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tap_woo_pim.config.declaration import CONFIG_JSONSCHEMA
from tap_woo_pim.streams import STREAMS
from tests.pimctl.conftest import CHECKOUT

pytestmark = pytest.mark.unit

KINDS = {"object": {"object"}, "string": {"string", "file", "date_iso8601"}}
"""Kinds of Meltano by type. All others are texts there, read by the tap: Meltano does not say which one is wrong."""


def meltano() -> dict[str, Any]:
    return dict(yaml.safe_load((CHECKOUT / "meltano.yml").read_text(encoding="utf-8")))


def test_meltano_declares_the_settings_of_the_tap() -> None:
    declared = {setting["name"]: setting for setting in meltano()["plugins"]["extractors"][0]["settings"]}
    own = {
        name: schema
        for name, schema in CONFIG_JSONSCHEMA["properties"].items()
        if not name.startswith(("stream_map", "flattening_", "faker_"))
    }

    assert declared.keys() == own.keys()
    for name, schema in own.items():
        (kind,) = (
            {kind for kind in schema["type"] if kind != "null"}
            if isinstance(schema["type"], list)
            else {schema["type"]}
        )
        assert declared[name]["kind"] in KINDS.get(kind, {"string"})
        assert declared[name]["description"]
        assert declared[name].get("sensitive", False) == schema.get("secret", False)


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


def test_readme_lists_every_stream_with_its_component_and_every_setting() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")

    streams: dict[str, str | None] = {vars(stream)["name"]: stream.component for stream in STREAMS}
    for name, component in streams.items():
        assert re.search(rf"^\| `{name}` \| {component or 'always'} \|", readme, re.MULTILINE), name
    for setting in meltano()["plugins"]["extractors"][0]["settings"]:
        assert f"`{setting['name']}`" in readme, setting["name"]
