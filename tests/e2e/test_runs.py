"""Runs after the first: again, one store alone, both at once, by schedule, into a database of the user's own."""

from __future__ import annotations

import contextlib
from decimal import Decimal
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from demo_store import Request
from tests.support.meltano_project import RUN_SECONDS, MeltanoProject

STORES = ("us", "eu")


def without_times(installed: MeltanoProject, store_id: str, edited: int | None = None) -> dict[str, list[Any]]:
    """Return all rows of a store but those of its runs and an edited one, without the columns that tell its time."""
    found: dict[str, list[Any]] = {}
    for stream in set(installed.tables()) - {"sync_runs"}:
        rows = [row for row in installed.rows(stream, store_id) if stream != "products" or row["id"] != edited]
        for row in rows:
            for name in ("synced_at", "started_at", "completed_at") if stream == "snapshots" else ("synced_at",):
                del row[name]
        found[stream] = sorted(map(repr, rows))
    return found


def synced_at(installed: MeltanoProject, store_id: str) -> Any:
    (row,) = installed.rows("stores", store_id)
    return row["synced_at"]


def modelled(installed: MeltanoProject, store_id: str) -> Any:
    """Return the time of the sync that the model was built from."""
    with installed.database() as connection:
        (row,) = connection.execute("select synced_at from pim.stores where store_id = %s", [store_id]).fetchall()
    return row["synced_at"]


def test_second_run_brings_an_edit_of_one_store_and_changes_nothing_else_but_the_time_of_the_sync(
    synced: MeltanoProject,
) -> None:
    site = synced.sites["eu"].store
    product = next(row for row in site.rows("products") if row["status"] == "publish" and row["type"] == "simple")
    edited = {"eu": product["id"]}
    before = {
        store_id: (without_times(synced, store_id, edited.get(store_id)), synced_at(synced, store_id))
        for store_id in STORES
    }
    site.edit_product(product["id"], name="Renamed for the test", regular_price="0.10")

    synced.meltano("run", "sync-all")

    for store_id, (rows, time) in before.items():
        assert without_times(synced, store_id, edited.get(store_id)) == rows
        assert modelled(synced, store_id) == synced_at(synced, store_id) > time
    (row,) = [row for row in synced.rows("products", "eu") if row["id"] == product["id"]]
    assert (row["name"], row["regular_price"]) == ("Renamed for the test", "0.10")
    with synced.database() as connection:
        wanted = "select name, regular_price from pim.products where store_id = 'eu' and product_id = %s"
        (found,) = connection.execute(wanted, [product["id"]]).fetchall()
    assert (found["name"], found["regular_price"]) == ("Renamed for the test", Decimal("0.10"))


@pytest.mark.long
def test_run_of_one_store_never_touches_the_others_rows(synced: MeltanoProject) -> None:
    before, time = synced.all_rows("eu"), synced_at(synced, "us")

    synced.meltano("run", "pim-db:start", "tap-woo-pim--us", "target-postgres", "--full-refresh")

    assert synced.all_rows("eu") == before
    assert synced_at(synced, "us") > time


@pytest.mark.long
def test_schedule_of_a_store_runs(synced: MeltanoProject) -> None:
    before, time = synced.all_rows("us"), synced_at(synced, "eu")

    synced.meltano("schedule", "run", "nightly-eu")

    assert synced.all_rows("us") == before
    assert modelled(synced, "eu") == synced_at(synced, "eu") > time


@pytest.mark.long
def test_both_stores_run_at_the_same_time(synced: MeltanoProject) -> None:
    before = {store_id: (without_times(synced, store_id), synced_at(synced, store_id)) for store_id in STORES}

    begun = [synced.begin("run", f"sync-{store_id}", "--full-refresh") for store_id in STORES]
    for process in begun:
        synced.end(process)

    for store_id, (rows, time) in before.items():
        assert without_times(synced, store_id) == rows
        assert modelled(synced, store_id) == synced_at(synced, store_id) > time


