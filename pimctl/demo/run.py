"""The demonstration: two sample stores synced and modelled by the project's own Meltano job, in the PIM database."""

from __future__ import annotations

import importlib.util
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from pimctl import db
from pimctl.demo import report
from pimctl.demo.sample_stores import SampleStore, answers, open_sample_stores
from pimctl.demo.store_rows import StoreRows
from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.postgres import external
from pimctl.project import Project
from pimctl.stores import landed, model_figures
from pimctl.stores.meltano import Meltano

VERSIONS = {"us": "11.0.1", "eu": "9.9.5"}
FIRST_PORT = 8411
PORTS = range(1, 65536)
FREE_BYTES_TO_INSTALL = 800_000_000  # the plugins take 470 MB, the database and its logs the rest
FREE_BYTES_TO_RUN = 100_000_000


def check(project: Project, stores: list[SampleStore], *, installs: bool) -> None:
    """Check all that can be missing before anything is begun.

    Args:
        project: Where the demonstration works.
        stores: The two sample stores.
        installs: Whether the plugins are still to be installed.

    Raises:
        PimctlError: With what is missing, and the remedy.
    """
    if importlib.util.find_spec("demo_store") is None:
        raise PimctlError("The sample stores are not here: the demonstration needs a checkout of the whole project.")
    free = shutil.disk_usage(project.root).free
    needed = FREE_BYTES_TO_INSTALL if installs else FREE_BYTES_TO_RUN
    if free < needed:
        raise PimctlError(
            f"Not enough disk space: {free // 1_000_000} MB free at {project.root}, {needed // 1_000_000} MB needed."
        )
    if stores[0].port == stores[1].port:
        raise PimctlError("The two sample stores need different ports.")
    for store in stores:
        name = f"{store.store_id.upper()}_PORT"
        if store.port not in PORTS:
            raise PimctlError(f"{name}={store.port} is no port: choose one from {PORTS[0]} to {PORTS[-1]}.")
        if answers(store.port):
            raise PimctlError(
                f"Port {store.port} is taken by another program, and the sample store {store.store_id} needs it. "
                f"Choose another port: make demo {name}={store.port + (100 if store.port + 100 in PORTS else -100)}"
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
            sync(project, [SampleStore(store, VERSIONS[store], port, folder) for store, port in ports.items()])
    except BlockingIOError:
        raise PimctlError("Another demonstration is running in this folder: wait until it has ended.") from None


def sync(project: Project, stores: list[SampleStore]) -> None:
    """Open the stores, sync them, and compare what they hold with what landed."""
    log = stores[0].folder / "demo.log"
    settings = {name: value for store in stores for name, value in store.settings().items()}
    settings["NO_PROXY"] = settings["no_proxy"] = "localhost,127.0.0.1"
    meltano = Meltano(project, settings, log)
    installs = meltano.needs_install()
    check(project, stores, installs=installs)
    log.unlink(missing_ok=True)
    if installs:
        step("Installing tap, loader, database and model by meltano install", meltano.install)
    db.start(project)  # here, so that the terminal tells which database it is, and what had to be opened for it
    if project.variable(external.VARIABLE):
        print(f"The rows of the sample stores go there, as stores {' and '.join(store.store_id for store in stores)}.")
    with open_sample_stores(stores):
        for store in stores:
            print(f"Sample store {store.store_id}: WooCommerce {store.version} at {store.url}")
        step("Syncing both and building the PIM model by meltano run sync-all", lambda: meltano.run("run", "sync-all"))
        served = {
            store.store_id: report.chosen(StoreRows(store).counts(), components(project, store)) for store in stores
        }
    url = db.current_url(project)
    arrived = landed.counts(url)
    print()
    print(report.table(served, arrived))
    missing = report.differences(served, arrived)
    if missing:
        raise PimctlError(f"{'; '.join(missing)}\nThe whole log: {log}")
    print()
    print(report.model(model_figures.read(url), [store.store_id for store in stores]))
    print(report.next_steps(Path(".venv/bin/activate")))


def components(project: Project, store: SampleStore) -> list[str]:
    """Return the sync components that meltano.yml chooses for a sample store."""
    whole = yaml.safe_load((project.root / "meltano.yml").read_text(encoding="utf-8"))
    (instance,) = [plugin for plugin in whole["plugins"]["extractors"] if plugin["name"] == store.tap]
    return list(instance["config"]["sync_components"])
