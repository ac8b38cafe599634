"""The seed's story in a real browser: from no store to a synced one by clicks, watched live in two tabs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By

from demo_store import Store, serve
from pimctl.project import Project
from pimctl.stores import history, registry
from tests.support.browser import chromium, violations, waiting
from tests.support.console import Running, start_console
from tests.support.meltano_project import MeltanoProject, install_project

pytestmark = [pytest.mark.browser, pytest.mark.long]

WAIT_SECONDS = 300
PRODUCTS = 1500


@pytest.fixture(scope="module")
def empty(installed: MeltanoProject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeltanoProject]:
    with install_project(tmp_path_factory.mktemp("story"), beside=installed) as opened:
        yield opened


@pytest.fixture
def console(empty: MeltanoProject) -> Iterator[Running]:
    with start_console(empty.root) as running:
        yield running


def test_store_is_added_synced_and_watched_in_two_tabs(empty: MeltanoProject, console: Running, tmp_path: Path) -> None:
    store = Store.synthetic(products=PRODUCTS)
    key = store.key()
    store.latency_seconds = 0.5
    with serve(store, tls=False) as server, chromium(tmp_path) as driver:
        wait = waiting(driver, WAIT_SECONDS)
        driver.get(console.link)
        driver.find_element(By.LINK_TEXT, "Add store").click()
        driver.find_element(By.ID, "site_url").send_keys(server.url)
        driver.find_element(By.ID, "consumer_key").send_keys(key.consumer_key)
        driver.find_element(By.ID, "consumer_secret").send_keys("cs_" + "0" * 40)
        driver.find_element(By.CSS_SELECTOR, "form.card button.main").click()
        wait.until(lambda d: d.find_elements(By.ID, "consumer_secret-error"))
        driver.find_element(By.ID, "consumer_secret").send_keys(key.consumer_secret)
        driver.find_element(By.CSS_SELECTOR, "form.card button.main").click()
        wait.until(lambda d: d.current_url.endswith("/stores/localhost"))
        wait.until(lambda d: "1,500" in d.find_element(By.ID, "live").text)
        first, address = driver.current_window_handle, driver.current_url
        driver.switch_to.new_window("tab")
        driver.get(address)
        wait.until(lambda d: "1,500" in d.find_element(By.ID, "live").text)  # what the first tab sees
        assert driver.find_elements(By.CSS_SELECTOR, "#live progress")
        assert violations(driver) == []
        driver.find_element(By.CSS_SELECTOR, "main form button.main").click()  # a second sync of the same store
        wait.until(lambda d: "is syncing already" in d.find_element(By.TAG_NAME, "main").text)
        driver.close()  # closing a tab stops nothing
        driver.switch_to.window(first)
        wait.until(lambda d: "Healthy" in d.find_element(By.ID, "headline").text)
        wait.until(lambda d: "Complete" in d.find_element(By.ID, "history_table").text)
        assert "1,500" in driver.find_element(By.ID, "components_table").text
        driver.refresh()
        audit = driver.find_elements(By.CSS_SELECTOR, "[aria-labelledby=audit-title]")
        assert "Started the first sync" in audit[0].text
        driver.get(f"{console.address}/products?store=localhost")
        assert "1,500" in driver.find_element(By.CSS_SELECTOR, "nav.pager").text
        log = driver.get_log("browser")  # type: ignore[no-untyped-call]
        # Chromium notes its own taste in forms.
        assert [line["message"] for line in log if line["source"] != "recommendation"] == []
        assert key.consumer_secret not in driver.page_source
    (run,) = history.history(Project(empty.root), registry.find(Project(empty.root), "localhost"))
    assert (run.status, (empty.root / ".env").stat().st_mode & 0o777) == ("complete", 0o600)
