"""The console in a real browser: by keys, on a phone, in the dark, with hostile texts, and what axe finds: nothing."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import requests
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from demo_store import Store, serve
from pimctl import db
from pimctl.lock import exclusive
from pimctl.project import Project
from pimctl.stores import progress, registry
from tests.support.browser import DESKTOP, PHONE, chromium, violations, waiting
from tests.support.console import Running

pytestmark = pytest.mark.browser

PAGES = (
    "/stores",
    "/stores/us",
    "/stores/us/edit",
    "/stores/us/remove",
    "/stores/us/log",
    "/add-store",
    "/products",
    "/products?q=nothing-fits",
    "/product?sku=MUG-1",
    "/product?sku=SHIRT",
    "/health",
    "/health/findings",
    "/alerts",
    "/account",
    "/no-such-page",
)


def enter(driver: WebDriver, console: Running) -> None:
    """Let the browser in by the one-time token."""
    driver.get(console.link)
    console.link = console.next_line().split()[-1]


@pytest.fixture(
    scope="module", params=["phone", *(pytest.param(look, marks=pytest.mark.long) for look in ("light", "dark"))]
)
def looked_at(
    request: pytest.FixtureRequest, console: Running, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebDriver]:
    size = PHONE if request.param == "phone" else DESKTOP
    with chromium(tmp_path_factory.mktemp("profile"), size, dark=request.param == "dark") as driver:
        enter(driver, console)
        yield driver


def test_axe_finds_nothing_and_nothing_is_cut_off(looked_at: WebDriver, console: Running) -> None:
    for path in PAGES:
        looked_at.get(console.address + path)
        assert violations(looked_at) == [], path
        width = looked_at.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], path


def test_hostile_texts_run_nothing_and_ask_for_nothing(looked_at: WebDriver, console: Running) -> None:
    for path in ("/products?store=eu", "/product?store=eu&id=2", "/product?sku=MUG-1", "/health/findings?store=eu"):
        looked_at.get(console.address + path)
        assert looked_at.title != "owned"
        asked = looked_at.execute_script("return performance.getEntriesByType('resource').map(r => r.name)")
        foreign = [url for url in asked if not url.startswith((console.address, "https://pictures.example/mug.png"))]
        assert foreign == [], path
    log = looked_at.get_log("browser")  # type: ignore[no-untyped-call]
    assert [
        line["message"] for line in log if "Content Security Policy" in line["message"]
    ] == []  # nothing was even tried


def test_times_stand_in_the_viewers_zone_with_the_exact_one_on_hover(looked_at: WebDriver, console: Running) -> None:
    looked_at.get(f"{console.address}/stores")
    # The page is replaced live, so its parts are looked at in one step.
    zone, shown, exact = looked_at.execute_script(
        "const time = document.querySelector('time');"
        "return [Intl.DateTimeFormat().resolvedOptions().timeZone, time.textContent, time.title]"
    )
    assert shown.startswith("in ")
    assert ("UTC" in exact) == (zone == "UTC")
    assert ":" in exact


def test_numbers_and_times_follow_the_viewers_country_and_zone(looked_at: WebDriver, console: Running) -> None:
    looked_at.execute_cdp_cmd("Emulation.setLocaleOverride", {"locale": "de-DE"})
    looked_at.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Asia/Tokyo"})
    try:
        looked_at.get(f"{console.address}/health")
        assert [score.text for score in looked_at.find_elements(By.CSS_SELECTOR, "b.score data")] == ["95,5", "90,1"]
        looked_at.get(f"{console.address}/stores")
        exact = looked_at.execute_script("return document.querySelector('time').title")  # the page is replaced live
        assert re.search(r"2026|20\d\d", exact)
        assert exact.endswith(("GMT+9", "JST", "MEZ+8"))
        assert re.search(r"Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag", exact)
    finally:
        looked_at.execute_cdp_cmd("Emulation.setLocaleOverride", {})
        looked_at.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


def test_pages_print_black_on_white_without_what_can_only_be_clicked(looked_at: WebDriver, console: Running) -> None:
    for path in ("/stores", "/health", "/product?sku=MUG-1", "/health/findings"):
        looked_at.get(console.address + path)
        looked_at.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        try:
            shown = [
                element.get_attribute("outerHTML")
                for element in looked_at.find_elements(By.CSS_SELECTOR, "header, form, .button, .skip, .menu")
                if element.is_displayed()
            ]
            assert shown == [], path
            assert looked_at.find_element(By.TAG_NAME, "h1").is_displayed()
            colours = looked_at.execute_script(
                "return [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
            )
            assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"], path
            printed = looked_at.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
            assert base64.b64decode(printed).startswith(b"%PDF")
        finally:
            looked_at.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_running_sync_is_shown_live_and_axe_finds_nothing(
    looked_at: WebDriver, console: Running, filled: Project
) -> None:
    store = registry.find(filled, "us")
    note = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "phase": "waiting"}
    with exclusive(progress.lock_file(filled, store)):  # as a pimctl does that syncs it
        progress.note_file(filled, store).write_text(json.dumps(note), encoding="utf-8")
        for path in ("/stores", "/stores/us"):
            looked_at.get(console.address + path)
            assert "Syncing" in looked_at.find_element(By.TAG_NAME, "main").text
            assert violations(looked_at) == [], path
    waiting(looked_at, 20).until(lambda d: "Syncing" not in d.find_element(By.ID, "headline").text)


def test_open_page_leads_to_the_log_in_when_its_session_ends_elsewhere(looked_at: WebDriver, console: Running) -> None:
    looked_at.get(f"{console.address}/stores")
    cookie = looked_at.get_cookies()[0]
    form = {"csrf": looked_at.find_element(By.NAME, "csrf").get_attribute("value")}
    origin = {"Origin": console.address}
    try:
        requests.post(f"{console.address}/logout", form, cookies={cookie["name"]: cookie["value"]}, headers=origin)
        waiting(looked_at, 20).until(lambda d: d.current_url == f"{console.address}/login?next=/stores")
    finally:
        enter(looked_at, console)


def test_store_is_added_by_keys_alone_until_the_secret_is_found_wrong(
    filled: Project, console: Running, tmp_path: Path
) -> None:
    before = (filled.root / "meltano.yml").read_bytes()
    store = Store.recorded("11.0.1")
    with serve(store, tls=False) as server, chromium(tmp_path) as driver:
        enter(driver, console)

        def press(*keys: str) -> None:
            ActionChains(driver).send_keys(*keys).perform()

        def reach(name: str) -> None:
            for _ in range(60):
                here = driver.switch_to.active_element
                if name in {here.get_attribute("name"), here.text.strip()}:
                    return
                press(Keys.TAB)
            raise AssertionError(f"the keyboard does not reach {name}")

        reach("Skip to the page")
        reach("Add store")
        press(Keys.ENTER)
        waiting(driver, 20).until(lambda d: d.current_url.endswith("/add-store"))
        reach("site_url")
        press(server.url, Keys.TAB, store.key().consumer_key, Keys.TAB, "cs_" + "0" * 40)
        press(Keys.ENTER)
        waiting(driver, 20).until(lambda d: d.find_elements(By.ID, "consumer_secret-error"))
        assert "Nothing was saved" in driver.switch_to.active_element.text  # the summary is what is read first
        reach("Consumer secret")
        press(Keys.ENTER)
        secret = driver.find_element(By.ID, "consumer_secret")
        assert secret.get_attribute("value") == ""
        assert secret.get_attribute("aria-invalid") == "true"
        assert driver.find_element(By.ID, "site_url").get_attribute("value") == server.url
        steps = driver.find_elements(By.CSS_SELECTOR, ".steps li")
        assert [step.get_attribute("class") for step in steps[-2:]] == ["passed", "failed"]
        assert violations(driver) == []
    assert (filled.root / "meltano.yml").read_bytes() == before


def test_live_part_that_is_replaced_keeps_the_keyboards_place(
    filled: Project, console: Running, tmp_path: Path
) -> None:
    store = registry.find(filled, "us")
    with psycopg.connect(db.current_url(filled), autocommit=True) as connection, chromium(tmp_path) as driver:
        connection.execute("create schema if not exists woo")
        connection.execute("create table woo.sync_runs (store_id text, started_at timestamp, status text, rows int)")
        try:
            connection.execute("insert into woo.sync_runs values ('us', now() at time zone 'utc', 'complete', 1)")
            enter(driver, console)
            driver.get(f"{console.address}/stores/us")
            here = "document.querySelector('#history_table a')"
            assert driver.execute_script(f"return {here}.textContent") == "just now"
            driver.execute_script(f"window.before = {here}; before.focus()")
            connection.execute("update woo.sync_runs set rows = 2")
            with exclusive(progress.lock_file(filled, store)):  # a sync begins, so the history is looked at
                note = {"pid": os.getpid(), "started_at": datetime.now(UTC).isoformat(), "phase": "waiting"}
                progress.note_file(filled, store).write_text(json.dumps(note), encoding="utf-8")
                waiting(driver, 20).until(lambda d: d.execute_script(f"return {here} !== before"))
            assert driver.execute_script(f"return document.activeElement === {here}")
        finally:
            connection.execute("drop table woo.sync_runs")


def test_field_of_an_alert_that_is_wrong_is_where_the_keyboard_is(console: Running, tmp_path: Path) -> None:
    with chromium(tmp_path) as driver:
        enter(driver, console)
        driver.get(f"{console.address}/alerts")
        driver.find_element(By.ID, "name").send_keys("team")
        driver.find_element(By.ID, "url").send_keys("nothing:/", Keys.ENTER)
        waiting(driver, 20).until(lambda d: d.find_elements(By.ID, "url-error"))
        assert driver.switch_to.active_element.get_attribute("id") == "url"


def test_menu_opens_and_closes_by_keys(console: Running, tmp_path: Path) -> None:
    with chromium(tmp_path) as driver:
        enter(driver, console)
        menu = driver.find_element(By.CSS_SELECTOR, "details.menu summary")
        menu.send_keys(Keys.ENTER)
        assert driver.find_element(By.LINK_TEXT, "Remove").is_displayed()
        driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        assert not driver.find_elements(By.CSS_SELECTOR, "details.menu[open]")
        assert driver.switch_to.active_element == menu
