"""Finds the Meltano project and names the places in it that the console uses."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from pimctl.errors import PimctlError


@dataclass(frozen=True)
class Project:
    """A folder with a ``meltano.yml``.

    Attributes:
        root: The folder, absolute.
    """

    root: Path

    @classmethod
    def find(cls) -> Project:
        """Return the project of ``MELTANO_PROJECT_ROOT``, else the nearest one above the current folder.

        Raises:
            PimctlError: There is none.
        """
        named = os.environ.get("MELTANO_PROJECT_ROOT")
        if named:
            return cls(Path(named).resolve())
        here = Path.cwd().resolve()
        for folder in (here, *here.parents):
            if (folder / "meltano.yml").is_file():
                return cls(folder)
        raise PimctlError(f"No meltano.yml in {here} or above it: go to the project's folder and try again.")

    @property
    def home(self) -> Path:
        """The folder of the embedded database, ``.pim``."""
        return self.root / ".pim"

    @property
    def service_file(self) -> Path:
        """The libpq service file that tells every program where the embedded database listens."""
        return self.home / "pg_service.conf"

    def variable(self, name: str) -> str | None:
        """Return a variable of the environment, else of the project's ``.env``; None where empty.

        Meltano looks in the same two places in the same order.
        """
        value = os.environ.get(name)
        if value is None:
            value = self.env_file().get(name)
        return value or None

    def env_file(self) -> dict[str, str]:
        """Return the variables of the project's ``.env``.

        Raises:
            PimctlError: It is not UTF-8.
        """
        path = self.root / ".env"
        try:
            return {name: value for name, value in dotenv_values(path).items() if value is not None}
        except UnicodeDecodeError:
            raise PimctlError(f"{path} is not UTF-8: save it as UTF-8, then try again.") from None
