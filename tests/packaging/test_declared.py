"""What the project says of itself: its dependencies, and the Pythons that it runs on."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.support.environments import CHECKOUT, VERSIONS
from tests.support.project import EXTRAS, PROJECT, normalized

pytestmark = pytest.mark.unit

OWN = {"tap_woo_pim", "pimctl", "demo_store"}


def imported(folder: str, but: Path | None = None) -> set[str]:
    """The packages that the modules of a folder import, by their normalized names; the standard library left out."""
    modules: set[str] = set()
    for path in (CHECKOUT / folder).rglob("*.py"):
        if but is not None and path.is_relative_to(but):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {normalized(known[module][0]) for module in modules - set(sys.stdlib_module_names) - OWN}


def declared(*extras: str) -> set[str]:
    """The packages that the tap, or one with extras, declares; those of extras that an extra names included."""
    found = set(map(normalized, PROJECT["dependencies"]))
    for extra in extras:
        for requirement in EXTRAS[extra]:
            if nested := re.match(r"tap-woo-pim\[(.+)\]", requirement):
                found |= declared(*nested[1].split(","))
            else:
                found.add(normalized(requirement))
    return found


def test_the_tap_declares_every_package_that_it_imports_and_no_other() -> None:
    needed = imported("tap_woo_pim") | {"typing-extensions"}  # on Python 3.11 alone

    assert declared() == needed


@pytest.mark.parametrize(("folder", "extra"), [("pimctl", "pimctl"), ("demo_store", "demo")])
def test_each_extra_declares_every_package_that_its_code_imports(folder: str, extra: str) -> None:
    assert imported(folder, but=CHECKOUT / "pimctl" / "console") <= declared(extra)


def test_no_package_of_an_extra_is_a_dependency_of_the_tap() -> None:
    shared = {"msgspec"}  # the sample stores read JSON as the tap does

    assert declared() & {normalized(requirement) for extra in EXTRAS.values() for requirement in extra} <= {
        "tap-woo-pim",
        *shared,
    }


def test_classifiers_and_workflow_name_the_same_pythons() -> None:
    classified = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    workflow = yaml.safe_load((CHECKOUT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))

    assert tuple(classified) == VERSIONS
    assert tuple(workflow["jobs"]["test"]["strategy"]["matrix"]["python"]) == VERSIONS
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"
