"""The queries of docs/tables.md and the commands of docs/running.md work."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest

from pimctl.demo.report import NEXT_STEPS
from tests.support import served_rows
from tests.support.meltano_project import CHECKOUT, MeltanoProject
from tests.support.pages import code, queries


def test_queries_find_what_is_live_and_what_changed(synced: MeltanoProject) -> None:
    _, live_products, live_variations, changed, unread = queries("docs/tables.md")
    with synced.database() as connection:
        found = {
            "products": connection.execute(live_products).fetchall(),
            "product_variations": connection.execute(live_variations).fetchall(),
        }
        recent = {(row["store_id"], row["id"]) for row in connection.execute(changed).fetchall()}
        assert connection.execute(unread).fetchall() == []

    for store_id in ("us", "eu"):
        for stream, rows in found.items():
            served = served_rows.served(synced.sites[store_id].store, stream)
            live = {row["id"] for row in served if row["status"] != "trash"}
            assert {row["id"] for row in rows if row["store_id"] == store_id} == live
        for row in served_rows.served(synced.sites[store_id].store, "products"):
            assert ((store_id, row["id"]) in recent) == ((row["date_modified_gmt"] or "") >= "2026-11-01")


def test_query_finds_variations_without_an_image(synced: MeltanoProject) -> None:
    without_image, *_ = queries("docs/tables.md")
    with synced.database() as connection:
        found = {(row["store_id"], row["id"]) for row in connection.execute(without_image).fetchall()}

    served = {
        (store_id, row["id"])
        for store_id in ("us", "eu")
        for row in served_rows.served(synced.sites[store_id].store, "product_variations")
        if not row["image"]
    }
    assert served
    assert {row for row in found if row[0] in {"us", "eu"}} == served


def test_database_commands_work(synced: MeltanoProject) -> None:
    lines = [
        shlex.split(line, comments=True) for line in code("docs/running.md", "sh").splitlines() if "pimctl" in line
    ]
    assert [line[2] for line in lines] == ["status", "shell", "url", "stop", "start"]
    for _, *arguments in lines:
        done = subprocess.run(
            [sys.executable, "-m", "pimctl", *arguments],
            check=False,
            cwd=synced.root,
            encoding="utf-8",
            input="select count(*) from woo.products;\n" if arguments[1] == "shell" else "",
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.long
def test_commands_of_the_readme_connect_a_store_and_sync_it(synced: MeltanoProject) -> None:
    site = synced.sites["eu"]
    key = site.store.add_key()
    lines = [shlex.split(line, comments=True) for line in code("README.md", "sh").splitlines()]
    commands = [line for line in lines if line and line[0] in {"pimctl", "meltano"} and line != ["pimctl", "console"]]
    assert [line[1] for line in commands] == ["stores", "status", "sync", "schedule", "config", "run"]
    said = ""
    for program, *arguments in commands:
        process = synced.begin(
            *(word.replace("https://store.example", site.url) for word in arguments),
            program=program,
            PIMCTL_CONSUMER_KEY=key.consumer_key,
            PIMCTL_CONSUMER_SECRET=key.consumer_secret,
            REQUESTS_CA_BUNDLE=str(site.ca_bundle),
        )
        said += synced.end(process)

    expected = {row["id"] for row in served_rows.served(site.store, "products")}
    assert {row["id"] for row in synced.rows("products", "mine")} == expected
    assert key.consumer_secret not in said + (synced.root / "meltano.yml").read_text(encoding="utf-8")


@pytest.mark.long
def test_commands_of_the_model_build_it_anew_and_document_it(synced: MeltanoProject) -> None:
    lines = [shlex.split(line, comments=True) for line in code("docs/pim-model.md", "sh").splitlines()]
    assert [line[-1] for line in lines] == [f"dbt-postgres:{name}" for name in ("build", "refresh", "docs")]
    for _, *arguments in lines:
        synced.meltano(*arguments)
    with synced.database() as connection:
        counted = connection.execute("select count(*) as products from pim.products").fetchone()
    assert counted is not None
    assert counted["products"] > 0
    assert (synced.root / "transform" / "target" / "catalog.json").is_file()


@pytest.mark.unit
def test_the_readme_is_a_door_and_its_links_and_targets_exist() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")

    assert len(readme.splitlines()) < 120
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", readme):
        assert (CHECKOUT / link).is_file(), link
    targets = re.findall(r"^make (\w+)", code("README.md", "sh"), re.MULTILINE)
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


def test_commands_that_the_demonstration_proposes_exist() -> None:
    lines = re.findall(r"\bpimctl ((?:[a-z]+ ?)+)", NEXT_STEPS)
    assert lines
    for line in lines:
        words = line.split()[:2]
        done = subprocess.run([sys.executable, "-m", "pimctl", *words, "--help"], check=False, stdout=subprocess.PIPE)
        assert done.returncode == 0, words
