"""The wheel works in an environment of its own, where nothing of the checkout is."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from demo_store import Store
from tests.support.environments import CHECKOUT, VERSIONS, Environment, Packages, build, pythons
from tests.support.harness import Landing, site
from tests.support.project import EXTRAS, normalized

pytestmark = pytest.mark.long
PINS = ("-c", CHECKOUT / "requirements" / "dev.txt")
PYTHONS = pythons()


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """The wheel and the source distribution."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session", params=sorted(PYTHONS.keys() & set(VERSIONS)))
def alone(request: pytest.FixtureRequest, packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the tap alone, of each Python at hand."""
    environment = Environment.create(tmp_path_factory.mktemp("alone") / "venv", PYTHONS[request.param])
    environment.install(packages.wheel, *PINS)
    return environment


def test_wheel_holds_the_tap_and_pimctl(packages: Packages) -> None:
    with zipfile.ZipFile(packages.wheel) as wheel:
        names = wheel.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"tap_woo_pim", "pimctl"}
    assert {"tap_woo_pim/py.typed", "tap_woo_pim/pagination/reader.py"} <= set(names)
    assert not [name for name in names if "__pycache__" in name]


def test_source_distribution_holds_what_is_needed_to_test_it(packages: Packages) -> None:
    with tarfile.open(packages.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"Makefile", "LICENSE", "requirements/dev.txt", "tests/conftest.py", "demo_store/__init__.py"} <= names
    assert not [name for name in names if name.startswith((".venv", ".meltano", ".pim/", ".git/"))]


def test_tap_alone_brings_nothing_that_only_an_extra_needs(alone: Environment, tmp_path: Path) -> None:
    """Of an extra's packages only those are here that the SDK needs as well."""
    sdk = {"python-dotenv", "pyyaml", "msgspec"}
    extras = {normalized(requirement) for extra in EXTRAS.values() for requirement in extra} - sdk

    assert not alone.packages().keys() & (extras - {"tap-woo-pim"})
    told = alone.run("pimctl", "--help", cwd=tmp_path, check=False)
    assert told.returncode == 1
    assert told.stderr.endswith("is not installed. Run: pip install 'tap-woo-pim[pimctl]'\n")
    assert told.stderr.count("\n") == 1


def test_tap_alone_tells_about_itself(alone: Environment, packages: Packages, tmp_path: Path) -> None:
    about = json.loads(alone.run("tap-woo-pim", "--about", "--format=json", cwd=tmp_path).stdout)

    assert about["name"] == "tap-woo-pim"
    assert f"-{about['version']}-" in packages.wheel.name
    assert {"site_url", "consumer_key", "consumer_secret"} <= about["settings"]["properties"].keys()


def test_tap_alone_syncs_every_row_of_a_store(alone: Environment, tmp_path: Path) -> None:
    with site(Store.recorded("11.0.1")) as served:
        (tmp_path / "config.json").write_text(json.dumps(served.config()), encoding="utf-8")
        discovered = alone.run("tap-woo-pim", "--config", "config.json", "--discover", cwd=tmp_path).stdout
        (tmp_path / "catalog.json").write_text(discovered, encoding="utf-8")
        landing = Landing()
        for line in alone.run(
            "tap-woo-pim", "--config", "config.json", "--catalog", "catalog.json", cwd=tmp_path
        ).stdout.splitlines():
            landing.take(json.loads(line))

        assert {stream["tap_stream_id"] for stream in json.loads(discovered)["streams"]} == landing.schemas.keys()
        assert len(landing.live("products")) > 20
        assert landing.differences(served.store) == {}


def test_pimctl_runs_with_its_extra(packages: Packages, tmp_path: Path) -> None:
    environment = Environment.create(tmp_path / "venv")
    environment.install(f"tap-woo-pim[pimctl] @ {packages.wheel.as_uri()}", *PINS)

    told = environment.run("pimctl", "db", "status", cwd=tmp_path, check=False)

    assert (
        told.stderr == f"pimctl: No meltano.yml in {tmp_path} or above it: go to the project's folder and try again.\n"
    )
