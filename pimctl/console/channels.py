"""The pages of channels: the stores and their state, one store with its syncs, and what can be done to them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pimctl.console import texts
from pimctl.console.guard import change, session_of
from pimctl.console.jobs import Job, Jobs
from pimctl.console.listing import Listing, csv_response
from pimctl.console.pages import TEMPLATES, page
from pimctl.console.store_form import StoreForm, empty_values, values_of
from pimctl.console.texts import _
from pimctl.console.warehouse import DatabaseUnavailable
from pimctl.errors import PimctlError
from pimctl.stores import history, meltano_runs, operations, progress, purge, registry
from pimctl.stores.check import warm_up
from pimctl.stores.store import component_of
from pimctl.stores.sync import start_sync

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from pimctl.console.audit import Audit
    from pimctl.console.warehouse import Reader, Row, Warehouse
    from pimctl.console.watch import Parts, Seen, Watch
    from pimctl.project import Project
    from pimctl.stores.history import StoreStatus, SyncRun
    from pimctl.stores.store import Store

LOG_BYTES = 60_000
STEP_SECONDS = 0.15
RUNS = 20
UNREAD_ROWS = 50
CREDENTIAL = re.compile(r"\bc[ks]_\w+")
SORTS = ("name", "state", "synced", "products", "score")
SNAPSHOTS = "select stream, row_count, started_at, completed_at from woo.snapshots where store_id = %(store)s"
UNREAD = f"""
select u.stream, u.position, u.reason, u.synced_at from woo.unread_rows as u
left join (
    select store_id, stream, started_at from woo.snapshots
    union all select store_id, 'stores', synced_at from woo.stores
) as s on s.store_id = u.store_id and s.stream = u.stream
where u.store_id = %(store)s and u.synced_at >= coalesce(s.started_at, u.synced_at)
order by u.synced_at desc, u.stream, u.position limit {UNREAD_ROWS}
"""
CELLS = ("state", "synced", "goods", "changed", "score", "next")


class Channels:
    """The pages of channels.

    Args:
        project: Whose stores.
        warehouse: Its PIM database.
        watch: Who looks at the stores.
        audit: Where changes are noted.
    """

    def __init__(self, project: Project, warehouse: Warehouse, watch: Watch, audit: Audit) -> None:
        self._project = project
        self._warehouse = warehouse
        self._watch = watch
        self._audit = audit
        self._jobs = Jobs()
        self._form = StoreForm(project, self._jobs, audit)

    def routes(self) -> list[Route]:
        """Return the addresses of these pages."""
        return [
            Route("/stores", self.list),
            Route("/stores.csv", self.export),
            Route("/stores-live", self.list_live),
            Route("/add-store", self.new),
            Route("/add-store", change(self.add), methods=["POST"]),
            Route("/sync-all", change(self.sync_all), methods=["POST"]),
            Route("/checks/{job}", self.check_page),
            Route("/checks/{job}/live", self.check_live),
            Route("/stores/{store}", self.one),
            Route("/stores/{store}/live", self.one_live),
            Route("/stores/{store}/run", self.run),
            Route("/stores/{store}/log", self.log),
            Route("/stores/{store}/edit", self.edit_form),
            Route("/stores/{store}/edit", change(self.edit), methods=["POST"]),
            Route("/stores/{store}/check", change(self.check), methods=["POST"]),
            Route("/stores/{store}/sync", change(self.sync), methods=["POST"]),
            Route("/stores/{store}/pause", change(self.pause), methods=["POST"]),
            Route("/stores/{store}/resume", change(self.resume), methods=["POST"]),
            Route("/stores/{store}/remove", self.remove_form),
            Route("/stores/{store}/remove", change(self.remove), methods=["POST"]),
        ]

    # The list

    def list(self, request: Request) -> Response:
        """Show the stores."""
        seen = self._watch.now()
        listing = Listing.of(request, ("state",), SORTS)
        return page(
            request,
            "channels.html",
            seen=seen,
            listing=listing,
            stores=chosen(seen, listing),
            totals=totals(seen.stores),
        )

    def list_live(self, request: Request) -> Response:
        """Send what changes in the list."""
        first: dict[str, Any] = {}

        def render(seen: Seen) -> Parts | str:
            frames = {frame_of(one) for one in seen.stores}
            if frames != first.setdefault("frames", frames):
                return "/stores"
            macros = TEMPLATES.get_template("store_parts.html").module
            return {
                f"{cell}-{one.store.id}": str(getattr(macros, cell)(one, bool(seen.database_error)))
                for one in seen.stores
                for cell in CELLS
            }

        return self._watch.stream(request, render)

    def export(self, request: Request) -> Response:
        """Send the filtered stores as CSV."""
        seen = self._watch.now()
        return csv_response("stores", rows_of(chosen(seen, Listing.of(request, ("state",), SORTS))))

    def sync_all(self, request: Request, form: FormData) -> Response:  # noqa: ARG002  every change has a form
        """Start a sync of each store that is neither paused nor syncing."""
        at_work = progress.running(self._project)
        stores = [one for one in registry.list_stores(self._project) if not one.is_paused and one.id not in at_work]
        session = session_of(request)
        if stores:
            start_sync(self._project, stores)
            for store in stores:
                self._audit.write(session.name, "Started a sync", store.id)
        else:
            session.notice = _("There is no store to sync: all are paused or syncing already.")
        return RedirectResponse("/stores", 303)

    # Adding and editing

    def new(self, request: Request) -> Response:
        """Show the form of a new store."""
        warm_up()
        return self._form_page(request, 200, None, None, empty_values(self._project), {})

    def add(self, request: Request, form: FormData) -> Response:
        """Check and save a new store."""
        return self._follow(request, self._form.add(request, form))

    def edit_form(self, request: Request) -> Response:
        """Show the form of a store."""
        warm_up()
        store = self._find(request)
        return self._form_page(request, 200, store, None, values_of(self._project, store), {})

    def edit(self, request: Request, form: FormData) -> Response:
        """Check and save the changes of a store."""
        return self._follow(request, self._form.edit(request, self._find(request), form))

    def check(self, request: Request, form: FormData) -> Response:  # noqa: ARG002
        """Check a store as it is."""
        store = self._find(request)
        job = Job(title=self._title(store), store=store.id)
        self._jobs.begin(job, registry.tap_settings(store), registry.credentials(self._project, store))
        return self._follow(request, job)

    def check_page(self, request: Request) -> Response:
        """Show a check, its form with what was typed, and what failed at its field."""
        job = self._job(request)
        if job.goes_to:
            return RedirectResponse(job.goes_to, 303)
        return self._show(request, job)

    def check_live(self, request: Request) -> Response:
        """Send the steps of a check as they pass."""
        job = self._job(request)

        async def pieces() -> Parts | str:
            if job.is_done:
                return job.goes_to or f"/checks/{job.id}"
            return {"steps": TEMPLATES.get_template("steps.html").render(job=job, running=True)}

        return self._watch.events(request, pieces, STEP_SECONDS)

    def _follow(self, request: Request, job: Job) -> Response:
        if job.is_done and job.problem:
            return self._show(request, job, 422)
        return RedirectResponse(f"/checks/{job.id}", 303)

    def _show(self, request: Request, job: Job, status: int = 200) -> Response:
        running = not job.is_done  # asked once: it may end at any moment, and a page must not say both
        if job.values is None:
            return page(request, "check.html", status, job=job, running=running)
        store = registry.find(self._project, job.store) if job.store else None
        return self._form_page(request, status, store, job, job.values, {} if running else job.errors, running=running)

    def _form_page(  # noqa: PLR0913, PLR0917  the parts of the form
        self,
        request: Request,
        status: int,
        store: Store | None,
        job: Job | None,
        values: Mapping[str, Any],
        errors: Mapping[str, str],
        *,
        running: bool = False,
    ) -> Response:
        title = self._title(store) if store else ""
        parts = {
            "store": store,
            "store_title": title,
            "job": job,
            "values": values,
            "errors": errors,
            "running": running,
        }
        return page(request, "store_form.html", status, **parts)

    def _job(self, request: Request) -> Job:
        job = self._jobs.find(request.path_params["job"])
        if job is None:
            raise HTTPException(404, _("This check is over and no longer kept. Start it again."))
        return job

    # One store

    def one(self, request: Request) -> Response:
        """Show one store."""
        store = self._find(request)
        seen = self._watch.now()
        status = seen.find(store.id)
        assert status is not None
        audit = self._audit.read(store.id)
        return page(request, "store.html", one=status, seen=seen, audit=audit, **self._details(store))

    def one_live(self, request: Request) -> Response:
        """Send what changes on a store's page."""
        store = self._find(request)
        first: dict[str, Any] = {}
        last: dict[str, Any] = {"turn": None, "details": {}}

        def render(seen: Seen) -> Parts | str:
            status = seen.find(store.id)
            if status is None:
                return "/stores"
            if frame_of(status) != first.setdefault("frame", frame_of(status)):
                return f"/stores/{store.id}"
            macros = TEMPLATES.get_template("store_parts.html").module
            if seen.turn != last["turn"]:
                last.update(turn=seen.turn, details=self._details(store))
            tables = ("components_table", "history_table", "unread_table")
            return {
                "headline": str(macros.headline(status, bool(seen.database_error))),  # type: ignore[attr-defined]
                "live": str(macros.live(status)),  # type: ignore[attr-defined]
                **{table: str(getattr(macros, table)(status, last["details"])) for table in tables},
            }

        return self._watch.stream(request, render)

    def _details(self, store: Store) -> dict[str, Any]:
        """Return what the page of a store shows of its components, history and unread rows."""
        found: dict[str, Any] = {"snapshots": {}, "unread": [], "runs": [], "database_error": ""}
        try:
            with self._warehouse.open() as reader:
                found["snapshots"] = snapshots(reader, store) if reader.has("woo.snapshots") else {}
                if reader.has("woo.unread_rows", "woo.snapshots", "woo.stores"):
                    found["unread"] = reader.rows(UNREAD, {"store": store.store_id})
                found["runs"] = history.history(self._project, store, RUNS)
                found["snapshots"] |= empty_components(found["runs"], found["snapshots"])
        except DatabaseUnavailable as error:
            found["database_error"] = str(error)
        return found

    def run(self, request: Request) -> Response:
        """Show one sync, stream by stream."""
        store = self._find(request)
        started = request.query_params.get("started", "")
        for run in history.history(self._project, store, 1000):
            if run.started_at.isoformat() == started:
                return page(request, "run.html", store=store, store_title=self._title(store), run=run)
        raise HTTPException(404, _("There is no such sync."))

    def log(self, request: Request) -> Response:
        """Show the end of the log of the running or last sync."""
        store = self._find(request)
        status = self._watch.now().find(store.id)
        path = log_of(self._project, status)
        title = status.title if status else store.id
        return page(request, "log.html", store=store, store_title=title, text=read_tail(path) if path else "")

    def sync(self, request: Request, form: FormData) -> Response:
        """Start a sync."""
        store = self._find(request)
        full = bool(form.get("full"))
        session = session_of(request)
        if progress.running(self._project, [store]):
            session.notice = _("%s is syncing already.") % self._title(store)
        else:
            start_sync(self._project, [store], full=full)
            self._audit.write(session.name, "Started a full sync" if full else "Started a sync", store.id)
        return RedirectResponse(f"/stores/{store.id}", 303)

    def pause(self, request: Request, form: FormData) -> Response:  # noqa: ARG002
        """Pause a store."""
        store = operations.pause(self._project, self._find(request))
        return self._done(request, store, "Paused", _("%s is paused: no sync starts until you resume it."))

    def resume(self, request: Request, form: FormData) -> Response:  # noqa: ARG002
        """Resume a store."""
        store = operations.resume(self._project, self._find(request))
        return self._done(request, store, "Resumed", _("%s syncs again."))

    def remove_form(self, request: Request) -> Response:
        """Ask whether a store is to be removed, and whether its rows are."""
        store = self._find(request)
        try:
            rows, problem = sum(purge.counts(self._project, store).values()), ""
        except PimctlError as error:
            rows, problem = 0, str(error)
        return page(request, "remove.html", store=store, store_title=self._title(store), rows=rows, problem=problem)

    def remove(self, request: Request, form: FormData) -> Response:
        """Remove a store; its rows stay unless they are to go."""
        store = self._find(request)
        purges = bool(form.get("purge"))
        title = self._title(store)
        purge.remove(self._project, store, purge=purges)
        session = session_of(request)
        what = "Removed the store and its rows" if purges else "Removed the store; its rows stay"
        self._audit.write(session.name, what, store.id)
        notice = _("%s is removed with its rows.") if purges else _("%s is removed. Its products stay in the database.")
        session.notice = notice % title
        return RedirectResponse("/stores", 303)

    def _done(self, request: Request, store: Store, what: str, notice: str) -> Response:
        session = session_of(request)
        self._audit.write(session.name, what, store.id)
        session.notice = notice % self._title(store)
        return RedirectResponse(f"/stores/{store.id}", 303)

    def _title(self, store: Store) -> str:
        """Return what a store calls itself, or its id where the database does not say."""
        try:
            with self._warehouse.open() as reader:
                names = reader.store_names() if reader.has("pim.stores") else {}
        except DatabaseUnavailable:
            names = {}
        return names.get(store.store_id, store.id)

    def _find(self, request: Request) -> Store:
        name = request.path_params["store"]
        for store in registry.list_stores(self._project):
            if store.id == name:
                return store
        raise HTTPException(404, _("There is no store %s.") % name)


