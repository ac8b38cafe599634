"""A new component is one file and one line, and everything else finds it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FILE = '''
"""Materials."""

from tap_woo_pim.streams.full_table import FullTableStream
from tap_woo_pim.streams.terms import TERM


class ProductMaterialsStream(FullTableStream):
    """Materials of products."""

    name = "product_materials"
    component = "materials"
    route = "products/materials"
    columns = TERM
'''
CHECK = """
from types import SimpleNamespace
from tap_woo_pim.config.settings import STAND_IN
from tap_woo_pim.store.check import probe_of
print(probe_of(SimpleNamespace(settings=STAND_IN, path="wc/v3/{}".format), "materials")[0])
"""
PIMCTL = """
from pimctl.console import texts
from pimctl.stores.store import BY_NAME, check_components, component_of
print(BY_NAME["materials"].label, check_components(("materials",))[0], component_of("product_materials"))
print(texts.components()["materials"])
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a component of materials."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("tap_woo_pim", "pimctl", "docs", "meltano", "plugins"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "meltano.yml", folder)
    (folder / "tap_woo_pim/streams/product_materials.py").write_text(FILE.lstrip())
    settings = folder / "tap_woo_pim/config/settings.py"
    settings.write_text(settings.read_text().replace('    "tags",\n', '    "tags",\n    "materials",\n', 1))
    for package in ("config", "streams"):
        run(folder, "-m", f"tap_woo_pim.{package}", "--write")
    return folder


def run(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        check=True,
        cwd=folder,
        encoding="utf-8",
        env={"PYTHONPATH": str(folder)},
        timeout=60,
    )
    return done.stdout


def test_the_catalogue_has_its_stream_before_that_of_products(copy: Path) -> None:
    config = {"site_url": "https://127.0.0.1:1", "consumer_key": "ck_1", "consumer_secret": "cs_1"}
    (copy / "config.json").write_text(json.dumps({**config, "sync_components": "products,materials"}))
    catalog = json.loads(run(copy, "-m", "tap_woo_pim", "--config", "config.json", "--discover"))
    streams = [stream["tap_stream_id"] for stream in catalog["streams"]]
    assert streams.index("stores") < streams.index("product_materials") < streams.index("products")


@pytest.mark.parametrize(
    "page", ["docs/settings.md", "meltano.yml", "meltano/tap-woo-pim.yml", "plugins/extractors/tap-woo-pim.lock"]
)
def test_the_settings_offer_it(copy: Path, page: str) -> None:
    assert "categories, tags, materials," in " ".join((copy / page).read_text().split())


def test_the_page_on_tables_describes_it(copy: Path) -> None:
    text = (copy / "docs/tables.md").read_text()
    assert "### `product_materials`\n\nMaterials of products.\nComponent `materials`; key `store_id`, `id`." in text


def test_the_check_looks_at_its_list(copy: Path) -> None:
    assert run(copy, "-c", CHECK) == "wc/v3/products/materials\n"


def test_pimctl_and_the_console_offer_it(copy: Path) -> None:
    assert run(copy, "-c", PIMCTL) == "materials ('materials',) materials\nMaterials\n"
