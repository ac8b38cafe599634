"""Each failure ends with its own line, at once, before anything is synced, and without the key in any output."""

from __future__ import annotations

import pytest

from tap_woo_pim import causes
from tests.credentials.cases import CASES, Case
from tests.credentials.stage import Stage


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_failure_is_told_in_one_plain_line(stage: Stage, case: Case) -> None:
    config = case.set_up(stage)
    url = config["site_url"]
    ended = stage.run(config)
    assert ended.last_line == case.line.format(url=url, http_url=url.replace("https://", "http://"))
    assert ended.code == 1
    assert ended.out == ""


def test_every_cause_has_a_case_or_a_test_of_its_own() -> None:
    told = {case.line.partition(": ")[2] for case in CASES}
    elsewhere = {causes.REVOKED, causes.TOO_OFTEN, causes.UNREACHABLE}
    for name, cause in vars(causes).items():
        if isinstance(cause, causes.Cause) and cause not in elsewhere:
            begin = cause.what.partition("{")[0]
            assert any(line.startswith(begin) for line in told), name
