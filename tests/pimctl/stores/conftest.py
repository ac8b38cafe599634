"""A project with stores in it, and the sample stores that they name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pimctl.project import Project

MELTANO = """\
# The project of the PIM team. Ask before you change it.
requires_meltano: '>=4.4'
default_environment: dev   # not prod!
environments:
- name: dev
- name: prod

plugins:
  extractors:
  - name: tap-woo-pim
    namespace: tap_woo_pim
    pip_url: tap-woo-pim

  # Somebody else's, leave it alone.
  - name: tap-csv
    variant: "meltanolabs"   # quoted on purpose
    config:
      files: [ {entity: prices, path: 'a.csv'}, {entity: stock,   path: b.csv} ]
  loaders:
  - name: target-postgres
    config: {default_target_schema: woo}  # as in the docs

jobs:
- name: nightly-csv
  tasks: [tap-csv target-postgres]  # one line

schedules:
# Before the office opens
- name: csv
  interval: '@daily'
  job: nightly-csv
"""


@pytest.fixture
def pim_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with comments, and plugins of others, and no store yet."""
    # The SDK loads the checkout's `.env`, where `make demo` keeps the keys of its stores, into the environment.
    keys = [name for name in os.environ if name.startswith("TAP_WOO_PIM__")]
    for name in ("MELTANO_ENVIRONMENT", "MELTANO_PROJECT_ROOT", "PIM_DATABASE_URL", *keys):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "project"
    root.mkdir()
    (root / "meltano.yml").write_text(MELTANO, encoding="utf-8")
    return Project(root)
