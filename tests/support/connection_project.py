"""A copy of the project in which the real Meltano tests connections."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pimctl.setup.package_index import uv_variables
from tests.support.meltano_project import copy_project
from tests.support.stage import traces

TAP = "tap-woo-pim"
VALID = "Plugin configuration is valid"
INVALID = "Plugin configuration is invalid"
_FOREIGN = re.compile(r"^(TAP_|MELTANO_|TARGET_|LOGLEVEL|PYTHON|PIM_)")
_OF_THE_NETWORK = re.compile(r"^(REQUESTS_|CURL_|SSL_|.*_proxy$)", re.IGNORECASE)


@dataclass
class Project:
    """The copy, with the tap installed in it.

    Attributes:
        root: its folder.
        environment: variables for Meltano.
    """

    root: Path
    environment: dict[str, str] = field(default_factory=dict)

    def install(self) -> None:
        copy_project(self.root)
        compiled = {"UV_COMPILE_BYTECODE": "1"}
        done = self.meltano("install", "--plugin-type", "extractor", TAP, network=True, variables=compiled)
        assert done.returncode == 0, done.stdout

    def variables(self, *, network: bool = False) -> dict[str, str]:
        """Give Meltano's environment; this machine's way to the package index belongs to it only when asked for."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not _FOREIGN.match(name) and (network or not _OF_THE_NETWORK.match(name))
        }
        return {**kept, **(uv_variables() if network else {}), "NO_COLOR": "1", **self.environment}

    def meltano(
        self, *arguments: str, network: bool = False, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("meltano")), *arguments],
            check=False,
            cwd=self.root,
            encoding="utf-8",
            env={**self.variables(network=network), **(variables or {})},
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            timeout=300,
        )

    def test(self, config: dict[str, Any], name: str = TAP, **variables: str) -> str:
        """Run `meltano config test`, and return the line by which it tells the result, or its reason."""
        prefix = f"{name.upper().replace('-', '_')}_"
        settings = {
            prefix + setting.upper(): value if isinstance(value, str) else json.dumps(value)
            for setting, value in config.items()
            if value is not None
        }
        done = self.meltano("config", "test", name, variables={**settings, **variables})
        for secret in (config.get("consumer_key"), config.get("consumer_secret")):
            if secret:
                assert traces(str(secret), done.stdout) == []
        lines = done.stdout.strip().splitlines()
        if VALID in lines[-1]:
            assert done.returncode == 0
            return VALID
        assert done.returncode == 1
        assert INVALID in done.stdout, done.stdout
        place = next(number for number, line in enumerate(lines) if INVALID in line)
        # The reason is one line, between the verdict and the advice to look at the settings.
        assert lines[place + 2].startswith(f"Run 'meltano config list {name}'"), done.stdout
        return lines[place + 1]
