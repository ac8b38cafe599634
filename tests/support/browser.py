"""A real browser: Debian's Chromium by its own driver, headless; and what axe finds in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import axe_core_python  # type: ignore[import-untyped]
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

DESKTOP = (1280, 900)
PHONE = (390, 844)
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--lang=en-US",
)
AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
REMEDY = "no browser is here. To get one: apt-get install chromium chromium-driver"


def programs() -> tuple[str, str] | None:
    """Return Chromium and its driver, or None where one of them is missing."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    return (browser, driver) if browser and driver else None


@contextmanager
def chromium(profile: Path, size: tuple[int, int] = DESKTOP, *, dark: bool = False) -> Iterator[WebDriver]:
    """Start a browser with a profile of its own for the length of a ``with`` block."""
    found = programs()
    assert found, REMEDY
    options = Options()
    options.binary_location = found[0]
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(found[1]))
    try:
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        if size[0] < 500:  # a window cannot be narrower
            metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": True}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        yield driver
    finally:
        driver.quit()


def waiting(driver: WebDriver, seconds: float) -> WebDriverWait[WebDriver]:
    """Return a wait that goes on where a part of the page was replaced between finding and reading it."""
    return WebDriverWait(driver, seconds, poll_frequency=0.1, ignored_exceptions=[StaleElementReferenceException])


def violations(driver: WebDriver) -> list[str]:
    """Return what axe finds on the page that is open."""
    driver.execute_script(AXE)
    found = driver.execute_async_script(f"axe.run(document, {json.dumps(RULES)}).then(r => arguments[0](r.violations))")
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