def frame_of(one: StoreStatus) -> tuple[str, str, bool]:
    """Return what a page shows of a store outside its live parts: where it changes, the page is loaded again."""
    return one.store.id, one.title, one.store.is_paused


def chosen(seen: Seen, listing: Listing) -> list[StoreStatus]:
    """Return the stores that are searched and filtered, in their order."""
    words = listing.search.lower()
    state = listing.filters["state"]
    stores = [
        one
        for one in seen.stores
        if words in f"{one.title} {one.store.id} {one.store.site_url}".lower() and state in {"", one.state}
    ]
    never = datetime.min.replace(tzinfo=UTC)
    keys: dict[str, Any] = {
        "name": lambda one: one.title.lower(),
        "state": lambda one: one.state,
        "synced": lambda one: one.last_good.started_at if one.last_good else never,
        "products": lambda one: one.products or 0,
        "score": lambda one: one.score or 0,
    }
    return sorted(stores, key=keys[listing.sort], reverse=listing.descending)


def rows_of(stores: list[StoreStatus]) -> Iterator[Row]:
    """Yield the stores as rows of a CSV file."""
    for one in stores:
        yield {
            "store": one.store.id,
            "name": one.name,
            "site_url": one.store.site_url,
            "state": one.state,
            "last_good_sync": one.last_good.started_at.isoformat() if one.last_good else "",
            "products": one.products,
            "variations": one.variations,
            "score": one.score,
            "next_sync": one.next_sync_at.isoformat() if one.next_sync_at else "",
            "error": one.error or "",
        }