@pytest.mark.long
def test_key_and_secret_are_on_no_process_list(synced: MeltanoProject) -> None:
    site = synced.sites["eu"].store
    seen: set[str] = set()

    def look(_: Request) -> None:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                seen.add(" ".join(process.cmdline()))

    site.before_request = look
    try:
        synced.meltano("run", "pim-db:start", "tap-woo-pim--eu", "target-postgres")
        synced.meltano("config", "test", "tap-woo-pim--eu")
    finally:
        site.before_request = None

    assert any("tap-woo-pim" in line and "--config" in line for line in seen)
    assert any("target-postgres" in line and "--config" in line for line in seen)
    key = site.key()
    assert [line for line in seen if key.consumer_key in line or key.consumer_secret in line] == []


@pytest.mark.long
@pytest.mark.parametrize("place", [".env", "terminal"])
def test_database_of_the_user_gets_the_rows(synced: MeltanoProject, place: str) -> None:
    name = place.removeprefix(".")
    own = f"postgresql://pim@/{name}?host={synced.root}/.pim/data"
    with psycopg.connect(synced.url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    before = synced.all_rows("eu")
    dotenv = synced.root / ".env"
    dotenv.write_text(f"PIM_DATABASE_URL={own if place == '.env' else 'postgresql://u@nowhere.invalid/x'}\n")
    variables = {"PIM_DATABASE_URL": own} if place == "terminal" else {}
    try:
        told = synced.meltano("run", "sync-eu", TAP_WOO_PIM__EU_SYNC_COMPONENTS='["tags"]', **variables)
    finally:
        dotenv.unlink()

    assert f"PIM_DATABASE_URL is set: using {name} on {synced.root}/.pim/data as pim; nothing to start." in told
    assert "A database without landed tables: cleared " in told
    with synced.database(own) as connection:
        found = connection.execute("select tablename from pg_tables where schemaname = 'woo' order by 1").fetchall()
        (tags,) = connection.execute("select count(*) as modelled from pim.live_tags").fetchall()
    assert [row["tablename"] for row in found] == ["product_tags", "snapshots", "stores", "sync_runs", "unread_rows"]
    assert tags["modelled"] == len(synced.rows("product_tags", "eu", own))
    assert len(synced.rows("product_tags", "eu", own)) == len(synced.rows("product_tags", "eu"))
    assert synced.all_rows("eu") == before


@pytest.mark.long
def test_run_after_the_database_was_changed_brings_every_row(synced: MeltanoProject) -> None:
    own = f"postgresql://pim@/moved?host={synced.root}/.pim/data"
    with psycopg.connect(synced.url, autocommit=True) as connection:
        connection.execute("create database moved")
        connection.execute("alter database moved set timezone to 'America/New_York'")
    synced.meltano("run", "sync-eu")

    there = synced.meltano("run", "pim-db:start", "tap-woo-pim--eu", "target-postgres", PIM_DATABASE_URL=own)
    back = synced.meltano("run", "sync-eu")

    assert "A database without landed tables: cleared " in there
    assert "Another database than in the last run: cleared 1 of Meltano's states" in back
    assert len(synced.rows("products", "eu", own)) == len(synced.rows("products", "eu")) == 300
    assert len(synced.rows("product_variations", "eu", own)) == len(synced.rows("product_variations", "eu")) == 515
    there_at, here_at = (
        {row["id"]: row["date_created_gmt"] for row in synced.rows("products", "eu", url)} for url in (own, None)
    )
    assert there_at == here_at, "UTC, whatever the time zone of the database is"


@pytest.mark.long
def test_failing_run_is_in_the_history_with_the_line_that_was_shown(synced: MeltanoProject) -> None:
    process = synced.begin(
        *("run", "pim-db:start", "tap-woo-pim--us", "target-postgres"),
        TAP_WOO_PIM__US_CONSUMER_SECRET="cs_" + "0" * 40,
        MELTANO_RUN_ID="11111111-2222-4333-8444-555555555555",
    )
    told, _ = process.communicate(timeout=RUN_SECONDS)

    assert process.returncode != 0
    *_, before, row = sorted(synced.rows("sync_runs", "us"), key=lambda run: run["started_at"])
    assert (before["status"], before["run_id"]) == ("complete", None)
    assert (row["status"], row["run_id"]) == ("failed", "11111111-2222-4333-8444-555555555555")
    assert row["message"] in told
    assert "secret" in row["message"]
