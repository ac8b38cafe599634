"""Takes away what sets one machine apart from others, and says which tests share a worker and how many examples run."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.support.browser import REMEDY
from tests.support.meltano_project import MeltanoProject, install_project

# The sample stores are on this machine. The tests of proxies set their own.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"

# A shell without job control starts `make test &` with this signal ignored, which the programs that tests stop inherit.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no error. `make test` tries the same examples each time, `make test-long` and `make soak` new ones.
COMMON = settings(
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", COMMON, derandomize=True, max_examples=60)
settings.register_profile("long", COMMON, max_examples=600)
settings.register_profile("soak", COMMON, max_examples=6000)
settings.load_profile("quick")

SHARED = ("installed", "new_warehouse", "filled", "home", "guarded", "packages")
"""Fixtures that take long to make: the tests that need one of them run in one worker, and begin first."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests that share something run in one worker; any worker takes any of the others."""
    groups = {item: next((name for name in SHARED if name in getattr(item, "fixturenames", ())), "") for item in items}
    for item, group in groups.items():
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: SHARED.index(groups[item]) if groups[item] else len(SHARED))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeltanoProject]:
    """A copy of the project with its plugins, with nothing synced yet, not even a database."""
    with install_project(tmp_path_factory.mktemp("installed")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def tap_that_logs() -> None:
    """Undo what pimctl does for its whole process, which is that of the other tests too: it silences the tap's log."""
    logger = logging.getLogger("tap-woo-pim")
    if logger.level == logging.CRITICAL:
        logger.setLevel(logging.NOTSET)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines which browser tests did not run, and how to get a browser."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if "chromium" in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"These {len(skipped)} tests did not run, since {REMEDY}")
        for report in skipped:
            terminalreporter.write_line(f"  {report.nodeid}")
