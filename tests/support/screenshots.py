"""Takes a picture of every page of the console, light, dark and on a phone: ``make screenshots`` after ``make demo``.

Adds a sample store by clicks, once with a wrong secret, and removes it with its rows at the end. The pictures go to
``.pimctl/screenshots``; those that the docs show, to ``docs/images``.
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from demo_store import Store, serve
from pimctl.project import Project
from pimctl.stores import progress, purge, registry
from tests.support.browser import DESKTOP, PHONE, chromium, waiting
from tests.support.console import Running, start_console

PAGES = {
    "channels": "/stores",
    "store": "/stores/us",
    "add-store": "/add-store",
    "edit-store": "/stores/us/edit",
    "remove-store": "/stores/us/remove",
    "log": "/stores/us/log",
    "products": "/products?q=wool",
    "product": "/product?sku=LAB-00054",
    "products-empty": "/products?q=nothing-fits",
    "health": "/health",
    "findings": "/health/findings?check=no_price",
    "alerts": "/alerts",
    "account": "/account",
    "not-found": "/no-such-page",
}
MOST_HEIGHT = 1100
STORE = "outlet"
WAIT_SECONDS = 240
IN_DOCS = {
    "channels-live": "channels",
    "check-failed": "check-failed",
    "store-live": "store",
    "product": "product",
    "health-dark": "health-dark",
}


def take(driver: WebDriver, folder: Path, name: str) -> None:
    """Take a picture of the whole page, down to ``MOST_HEIGHT``."""
    size = driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], MOST_HEIGHT), "scale": 1}
    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    (folder / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))


def add_store(driver: WebDriver, console: Running, folder: Path, suffix: str) -> None:
    """Add a store by clicks: each time the check that fails, and in light the one that passes, and the sync."""
    store = Store.synthetic(products=8000)
    key = store.key()
    store.latency_seconds = 0.6
    wait = waiting(driver, WAIT_SECONDS)
    with serve(store, tls=False) as server:
        driver.get(f"{console.address}/add-store")
        driver.find_element(By.ID, "site_url").send_keys(server.url)
        driver.find_element(By.ID, "consumer_key").send_keys(key.consumer_key)
        driver.find_element(By.ID, "consumer_secret").send_keys("cs_" + "0" * 40)
        driver.find_element(By.CSS_SELECTOR, "details summary").click()
        driver.find_element(By.ID, "id").send_keys(STORE)
        driver.find_element(By.CSS_SELECTOR, "form.card button.main").click()
        wait.until(lambda d: d.find_elements(By.ID, "consumer_secret-error"))
        hide_key(driver)
        take(driver, folder, f"check-failed{suffix}")
        if suffix:
            return
        key_field = driver.find_element(By.ID, "consumer_key")
        key_field.clear()
        key_field.send_keys(key.consumer_key)
        driver.find_element(By.ID, "consumer_secret").send_keys(key.consumer_secret)
        driver.find_element(By.CSS_SELECTOR, "form.card button.main").click()
        wait.until(lambda d: d.find_elements(By.CSS_SELECTOR, "#steps[data-live] .passed"))
        hide_key(driver)
        take(driver, folder, "checking")
        wait.until(lambda d: d.current_url.endswith(f"/stores/{STORE}"))
        wait.until(lambda d: "8,000" in d.find_element(By.ID, "live").text)
        take(driver, folder, "store-live")
        driver.get(f"{console.address}/stores")
        take(driver, folder, "channels-live")
        driver.get(f"{console.address}/stores/{STORE}")
        wait.until(lambda d: d.find_elements(By.CSS_SELECTOR, "#headline .good, #headline .bad"))
        take(driver, folder, "store-synced")


def hide_key(driver: WebDriver) -> None:
    """Leave no key in a picture."""
    driver.execute_script("document.getElementById('consumer_key').value = 'ck_0123456789'")


def main() -> None:
    """Take all pictures."""
    project = Project.find()
    folder = project.root / ".pimctl" / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with start_console(project.root) as console:
        for mode in ("", "-dark", "-phone"):
            size = PHONE if mode == "-phone" else DESKTOP
            with (
                tempfile.TemporaryDirectory() as profile,
                chromium(Path(profile), size, dark=mode == "-dark") as driver,
            ):
                driver.get(console.link)
                console.link = console.next_line().split()[-1]
                for name, path in PAGES.items():
                    driver.get(console.address + path)
                    take(driver, folder, f"{name}{mode}")
                try:
                    add_store(driver, console, folder, mode)
                finally:
                    for store in registry.list_stores(project):
                        if store.id == STORE and not progress.running(project, [store]):
                            purge.remove(project, store, purge=True)
    images = project.root / "docs" / "images"
    images.mkdir(exist_ok=True)
    for name, shown_as in IN_DOCS.items():
        shutil.copy(folder / f"{name}.png", images / f"{shown_as}.png")
    sys.stdout.write(f"{len(list(folder.iterdir()))} pictures in {folder}\n")


if __name__ == "__main__":
    main()
