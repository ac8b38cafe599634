"""The page on connecting a store tells every message, and its commands work."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo_store import Store, serve
from tap_woo_pim.config.settings import SETTINGS, alternatives
from tap_woo_pim.config.validation import problems_of
from tap_woo_pim.exceptions import Diagnosis, Step
from tap_woo_pim.http import diagnoses
from tests.support.connection_project import VALID, Project
from tests.support.stage import CHECKOUT

PAGE = CHECKOUT / "docs" / "connect-a-store.md"
ALL_CAUSES = [cause for cause in vars(diagnoses).values() if isinstance(cause, Diagnosis)]


def table() -> str:
    rows = []
    for step in Step:
        rows += [
            f"| {step} | {re.sub('{[^}]*}', '…', cause.what)} | {re.sub('{[^}]*}', '…', cause.remedy)}. |"
            for cause in ALL_CAUSES
            if cause.step is step
        ]
    return "\n".join(["| step | message | what to do |", "| --- | --- | --- |", *rows])


def test_page_tells_every_message_of_the_check() -> None:
    told = PAGE.read_text(encoding="utf-8").partition("<!-- causes -->\n")[2].partition("\n<!-- /causes -->")[0]
    assert [line for line in table().splitlines() if line not in told.splitlines()] == [], "lines to put into the page"
    assert told == table()


GOOD = {"site_url": "https://store.example", "consumer_key": "ck_1", "consumer_secret": "cs_1", "auth_method": "auto"}
APPLICATION_PASSWORD = "abcd EFGH ijkl 1234 qrst uvwx"
WRONG: tuple[dict[str, Any], ...] = (
    {"consumer_key": "", "consumer_secret": ""},
    {"consumer_key": "cs_1", "consumer_secret": "ck_1"},
    {"consumer_key": "shopkeeper"},
    {"consumer_secret": "password"},
    {"http_user": "staging"},
    {"http_user": "sta:ging", "http_password": "letmein"},
    {"http_user": "staging", "http_password": "letmein", "site_url": "http://store.example"},
    {"http_user": "staging", "http_password": "letmein", "auth_method": "basic"},
    {"consumer_key": "anna", "consumer_secret": APPLICATION_PASSWORD, "site_url": "http://store.example"},
    {
        "consumer_key": "anna",
        "consumer_secret": APPLICATION_PASSWORD,
        "http_user": "staging",
        "http_password": "letmein",
    },
    {"site_url": "my store"},
    {"site_url": "https://me@store.example"},
    {"site_url": "https://store.example/?consumer_key=ck_1"},
    {"site_url": "http://store.example", "auth_method": "basic"},
    {"auth_method": "Basic"},
    {"content": "html"},
    {"sync_components": 7},
    {"sync_components": []},
    {"sync_components": ["orders"]},
    {"start_date": "yesterday"},
    {"page_size": "many"},
    {"page_size": 1.5},
    {"request_timeout_seconds": "soon"},
    {"verify_tls": "maybe"},
    {"store_id": ["mine"]},
    *({name: -1} for name, schema in SETTINGS.items() if "minimum" in alternatives(schema)[0]),
    {"ca_bundle": "missing.pem"},
    {"user_agent": "Caf\u00e9"},
    {"extra_query_parameters": ["lang"]},
    {"extra_query_parameters": {"consumer_secret": "cs_1"}},
)


def table_of_settings() -> str:
    rows = []
    for wrong in WRONG:
        (problem,) = problems_of({**GOOD, **wrong})
        rows.append(f"| {problem.what} | {problem.remedy} |")
    return "\n".join(["| message | what to do |", "| --- | --- |", *rows])


def test_page_tells_every_message_of_the_settings() -> None:
    told = PAGE.read_text(encoding="utf-8").partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0]
    lines = table_of_settings().splitlines()
    assert [line for line in lines if line not in told.splitlines()] == [], "lines to put into the page"
    assert told == table_of_settings()


def blocks() -> list[tuple[str, str]]:
    return re.findall(r"^```(sh|ini)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.long
def test_commands_for_meltano_alone_connect_two_stores_and_sync_one(project: Project, tmp_path: Path) -> None:
    with serve(Store.recorded("9.9.5"), ca_dir=tmp_path) as mine, serve(Store.empty(), ca_dir=tmp_path) as second:
        sites = {"MINE": mine, "SECOND": second}
        project.environment |= {f"TAP_WOO_PIM__{name}_CA_BUNDLE": str(site.ca_bundle) for name, site in sites.items()}
        said = ""
        try:
            for language, block in blocks():
                text = block.replace("https://store.example", mine.url).replace("https://second.example", second.url)
                if language == "ini":
                    for name, site in sites.items():
                        key = site.store.key()
                        text = text.replace(f"{name}_CONSUMER_KEY=ck_...", f"{name}_CONSUMER_KEY={key.consumer_key}")
                        text = text.replace(
                            f"{name}_CONSUMER_SECRET=cs_...", f"{name}_CONSUMER_SECRET={key.consumer_secret}"
                        )
                    with (project.root / ".env").open("a", encoding="utf-8") as file:
                        file.write(text)
                elif not text.startswith("pimctl stores add"):  # the way that the README's test goes
                    said += shell(project, text)
            assert said.count(VALID) == 2
            assert "products: " in said
            for site in sites.values():
                assert site.store.key().consumer_key not in said + (project.root / "meltano.yml").read_text()
                assert site.store.key().consumer_secret not in said + (project.root / "meltano.yml").read_text()
        finally:
            shell(project, "pimctl db stop")


def shell(project: Project, text: str) -> str:
    programs = Path(sys.executable).parent
    script = f"set -e\nPATH={programs}:$PATH\n{text}"
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        check=False,
        cwd=project.root,
        encoding="utf-8",
        env=project.variables(network=True),
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
