"""What users say about times becomes cron fields, and these become times."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pimctl.commands import stores
from pimctl.console import pages, store_form
from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import operations, project_files, scheduler, schedules
from pimctl.stores.operations import Draft
from pimctl.stores.store import Credentials

pytestmark = pytest.mark.unit

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("interval", "fields"),
    [
        ("1m", "* * * * *"),
        ("15m", "*/15 * * * *"),
        ("15 min", "*/15 * * * *"),
        ("60m", "38 * * * *"),
        ("1h", "38 * * * *"),
        ("6h", "38 */6 * * *"),
        ("24h", "38 0 * * *"),
        ("1d", "38 0 * * *"),
    ],
)
def test_interval_becomes_cron_fields_with_a_minute_of_the_stores_own(interval: str, fields: str) -> None:
    assert schedules.every(interval, "eu") == fields


@pytest.mark.parametrize(
    ("choice", "fields", "words"),
    [
        ("15m", "*/15 * * * *", "every 15 minutes"),
        ("1h", "38 * * * *", "every hour"),
        ("6h", "38 */6 * * *", "every 6 hours"),
        ("night", "0 3 * * *", "daily at 03:00"),
        ("none", "", "only by hand"),
        ("nonsense", "38 * * * *", "every hour"),
    ],
)
def test_console_writes_the_schedules_that_the_command_line_writes(choice: str, fields: str, words: str) -> None:
    assert store_form.cron_of({"schedule": choice}, "eu") == fields
    assert pages.schedule(fields) == words
    if choice.endswith(("m", "h")):
        assert stores.cron_of("eu", choice, None, None) == fields


@pytest.mark.parametrize("interval", ["7m", "0m", "5h", "2d", "soon", "", "-1h", "90m"])
def test_interval_that_cron_cannot_say_is_refused(interval: str) -> None:
    with pytest.raises(PimctlError, match="is not an interval"):
        schedules.every(interval, "eu")


@pytest.mark.parametrize(("time", "fields"), [("03:00", "0 3 * * *"), ("3:05", "5 3 * * *"), ("23:59", "59 23 * * *")])
def test_time_of_day_becomes_cron_fields(time: str, fields: str) -> None:
    assert schedules.at(time) == fields


@pytest.mark.parametrize("time", ["24:00", "3", "03:60", "3pm"])
def test_no_time_of_day_is_refused(time: str) -> None:
    with pytest.raises(PimctlError, match="is not a time of day"):
        schedules.at(time)


@pytest.mark.parametrize("fields", ["* * * *", "61 * * * *", "@sometimes", "* * * * * *", ""])
def test_no_cron_fields_are_refused(fields: str) -> None:
    with pytest.raises(PimctlError, match="is not a cron schedule"):
        schedules.cron(fields)


def test_cron_fields_that_never_come_are_refused() -> None:
    with pytest.raises(PimctlError, match="is a day that no year has"):
        schedules.cron("0 0 31 2 *")
    assert schedules.cron("0 0 29 2 *") == "0 0 29 2 *"


def test_cron_fields_are_kept_with_single_spaces() -> None:
    assert schedules.cron(" */5  6-20 * * 1-5 ") == "*/5 6-20 * * 1-5"
    assert schedules.cron("@daily") == "@daily"


def test_next_time_follows_from_the_fields() -> None:
    assert schedules.next_time("*/15 * * * *", NOON) == NOON + timedelta(minutes=15)
    for none in (None, "@manual", "not cron"):
        assert schedules.next_time(none, NOON) is None


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clocks went forward on 2026-03-29 from 2:00 to 3:00, and back on 2026-10-25 from 3:00 to 2:00."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("interval", "after", "expected"),
    [
        ("0 3 * * *", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("0 3 * * *", datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("30 2 * * *", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("30 * * * *", datetime(2026, 10, 25, 0, 31, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_time_of_day_comes_once_in_the_nights_in_which_the_clocks_change(
    interval: str, after: datetime, expected: datetime
) -> None:
    assert schedules.next_time(interval, after) == expected


@pytest.mark.parametrize(
    ("interval", "passed", "expected"),
    [
        ("*/15 * * * *", timedelta(minutes=29), False),
        ("*/15 * * * *", timedelta(minutes=31), True),
        ("0 9-12 * * *", timedelta(hours=21, minutes=30), False),  # the night between is no delay
        ("0 9-12 * * *", timedelta(hours=22, minutes=30), True),
        (None, timedelta(days=99), False),
        ("@manual", timedelta(days=99), False),
    ],
)
def test_schedule_is_overdue_when_two_of_its_times_have_passed(
    interval: str | None, passed: timedelta, expected: bool
) -> None:
    assert schedules.is_overdue(interval, NOON, NOON + passed) is expected


def test_schedule_is_due_once_at_its_time_and_not_for_times_that_passed_before() -> None:
    listed = [{"name": "quarter", "interval": "*/15 * * * *"}, {"name": "never", "interval": "@manual"}]
    second = timedelta(seconds=1)

    assert scheduler.due({"schedules": listed}, NOON - second, NOON) == ["quarter"]
    assert scheduler.due({"schedules": listed}, NOON, NOON + second) == []


def test_scheduler_goes_on_after_what_it_cannot_read_or_begin_and_says_it_once(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    operations.add(pim_project, Draft("eu", "store.example", Credentials("ck_1", "cs_1"), cron="* * * * *"))
    path = pim_project.root / "meltano.yml"
    good = path.read_text(encoding="utf-8")
    scheduler._log(pim_project, "schedule-eu").mkdir()  # no log can be written there
    turns = iter([good, "plugins: [", "plugins: [", "plugins: [", good])

    def turn(_: float) -> None:
        text = next(turns, None)
        if text is None:
            raise KeyboardInterrupt
        path.write_text(text, encoding="utf-8")

    monkeypatch.setattr(time, "sleep", turn)
    monkeypatch.setattr(scheduler, "due", lambda *_: ["schedule-eu"])

    with pytest.raises(KeyboardInterrupt):
        scheduler.run(pim_project)

    said = [line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines() if line[0].isdigit()]
    not_begun = f"schedule-eu did not start: [Errno 21] Is a directory: '{scheduler._log(pim_project, 'schedule-eu')}'"
    assert [said[0], said[2]] == [not_begun] * 2
    assert said[1].startswith(f"{path}, line 1 is not valid YAML: ")
    assert len(said) == 3


def test_scheduler_leaves_out_the_schedule_of_a_paused_store_until_it_is_resumed(pim_project: Project) -> None:
    store = operations.add(pim_project, Draft("eu", "store.example", Credentials("ck_1", "cs_1"), cron="@hourly"))
    hour = NOON - timedelta(seconds=1), NOON

    with project_files.edit(pim_project) as edited:  # as `meltano schedule add --extractor` writes it
        parts = {"extractor": store.extractor, "loader": "target-postgres", "transform": "skip"}
        edited.document["schedules"].append({"name": "without-a-job", "interval": "@hourly", **parts})

    operations.pause(pim_project, store)
    assert scheduler.due(project_files.read(pim_project), *hour) == []

    operations.resume(pim_project, store)
    assert scheduler.due(project_files.read(pim_project), *hour) == ["schedule-eu", "without-a-job"]
