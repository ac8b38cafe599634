"""The commands and schedules that the docs and the help texts show are ones that exist."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer
import yaml  # type: ignore[import-untyped]
from croniter import croniter

from pimctl import cli
from tests.pimctl.conftest import CHECKOUT

pytestmark = pytest.mark.unit

BLOCK = re.compile(r"^```(?:sh|text|ini)\n(.*?)^```|^((?: {4}[^\n]*\n)+)", re.MULTILINE | re.DOTALL)
SCHEDULING = (CHECKOUT / "docs" / "scheduling.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Return the lines of the docs' blocks that call pimctl, without comments and redirections."""
    found = []
    for page in sorted((CHECKOUT / "docs").glob("*.md")):
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            for line in (block[1] or block[2]).splitlines():
                called = re.match(r"\s*(?:.*/|ExecStart=.*/)?pimctl ([a-z][^>|&]*?)\s*(?:#.*|>.*|\s{3,}\S.*)?$", line)
                if called:
                    found.append(called[1].removesuffix('"') if called[1].count('"') % 2 else called[1])
    return found


def examples(command: Any) -> list[str]:
    """Return the examples that the help texts of a command and of those below it show."""
    shown = re.findall(r"^(?:\w+=\S+ )*pimctl ([^(>\n]*)", command.epilog or "", re.MULTILINE)
    return shown + [line for below in getattr(command, "commands", {}).values() for line in examples(below)]


HELP = examples(typer.main.get_command(cli.app))


def test_help_texts_have_examples() -> None:
    assert {line.split(" --")[0] for line in HELP} >= {"stores add eu", "sync", "schedule eu", "alerts add team"}


@pytest.mark.parametrize("line", sorted({*commands(), *HELP}))
def test_command_in_the_docs_or_help_can_be_parsed(line: str) -> None:
    arguments = [word for word in shlex.split(line) if word not in {"[STORE", "...]"}]
    command: Any = typer.main.get_command(cli.app)
    context = command.make_context("pimctl", arguments)
    while getattr(command, "commands", None) and (rest := [*context._protected_args, *context.args]):
        name, command, rest = command.resolve_command(context, rest)
        assert name
        context = command.make_context(name, rest, parent=context)


def test_cron_lines_of_the_docs_are_valid() -> None:
    lines = re.findall(r"^(\S+ \S+ \S+ \S+ \S+) cd /srv/pim && ", SCHEDULING, re.MULTILINE)
    assert len(lines) == 2
    assert all(croniter.is_valid(line) for line in lines)


def test_workflow_of_the_docs_names_the_projects_own_commands() -> None:
    block = re.search(r"^```yaml\n(.*?)^```", SCHEDULING, re.MULTILINE | re.DOTALL)
    assert block
    workflow = yaml.safe_load(block[1])
    assert croniter.is_valid(workflow[True]["schedule"][0]["cron"])  # YAML 1.1 reads "on" as true
    steps = [step["run"] for step in workflow["jobs"]["sync"]["steps"] if "run" in step]
    assert steps == ["make setup", ".venv/bin/pimctl sync"]
