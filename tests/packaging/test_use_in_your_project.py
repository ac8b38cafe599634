"""docs/use-in-your-project.md, as typed in an empty folder, with no other files from here than wheel and definition."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from demo_store import Store
from pimctl.setup.package_index import uv_variables
from tap_woo_pim.streams import STREAMS
from tests.support.environments import CHECKOUT, Environment, build
from tests.support.harness import Landing, Site, site

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("own project")]
PAGE = (CHECKOUT / "docs" / "use-in-your-project.md").read_text(encoding="utf-8")
WITH_MELTANO, WITHOUT = (re.findall(r"```sh\n(.*?)```", part, re.DOTALL) for part in PAGE.split("## Without Meltano"))
TARGET = """
name: target-jsonl
namespace: target_jsonl
pip_url: target-jsonl==0.1.4
executable: target-jsonl
settings:
- name: destination_path
- name: do_timestamp_file
  kind: boolean
"""
"""What Meltano's Hub, which no test may ask, says of the loader."""


@dataclass
class Session:
    """What a user types in a folder.

    Attributes:
        folder: where it is typed.
        substitutes: what stands in for the page's words.
        typed: each command with its seconds and what it printed.
    """

    folder: Path
    substitutes: dict[str, str]
    typed: list[tuple[str, float, str]] = field(default_factory=list)

    def type(self, line: str) -> str:
        """Run a line of the page, which must succeed; return what it printed."""
        for word, substitute in self.substitutes.items():
            line = line.replace(word, substitute)
        words = shlex.split(line)
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        set_apart = ("MELTANO_", "TAP_", "TARGET_", "PYTHON")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(set_apart)}
        began = time.monotonic()
        done = subprocess.run(
            words,
            capture_output=True,
            check=False,
            cwd=self.folder,
            encoding="utf-8",
            env={
                **kept,
                **uv_variables(),
                "MELTANO_SEND_ANONYMOUS_USAGE_STATS": "false",
                "NO_COLOR": "1",
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
            },
            stdin=subprocess.DEVNULL,
        )
        self.typed.append((line, time.monotonic() - began, done.stdout + done.stderr))
        assert done.returncode == 0, self.typed[-1]
        return self.typed[-1][2]


@pytest.fixture(scope="module")
def served() -> Iterator[Site]:
    store = Store.recorded("11.0.1")
    store.keep_products(40)
    with site(store) as opened:
        yield opened


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the tap."""
    return build(tmp_path_factory.mktemp("dist")).wheel


def of_files(folder: Path) -> Landing:
    """What the loader wrote."""
    landing = Landing(schemas={stream.name: {"key_properties": stream.primary_keys} for stream in STREAMS})
    for path in folder.glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            landing.take({"type": "RECORD", "stream": path.stem, "record": json.loads(line)})
    return landing


def test_a_meltano_project_of_ones_own_syncs_every_row(served: Site, wheel: Path, tmp_path: Path) -> None:
    config = served.config()
    definition = (CHECKOUT / "meltano" / "tap-woo-pim.yml").read_text(encoding="utf-8")
    own = definition.replace("pip_url: tap-woo-pim\n", f"pip_url: {wheel}\n")
    (tmp_path / "tap-woo-pim.yml").write_text(own, encoding="utf-8")
    (tmp_path / "target-jsonl.yml").write_text(TARGET, encoding="utf-8")
    words = {
        "https://store.example": config["site_url"],
        "ck_...": config["consumer_key"],
        "cs_...": config["consumer_secret"],
        "loader target-jsonl\n": "loader target-jsonl --from-ref ../target-jsonl.yml\n",
    }
    session = Session(tmp_path, words)

    for line in "".join(WITH_MELTANO).splitlines(keepends=True):
        session.type(line)
        if line.startswith("meltano config set tap-woo-pim site_url"):
            session.type(f"meltano config set tap-woo-pim ca_bundle {config['ca_bundle']}")

    printed = {line.strip(): told for line, _, told in session.typed}
    assert "Plugin configuration is valid" in printed["meltano config test tap-woo-pim"]
    assert "[selected   ] products.name" in printed["meltano select tap-woo-pim --list --all"]
    landing = of_files(session.folder / "output")
    assert not any("description" in row for row in landing.tables["products"].values())
    assert not any("reviewer_email" in row for row in landing.tables["product_reviews"].values())
    assert landing.live("products", "mine").keys() == {row["id"] for row in served.store.rows("products")}
    assert [row["status"] for row in landing.tables["sync_runs"].values()] == ["complete", "complete"]
    project = (session.folder / "meltano.yml").read_text(encoding="utf-8")
    assert str(CHECKOUT) not in project
    assert config["consumer_key"] not in project
    assert config["consumer_secret"] not in project


def test_tap_and_loader_work_in_a_pipe_without_meltano(served: Site, wheel: Path, tmp_path: Path) -> None:
    environments = [Environment.create(tmp_path / name) for name in ("tap", "loader")]
    environments[0].install(wheel)
    environments[1].install("target-jsonl==0.1.4")
    config = served.config(store_id="mine")
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (tmp_path / "target.json").write_text(
        '{"destination_path": "output", "do_timestamp_file": false}', encoding="utf-8"
    )
    path = os.pathsep.join([*(str(environment.folder / "bin") for environment in environments), os.environ["PATH"]])

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", WITHOUT[1]],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        encoding="utf-8",
        env={**os.environ, "PATH": path},
    )

    assert done.returncode == 0, done.stderr
    assert "| consumer_secret | True" in done.stdout
    landing = of_files(tmp_path / "output")
    assert landing.live("products", "mine").keys() == {row["id"] for row in served.store.rows("products")}
    assert [row["status"] for row in landing.tables["sync_runs"].values()] == ["complete", "complete"]
    variables = {f"TAP_WOO_PIM_{name.upper()}": value for name, value in config.items() if isinstance(value, str)}
    by_variables = subprocess.run(
        [str(environments[0].folder / "bin" / "tap-woo-pim"), "--config=ENV", "--discover"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        encoding="utf-8",
        env={**os.environ, **variables},
    )
    assert "products" in {stream["tap_stream_id"] for stream in json.loads(by_variables.stdout)["streams"]}
