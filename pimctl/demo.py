"""The demonstration: two sample shops synced and modelled by the project's own Meltano job, in the PIM database."""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from pimctl import db, demo_report, external, landed, model_figures
from pimctl.demo_shops import Shop, answers, open_shops
from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.meltano import Meltano
from pimctl.project import Project
from pimctl.shop_rows import ShopRows

VERSIONS = {"us": "11.0.1", "eu": "9.9.5"}
FIRST_PORT = 8411
PORTS = range(1, 65536)
FREE_BYTES_TO_INSTALL = 800_000_000  # the plugins take 470 MB, the database and its logs the rest
FREE_BYTES_TO_RUN = 100_000_000


def check(project: Project, shops: list[Shop], *, installs: bool) -> None:
    """Check all that can be missing before anything is begun.

    Args:
        project: Where the demonstration works.
        shops: The two sample shops.
        installs: Whether the plugins are still to be installed.

    Raises:
        PimctlError: With what is missing, and the remedy.
    """
    if importlib.util.find_spec("demo_store") is None:
        raise PimctlError("The sample shops are not here: the demonstration needs a checkout of the whole project.")
    free = shutil.disk_usage(project.root).free
    needed = FREE_BYTES_TO_INSTALL if installs else FREE_BYTES_TO_RUN
    if free < needed:
        raise PimctlError(
            f"Not enough disk space: {free // 1_000_000} MB free at {project.root}, {needed // 1_000_000} MB needed."
        )
    if shops[0].port == shops[1].port:
        raise PimctlError("The two sample shops need different ports.")
    for shop in shops:
        name = f"{shop.store_id.upper()}_PORT"
        if shop.port not in PORTS:
            raise PimctlError(f"{name}={shop.port} is no port: choose one from {PORTS[0]} to {PORTS[-1]}.")
        if answers(shop.port):
            raise PimctlError(
                f"Port {shop.port} is taken by another program, and the sample shop {shop.store_id} needs it. "
                f"Choose another port: make demo {name}={shop.port + (100 if shop.port + 100 in PORTS else -100)}"
            )


def step(text: str, work: Callable[[], None]) -> None:
    """Do a part of the work, telling what it is and how long it took."""
    print(f"{text} ...", end=" ", flush=True)
    began = time.monotonic()
    try:
        work()
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.0f} s", flush=True)


def run(project: Project, ports: dict[str, int]) -> None:
    """Run the demonstration and print what arrived.

    Raises:
        PimctlError: Something is missing or failed, or rows did not arrive.
    """
    folder = project.root / ".demo"
    folder.mkdir(exist_ok=True)
    try:
        with exclusive(folder / "lock", wait=False):
            sync(project, [Shop(store, VERSIONS[store], port, folder) for store, port in ports.items()])
    except BlockingIOError:
        raise PimctlError("Another demonstration is running in this folder: wait until it has ended.") from None


def sync(project: Project, shops: list[Shop]) -> None:
    """Open the shops, sync them, and compare what they hold with what landed."""
    log = shops[0].folder / "demo.log"
    settings = {name: value for shop in shops for name, value in shop.settings().items()}
    settings["NO_PROXY"] = settings["no_proxy"] = "localhost,127.0.0.1"
    meltano = Meltano(project, settings, log)
    installs = meltano.needs_install()
    check(project, shops, installs=installs)
    log.unlink(missing_ok=True)
    if installs:
        step("Installing tap, loader, database and model by meltano install", meltano.install)
    db.start(project)  # here, so that the terminal tells which database it is, and what had to be opened for it
    if project.variable(external.VARIABLE):
        print(f"The rows of the sample shops go there, as stores {' and '.join(shop.store_id for shop in shops)}.")
    with open_shops(shops):
        for shop in shops:
            print(f"Sample shop {shop.store_id}: WooCommerce {shop.version} at {shop.url}")
        step("Syncing both and building the PIM model by meltano run sync-all", lambda: meltano.run("run", "sync-all"))
        served = {
            shop.store_id: demo_report.chosen(ShopRows(shop).counts(), components(project, shop)) for shop in shops
        }
    url = db.current_url(project)
    arrived = landed.counts(url)
    print()
    print(demo_report.table(served, arrived))
    missing = demo_report.differences(served, arrived)
    if missing:
        raise PimctlError(f"{'; '.join(missing)}\nThe whole log: {log}")
    print()
    print(demo_report.model(model_figures.read(url), [shop.store_id for shop in shops]))
    print(demo_report.next_steps(Path(".venv/bin/activate")))


def components(project: Project, shop: Shop) -> list[str]:
    """Return the sync components that meltano.yml chooses for a sample shop."""
    whole = yaml.safe_load((project.root / "meltano.yml").read_text(encoding="utf-8"))
    (instance,) = [plugin for plugin in whole["plugins"]["extractors"] if plugin["name"] == shop.tap]
    return list(instance["config"]["sync_components"])


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``demo`` to the command line."""
    line = "Sync two sample shops into the PIM database and show what arrived."
    parser = commands.add_parser("demo", help=line, description=line)
    for offset, store in enumerate(VERSIONS):
        parser.add_argument(f"--{store}-port", type=int, default=FIRST_PORT + offset, metavar="PORT")
    parser.set_defaults(
        run=lambda arguments: run(Project.find(), {store: getattr(arguments, f"{store}_port") for store in VERSIONS})
    )
