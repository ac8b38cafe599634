"""What may import what: straight down, within the tap and between the packages, and never in a circle."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parent.parent
LEVELS = (
    *(("__main__",), ("tap",), ("cli",), ("streams",), ("pagination", "sync"), ("store",), ("http",)),
    *(("records", "config"), ("exceptions",), ("redaction",), ("_compat",)),
)
"""The tap from top to bottom. A module imports from its own package and from the levels below."""
LEAVES = (
    "http/auth",
    "http/prefetch",
    "records/columns",
    "config/urls",
    "pagination/page_size",
    "store/routes",
)


def modules(folder: str) -> dict[str, Path]:
    """The modules below a folder by their dotted names."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / folder).rglob("*.py")
    }


def imports(path: Path, *, at_module_level: bool = False) -> set[str]:
    """What a file imports: each module, and each name from it, as it could be a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body if at_module_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{alias.name}" for alias in node.names)})
    return names


def packages(folder: str) -> set[str]:
    """The top-level packages that a folder's modules import."""
    return {name.split(".")[0] for path in modules(folder).values() for name in imports(path)}


def arrows(folder: str) -> set[tuple[str, str]]:
    """Which module of a folder imports which other one; a name from a package counts as an import of its module."""
    known = modules(folder)
    return {
        (name, imported) for name, path in known.items() for imported in imports(path) & known.keys() - {name, folder}
    }


def part(module: str) -> str:
    return module.split(".")[1]


def level(module: str) -> int:
    return next(number for number, parts in enumerate(LEVELS) if part(module) in parts)


def test_every_part_of_the_tap_has_its_level() -> None:
    parts = {part(name) for name in modules("tap_woo_pim") if name != "tap_woo_pim"}
    assert parts == {name for names in LEVELS for name in names}


def test_imports_of_the_tap_run_down() -> None:
    found = {
        (name, part(imported))
        for name, imported in arrows("tap_woo_pim")
        if part(name) != part(imported) and level(name) >= level(imported)
    }
    assert found == set()


@pytest.mark.parametrize("folder", ["tap_woo_pim", "pimctl", "demo_store"])
def test_no_modules_import_each_other_in_a_circle(folder: str) -> None:
    known = modules(folder)
    left = {name: imports(path, at_module_level=True) & known.keys() - {name} for name, path in known.items()}
    # A package's own __init__ that gathers what stands in it is above its modules, whose names begin with it.
    left = {name: {one for one in found if not name.startswith(f"{one}.")} for name, found in left.items()}
    while free := {name for name, found in left.items() if not found & left.keys()}:
        left = {name: found for name, found in left.items() if name not in free}
    assert left == {}


def test_the_tap_imports_the_sdk_requests_and_the_standard_library_alone() -> None:
    allowed = {"tap_woo_pim", "singer_sdk", "requests", "requests_oauthlib", "urllib3", "msgspec", "click", "yaml"}
    assert packages("tap_woo_pim") - set(sys.stdlib_module_names) - {"typing_extensions"} <= allowed


def test_pimctl_imports_of_the_tap_its_check_and_its_settings_alone() -> None:
    found = {imported for path in modules("pimctl").values() for imported in imports(path)}
    assert found & modules("tap_woo_pim").keys() == {
        "tap_woo_pim.config.settings",
        "tap_woo_pim.config.urls",
        "tap_woo_pim.config.validation",
        "tap_woo_pim.store.check",
        "tap_woo_pim.tap",  # the settings that the SDK adds
    }


def test_the_sample_store_imports_neither_the_tap_nor_the_console() -> None:
    assert not {"tap_woo_pim", "pimctl"} & packages("demo_store")
    assert "pimctl" not in packages("tap_woo_pim")


@pytest.mark.parametrize("folder", ["tap_woo_pim", "pimctl", "demo_store"])
def test_no_package_imports_its_tests(folder: str) -> None:
    assert not {"tests", "benchmarks"} & packages(folder)


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_leaf_of_the_tap_imports_no_sibling(leaf: str) -> None:
    assert not any(name.startswith("tap_woo_pim") for name in imports(ROOT / "tap_woo_pim" / f"{leaf}.py"))


def test_no_test_imports_from_another_one_or_from_the_benchmarks() -> None:
    files = {name for name in modules("tests") if ".test_" in name}
    assert {arrow for arrow in arrows("tests") if arrow[1] in files} == set()
    assert "benchmarks" not in packages("tests")


@pytest.mark.parametrize("folder", ["tests/support", "benchmarks"])
def test_helpers_and_benchmarks_import_of_the_tests_their_helpers_alone(folder: str) -> None:
    found = {name for path in modules(folder).values() for name in imports(path) if name.startswith("tests.")}
    assert {name for name in found if not name.startswith("tests.support")} == set()
