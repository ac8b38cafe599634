"""The house: what may import what."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from tap_woo_pim.streams import STREAMS

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parent.parent
LEAVES = (
    "http/auth",
    "http/body",
    "http/diagnoses",
    "http/prefetch",
    "http/strain",
    "records/columns",
    "config/urls",
    "pagination/overlap",
    "pagination/page_size",
    "store/routes",
)


def imports(path: Path) -> set[str]:
    """Names of the modules that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def packages(folder: str) -> set[str]:
    return {name.split(".")[0] for path in (ROOT / folder).rglob("*.py") for name in imports(path)}


def test_the_tap_imports_the_sdk_requests_and_the_standard_library_alone() -> None:
    allowed = {"tap_woo_pim", "singer_sdk", "requests", "requests_oauthlib", "urllib3", "msgspec", "click"}
    assert packages("tap_woo_pim") - set(sys.stdlib_module_names) - {"typing_extensions"} <= allowed


def test_the_console_imports_of_the_tap_its_check_and_its_settings_alone() -> None:
    found = {
        (path.name, name)
        for path in (ROOT / "pimctl").rglob("*.py")
        for name in imports(path)
        if name.startswith("tap_woo_pim")
    }

    assert found == {("check.py", "tap_woo_pim.store.check"), ("registry.py", "tap_woo_pim.config.urls")}


def test_the_sample_store_imports_neither_the_tap_nor_the_console() -> None:
    assert not {"tap_woo_pim", "pimctl"} & packages("demo_store")
    assert "pimctl" not in packages("tap_woo_pim")


@pytest.mark.parametrize("leaf", LEAVES)
def test_a_leaf_of_the_tap_imports_no_sibling(leaf: str) -> None:
    assert not any(name.startswith("tap_woo_pim") for name in imports(ROOT / "tap_woo_pim" / f"{leaf}.py"))


def test_no_two_streams_share_a_file_or_a_name() -> None:
    assert len({stream.name for stream in STREAMS}) == len(STREAMS)
    files = {stream.__module__.rsplit(".", 1)[1]: stream.name for stream in STREAMS}
    assert all(file == name for file, name in files.items())
