"""Each failure ends with its own line, at once, before anything is synced, and without the key in any output."""

from __future__ import annotations

import pytest

from tap_woo_pim.exceptions import Diagnosis
from tap_woo_pim.http import diagnoses
from tests.support.connection_cases import CASES, Case
from tests.support.stage import Stage

AT_ONCE = (
    diagnoses.HOST_NOT_FOUND,
    diagnoses.REFUSED,
    diagnoses.TIMED_OUT,
    diagnoses.PROXY,
    diagnoses.HTTPS_NEEDED,
    diagnoses.MAINTENANCE,
    diagnoses.FIREWALL,
    diagnoses.LOGIN_PAGE,
    diagnoses.NO_DATA,
)


def begin_of(cause: Diagnosis) -> str:
    return cause.what.partition("{")[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_failure_is_told_in_one_plain_line(stage: Stage, case: Case) -> None:
    config = case.set_up(stage)
    url = config["site_url"]
    if any(case.line.partition(": ")[2].startswith(begin_of(cause)) for cause in AT_ONCE):
        config["max_retries"] = 5
    ended = stage.run(config)
    # What lasts is told by the first answer.
    assert "Trying again" not in ended.err
    assert ended.last_line == case.line.format(url=url, http_url=url.replace("https://", "http://"))
    assert ended.code == 1
    assert {one["stream"] for one in ended.messages if one["type"] == "RECORD"} <= {"sync_runs"}


def test_every_cause_has_a_case_or_a_test_of_its_own() -> None:
    told = {case.line.partition(": ")[2] for case in CASES}
    elsewhere = {diagnoses.REVOKED, diagnoses.TOO_OFTEN, diagnoses.ENDLESS, diagnoses.UNREAD}
    for name, cause in vars(diagnoses).items():
        if isinstance(cause, Diagnosis) and cause not in elsewhere:
            assert any(line.startswith(begin_of(cause)) for line in told), name
