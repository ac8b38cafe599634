"""The README's commands, in its order, on a store that the project does not know yet."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest

from pimctl.demo.report import NEXT_STEPS
from tests.support import served_rows
from tests.support.meltano_project import CHECKOUT, House


def commands(program: str, text: str) -> list[list[str]]:
    """Return the lines of code that call a program, as its arguments."""
    found = re.findall(rf"^.*?(?<![\w`./]){program} (.*?)(?:\s+[#(].*)?$", text, re.MULTILINE)
    return [shlex.split(line) for line in found]


def code(language: str) -> str:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL))


@pytest.mark.long
def test_commands_connect_a_new_store_and_sync_it(synced: House) -> None:
    site = synced.sites["eu"]
    key = site.store.key()
    lines = commands("meltano", code("sh"))
    assert [line[:2] for line in lines] == [
        ["add", "--plugin-type"],
        ["config", "set"],
        ["config", "set"],
        ["config", "test"],
        ["run", "pim-db:start"],
        ["job", "add"],
        ["schedule", "add"],
        ["schedule", "run"],
    ]
    dotenv = "\n".join(re.findall(r"^TAP_.*$", code("sh"), re.MULTILINE))
    dotenv = dotenv.replace("ck_...", key.consumer_key).replace("cs_...", key.consumer_secret)
    (synced.root / ".env").write_text(dotenv, encoding="utf-8")

    for line in lines:
        told = synced.meltano(
            *(word.replace("https://shop.example", site.url) for word in line),
            TAP_WOO_PIM__MINE_CA_BUNDLE=str(site.ca_bundle),
            UV_OFFLINE="1",  # whatever index, certificate or proxy a machine has, nothing more is installed
        )
        if line[:2] == ["config", "test"]:
            assert "Plugin configuration is valid" in told

    (synced.root / ".env").unlink()
    expected = {row["id"] for row in served_rows.served(site.store, "products")}
    assert {row["id"] for row in synced.rows("products", "mine")} == expected
    assert key.consumer_secret not in (synced.root / "meltano.yml").read_text(encoding="utf-8")


def test_queries_of_the_readme_find_what_is_live_and_what_changed(synced: House) -> None:
    _, live_products, live_variations, changed, unread = re.findall(r"select .*?;", code("sql"), re.DOTALL)
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


def test_query_of_the_readme_finds_what_has_no_image(synced: House) -> None:
    without_image, *_ = re.findall(r"select .*?;", code("sql"), re.DOTALL)
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


def test_database_commands_of_the_readme_work(synced: House) -> None:
    lines = commands("pimctl", code("sh"))
    assert [line[1] for line in lines] == ["status", "shell", "url", "stop", "start"]
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-m", "pimctl.cli", *line],
            check=False,
            cwd=synced.root,
            encoding="utf-8",
            input="select count(*) from woo.products;\n" if line[1] == "shell" else "",
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
        )
        assert done.returncode == 0, done.stdout


def test_commands_that_the_demonstration_proposes_are_commands() -> None:
    for line in commands("pimctl", NEXT_STEPS):
        words = list(takewhile(lambda word: re.fullmatch("[a-z]+", word), line))[:2]
        done = subprocess.run(
            [sys.executable, "-m", "pimctl.cli", *words, "--help"], check=False, stdout=subprocess.PIPE
        )
        assert done.returncode == 0, words


def test_make_targets_of_the_readme_exist() -> None:
    makefile = Path(CHECKOUT / "Makefile").read_text(encoding="utf-8")

    targets = {line[0] for line in commands("make", code("sh"))}
    assert targets == {"demo", "test"}
    for target in (*targets, "clean"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
