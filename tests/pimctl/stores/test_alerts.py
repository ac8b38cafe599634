"""People are told once what went wrong with a store, and once when it is well again; the address is kept secret."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pimctl import db
from pimctl.errors import PimctlError
from pimctl.project import Project
from pimctl.stores import alert_log, alerts, history
from pimctl.stores.history import StoreStatus, StreamRun, SyncRun
from pimctl.stores.store import Store
from tests.support.alerts import receiver

# Apprise 2.2 looks for a module that Python 3.13 no longer has.
pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")]

STORE = Store("eu", "tap-woo-pim--eu", "eu", "https://store.example", ("products",), cron="0 * * * *")
RUN = SyncRun(
    "eu", datetime.now(UTC), datetime.now(UTC), "complete", "full", None, None, None, 10, 1, 0, 0, 5, None, ()
)
WELL = StoreStatus(STORE, "healthy", None, RUN, RUN, 10, 0, Decimal(95), None, None, is_stale=False, alert_error=None)
FAILED = replace(WELL, state="failed", error="the key was revoked", score=Decimal(80))


def send(project: Project, monkeypatch: pytest.MonkeyPatch, *statuses: StoreStatus) -> None:
    for status in statuses:
        monkeypatch.setattr(history, "status", lambda _, status=status: [status])
        alerts.send_due(project)


def test_failure_and_fall_are_told_once_and_once_again_when_they_are_over(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (url, texts):
        alerts.add(pim_project, "team", url)
        send(pim_project, monkeypatch, WELL, FAILED, FAILED, WELL, WELL)

    assert texts == [
        "the last sync failed: the key was revoked\nthe health score fell from 95 to 80",
        "the last sync succeeded\nthe health score has recovered",
    ]


def test_deletions_that_were_held_back_are_named_with_their_number(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    products = StreamRun("products", "full", 100, 0, 0, 0, 1.0, held_back=1900)
    guarded = replace(RUN, status="incomplete", message="rows are missing", streams=(products,))
    unread = replace(RUN, status="incomplete", message="rows are missing", unread=3)
    partly = replace(RUN, status="incomplete", message="rows are missing")
    with receiver() as (url, texts):
        alerts.add(pim_project, "team", url)
        runs = (RUN, guarded, guarded, RUN, unread, RUN, partly, RUN)
        send(pim_project, monkeypatch, *(replace(WELL, last=run, last_good=run) for run in runs))

    assert texts == [
        "the deletion guard held back deletions (1,900 of products): check the store's list",
        "the deletion guard holds nothing back any more",
        "3 rows could not be read",
        "all rows could be read again",
        "the last sync was incomplete: rows are missing",
        "the last sync was complete again",
    ]


def test_stale_store_and_a_fall_by_more_than_the_set_number_are_told(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = replace(WELL, state="stale", is_stale=True)
    monkeypatch.setenv("PIM_ALERT_SCORE_DROP", "10.5")
    with receiver() as (url, texts):
        alerts.add(pim_project, "team", url)
        send(pim_project, monkeypatch, WELL, stale, stale, WELL)
        send(pim_project, monkeypatch, *(replace(WELL, score=Decimal(score)) for score in ("84.5", "95", "84.4", "95")))

    assert texts == [
        "two scheduled times have passed since its last good sync (schedule 0 * * * *)",
        "it is synced on schedule again",
        "the health score fell from 95 to 84.4",
        "the health score has recovered",
    ]


def test_new_field_of_a_plugin_is_told_once_but_not_those_of_the_first_sync(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (url, texts):
        alerts.add(pim_project, "team", url)
        for fields in (None, {"yoast_head"}, {"yoast_head"}, {"yoast_head", "brand", "acf"}, {"acf", "brand"}):
            monkeypatch.setattr(alerts, "_fields", lambda *_, fields=fields: fields)
            send(pim_project, monkeypatch, WELL)

    assert texts == ["a plugin added fields: acf, brand"]


def test_alert_that_cannot_be_sent_fails_nothing_and_is_in_status(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (url, _):
        pass
    alerts.add(pim_project, "team", url)

    send(pim_project, monkeypatch, FAILED)

    assert alert_log.errors(pim_project) == {"eu": "team did not deliver"}
    with pytest.raises(PimctlError, match="team: not delivered") as caught:
        alerts.send_test(pim_project, "team")
    assert "hidden" not in str(caught.value)


def test_what_no_alert_delivered_is_told_when_one_can_be_sent_again(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as (url, _):
        pass
    alerts.add(pim_project, "team", url)
    send(pim_project, monkeypatch, WELL, FAILED, WELL, FAILED)

    with receiver() as (url, texts):
        alerts.add(pim_project, "team", url)
        send(pim_project, monkeypatch, FAILED, FAILED, WELL)

    assert texts == [
        "the last sync failed: the key was revoked\nthe health score fell from 95 to 80",
        "the last sync succeeded\nthe health score has recovered",
    ]
    assert alert_log.errors(pim_project) == {}


def test_database_that_is_down_when_a_run_begins_is_told_once_and_once_again_when_it_is_there(
    pim_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MELTANO_ENVIRONMENT", "dev")
    with receiver() as (url, texts):
        alerts.add(pim_project, "team", url)
        monkeypatch.setenv("PIM_DATABASE_URL", "postgresql://pim:hidden@127.0.0.1:1/pim")
        for _ in range(2):
            with pytest.raises(PimctlError, match=r"^No connection to pim on 127\.0\.0\.1:1 as pim"):
                db.start(pim_project)
        monkeypatch.delenv("PIM_DATABASE_URL")
        alerts.send_due(pim_project)
        alerts.send_due(pim_project)

    told, over = texts
    begin = "the state of the stores cannot be read: The PIM database (pim on 127.0.0.1:1 as pim) cannot be read: "
    assert told.startswith(begin)
    assert "hidden" not in told
    assert over == "the state of the stores can be read again"


def test_address_is_kept_in_env_and_shown_nowhere(pim_project: Project) -> None:
    alerts.add(pim_project, "team", "mailto://me:it's$ecret@example.com")

    assert alerts.kinds(pim_project) == {"team": "mailto"}
    assert alerts._urls(pim_project) == {"team": "mailto://me:it's$ecret@example.com"}
    alerts.remove(pim_project, "team")
    assert alerts.kinds(pim_project) == {}
    assert (pim_project.root / ".env").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("name", "url"), [("Team", "json://x"), ("score_drop", "json://x"), ("team", "nothing:/hidden")]
)
def test_bad_alert_is_refused_without_repeating_the_address(pim_project: Project, name: str, url: str) -> None:
    with pytest.raises(PimctlError) as caught:
        alerts.add(pim_project, name, url)

    assert "hidden" not in str(caught.value)
    assert not (pim_project.root / ".env").exists()