def totals(stores: list[StoreStatus]) -> dict[str, int]:
    """Return the sums that stand above the list."""
    return {
        "stores": len(stores),
        "troubled": sum(one.state in {"failed", "stale", "incomplete"} for one in stores),
        "products": sum(one.products or 0 for one in stores),
        "variations": sum(one.variations or 0 for one in stores),
    }


def snapshots(reader: Reader, store: Store) -> dict[str, Row]:
    """Return the last full sync of each component; of several streams the rows of all and the oldest."""
    found: dict[str, Row] = {}
    for row in reader.rows(SNAPSHOTS, {"store": store.store_id}):
        component = component_of(row["stream"])
        if component in found:
            known = found[component]
            known["row_count"] += row["row_count"]
            known["started_at"] = min(known["started_at"], row["started_at"])
        elif component:
            found[component] = row
    return {name: found[name] for name in texts.components() if name in found}


def empty_components(runs: list[SyncRun], known: Mapping[str, Row]) -> dict[str, Row]:
    """Return the components that a sync read and found empty. They have no snapshot until they have had rows."""
    found: dict[str, Row] = {}
    for run in runs:
        for stream in run.streams:
            component = component_of(stream.stream)
            is_read = run.status == "complete" and stream.kind == "full" and stream.rows == 0
            if component and is_read and component not in known:
                found.setdefault(component, {"row_count": 0, "completed_at": run.ended_at})
    return found


def log_of(project: Project, status: StoreStatus | None) -> Path | None:
    """Return the log of the running sync of a store, else of its last one, whoever started it."""
    from pimctl.stores.sync import log_folder  # noqa: PLC0415

    if status is None:
        return None
    if status.running and status.running.log:
        return status.running.log
    paths = [log_folder(project) / f"{status.store.id}.log"]  # Meltano may not know of this sync
    if status.last and status.last.run_id:
        paths.append(meltano_runs.log_file(registry.state_id(project, status.store), status.last.run_id))
    return max((path for path in paths if path.is_file()), key=lambda path: path.stat().st_mtime, default=None)


def read_tail(path: Path) -> str:
    """Return the end of a log, without the progress, which the pages show as a table.

    The tap leaves no secret in it, and what looks like one is struck out all the same.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LOG_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines(keepends=True)
    return CREDENTIAL.sub("***", "".join(line for line in lines if progress.METRIC not in line))
