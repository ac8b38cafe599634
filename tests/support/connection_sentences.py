"""Prints the table of all causes with the line that `meltano config test` shows for each.

python -m tests.support.connection_sentences > sentences.md
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from demo_store import Store
from tests.support.connection_cases import CASES
from tests.support.connection_project import Project
from tests.support.stage import open_stage


def main() -> None:
    """Run every case through Meltano."""
    print("| cause | line |\n| --- | --- |")  # noqa: T201
    with TemporaryDirectory() as temporary:
        project = Project(Path(temporary) / "project")
        project.install()
        folder = Path(temporary) / "scene"
        folder.mkdir()
        with open_stage(folder) as stage:
            for name, store in (("a good key", Store.recorded()), ("a good key, empty store", Store.empty())):
                print(f"| {name} | {project.test(stage.config(stage.serve(store)))} |")  # noqa: T201
        wrong = 0
        for case in CASES:
            with open_stage(folder) as stage:
                config = case.set_up(stage)
                shown = project.test(config, **stage.environment)
            url = config["site_url"]
            wrong += shown != case.line.format(url=url, http_url=url.replace("https://", "http://"))
            print(f"| {case.name} | {re.sub(r'localhost:[0-9]+', 'store.example', shown)} |", flush=True)  # noqa: T201
    sys.exit(wrong)


if __name__ == "__main__":
    main()
