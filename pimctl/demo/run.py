"""The demonstration: two sample stores, added and synced the way a user would, and what arrived."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from pimctl import db
from pimctl.commands import history as history_command
from pimctl.commands import stores as store_command
from pimctl.commands import sync as sync_command
from pimctl.demo import landed, model_figures, report
from pimctl.demo.sample_stores import HOST, SampleStore, answers, open_sample_stores
from pimctl.demo.store_rows import StoreRows
from pimctl.errors import PimctlError
from pimctl.lock import exclusive
from pimctl.postgres import external
from pimctl.project import Project
from pimctl.stores import operations, registry
from pimctl.stores.meltano import Meltano
from pimctl.stores.operations import Changes, Draft
from pimctl.stores.store import BY_NAME, Credentials, Store
from pimctl.stores.sync import log_folder

COMPONENTS = {
    "us": tuple(BY_NAME),
    "eu": tuple(name for name in BY_NAME if name not in {"custom_fields", "reviews"}),
}
VERSIONS = {"us": "11.0.1", "eu": "9.9.5"}
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
            raise PimctlError(f"{name}={store.port} is not a port number: choose one from {PORTS[0]} to {PORTS[-1]}.")
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


def sync(project: Project, samples: list[SampleStore]) -> None:
    """Open the sample stores, add and sync them as a user would, and compare what they hold with what landed."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    log = samples[0].folder / "demo.log"
    meltano = Meltano(project, {}, log)
    installs = meltano.needs_install()
    check(project, samples, installs=installs)
    refuse_own_stores(project, samples)
    log.unlink(missing_ok=True)
    if installs:
        step("Installing tap, loader, database and model by meltano install", meltano.install)
    db.start(project)  # here, so that the terminal tells which database it is, and what had to be opened for it
    if project.variable(external.VARIABLE):
        print(f"The rows of the sample stores go there, as stores {' and '.join(store.store_id for store in samples)}.")
    with open_sample_stores(samples):
        stores = []
        for sample in samples:
            print(f"\nSample store {sample.store_id}: WooCommerce {sample.version} at {sample.url}")
            stores.append(add(project, sample))
        print()
        batch = sync_command.run(project, stores)
        served = {
            sample.store_id: report.chosen(StoreRows(sample).counts(), list(COMPONENTS[sample.store_id]))
            for sample in samples
        }
    if not batch.is_good:
        raise PimctlError(f"A sample store could not be synced: its log is in {log_folder(project)}")
    url = db.current_url(project)
    arrived = landed.counts(url)
    print()
    print(report.table(served, arrived))
    missing = report.differences(served, arrived)
    if missing:
        raise PimctlError(f"{'; '.join(missing)}\nThe full logs: {log_folder(project)}")
    print()
    print(report.model(model_figures.read(url), [sample.store_id for sample in samples]))
    print("\n$ pimctl status")
    history_command.status()
    print(report.next_steps(Path(".venv/bin/activate")))


def add(project: Project, sample: SampleStore) -> Store:
    """Check and add a sample store; where an earlier demonstration added it, give it its new key and address."""
    credentials = Credentials(sample.consumer_key, sample.consumer_secret)
    wanted = {"ca_bundle": str(sample.authority)}
    draft = Draft(sample.store_id, sample.url, credentials, COMPONENTS[sample.store_id], settings=wanted)
    store_command.check_and_show(draft.tap_settings(), credentials)
    known = {store.id: store for store in registry.list_stores(project)}
    if sample.store_id not in known:
        added = operations.add(project, draft)
        print(f"Saved {added.extractor} in meltano.yml, its key and secret in .env.")
        return added
    changes = Changes(sample.url, draft.components, wanted, credentials)
    return operations.edit(project, known[sample.store_id], changes)


def refuse_own_stores(project: Project, samples: list[SampleStore]) -> None:
    """Leave a store of the user's alone that has the name of a sample store."""
    names = {sample.store_id for sample in samples}
    for store in registry.list_stores(project):
        if store.id in names and urlsplit(store.site_url).hostname != HOST:
            raise PimctlError(
                f"The store {store.id} ({store.site_url}) is yours, and the demonstration has one of that name: "
                "run it in a checkout of its own."
            )
