"""A setting is declared once: every file that repeats a setting says the same as the declaration."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tap_woo_pim.config.__main__ import DEFINITION, LOCK, PAGE, PROJECT, files
from tap_woo_pim.config.settings import SECRET_SETTINGS, SETTINGS

ROOT = Path(__file__).parents[3]
WRITE = "Run python -m tap_woo_pim.config --write."


def definitions() -> dict[str, Any]:
    project = YAML(typ="safe").load((ROOT / PROJECT).read_text("utf-8"))
    return {
        "project": next(one for one in project["plugins"]["extractors"] if one["name"] == "tap-woo-pim"),
        "definition": YAML(typ="safe").load((ROOT / DEFINITION).read_text("utf-8")),
        "lock": json.loads((ROOT / LOCK).read_text("utf-8")),
    }


def about() -> Any:
    command = [sys.executable, "-m", "tap_woo_pim", "--about", "--format=json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout)


def test_files_are_as_the_declaration_writes_them() -> None:
    assert {path for path, text in files(ROOT).items() if (ROOT / path).read_text("utf-8") != text} == set(), WRITE


def test_all_plugin_definitions_have_the_settings_and_capabilities_that_about_tells() -> None:
    told = about()
    for definition in definitions().values():
        settings = {setting["name"]: setting for setting in definition["settings"]}
        assert list(settings) == list(told["settings"]["properties"])[: len(settings)] == list(SETTINGS)
        assert {name for name, setting in settings.items() if setting.get("sensitive")} == set(SECRET_SETTINGS)
        for name, setting in settings.items():
            described = told["settings"]["properties"][name]
            assert setting["label"] == described["title"]
            assert setting["description"].startswith(described["description"])
            assert bool(setting.get("sensitive")) == described.get("secret", False)
        assert sorted(definition["capabilities"]) == sorted(told["capabilities"])
        assert definition["settings_group_validation"] == [told["settings"]["required"]]


def test_only_the_settings_of_the_tap_are_rewritten(tmp_path: Path) -> None:
    for path in (PROJECT, DEFINITION, LOCK, PAGE):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / path).read_text("utf-8")
        (tmp_path / path).write_text(text.replace("Timeout in seconds", "Old").replace("Rows per request", "Old"))
    written = files(tmp_path)
    assert {path: text == (ROOT / path).read_text("utf-8") for path, text in written.items()} == dict.fromkeys(
        written, True
    )
