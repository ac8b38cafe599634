"""Looks at the stores for all open tabs together: what runs, and, when that changes, how each store is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from pimctl.console.guard import session_of
from pimctl.console.pages import event
from pimctl.errors import PimctlError
from pimctl.stores import history, progress, project_files, registry, schedules

if TYPE_CHECKING:
    from starlette.requests import Request

    from pimctl.console.sessions import Session
    from pimctl.project import Project
    from pimctl.stores.history import StoreStatus
    from pimctl.stores.store import Store

LOOK_SECONDS = 1.0
STATUS_SECONDS = 20.0
BEAT_SECONDS = 15.0

Parts = dict[str, str]


@dataclass(frozen=True)
class Seen:
    """How the stores are.

    Attributes:
        stores: In the order of meltano.yml.
        database_error: Why figures and history are missing; empty where they are there.
        turn: A number that rises when more than the progress of running syncs may have changed.
    """

    stores: list[StoreStatus]
    database_error: str = ""
    turn: int = 0

    def find(self, store_id: str) -> StoreStatus | None:
        """Return one store."""
        return next((one for one in self.stores if one.store.id == store_id), None)


class Watch:
    """One look a second while somebody looks, however many tabs there are.

    Args:
        project: Whose stores.
        keeps: Whether a session lasts: a page of one that ended sees no more.

    Attributes:
        is_ending: The server ends: let go of the tabs.
    """

    def __init__(self, project: Project, keeps: Callable[[Session], bool]) -> None:
        self.project = project
        self._keeps = keeps
        self.is_ending = False
        self._seen = Seen([])
        self._looked = 0.0
        self._full_look = 0.0
        self._version = ""
        self._lock = asyncio.Lock()

    def now(self) -> Seen:
        """Return how the stores are, looked at anew."""
        try:
            return Seen(history.status(self.project))
        except PimctlError as error:
            stores = registry.list_stores(self.project)  # where meltano.yml cannot be read, that is what to say
            return Seen([without_figures(self.project, store) for store in stores], str(error))

    async def look(self) -> Seen:
        """Return how the stores are, looked at less than a second ago, and after the last change of meltano.yml."""
        async with self._lock:
            version = project_files.version(self.project)
            if version != self._version or time.monotonic() - self._looked >= LOOK_SECONDS:
                self._seen = await run_in_threadpool(self._next, is_changed=version != self._version)
                self._looked, self._version = time.monotonic(), version
            return self._seen

    def _next(self, *, is_changed: bool) -> Seen:
        before = self._seen
        running = progress.running(self.project)
        known = {one.store.id for one in before.stores if one.running}
        if is_changed or running.keys() != known or time.monotonic() - self._full_look > STATUS_SECONDS:
            self._full_look = time.monotonic()
            return replace(self.now(), turn=before.turn + 1)
        stores = [replace(one, running=running[one.store.id]) if one.running else one for one in before.stores]
        return replace(before, stores=stores)

    def stream(self, request: Request, render: Callable[[Seen], Parts | str]) -> StreamingResponse:
        """Return the events of a page that shows stores: its pieces whenever they look different.

        Args:
            request: Of the tab.
            render: Returns the pieces by their id, or an address to go to.
        """

        async def pieces() -> Parts | str:
            return await run_in_threadpool(render, await self.look())

        return self.events(request, pieces, LOOK_SECONDS)

    def events(self, request: Request, pieces: Callable[[], Awaitable[Parts | str]], every: float) -> StreamingResponse:
        """Return the events of a page.

        Args:
            request: Of the tab.
            pieces: Returns the pieces by their id, or an address to go to.
            every: Seconds between two looks.
        """
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        events = self._events(request, pieces, every)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(
        self, request: Request, pieces: Callable[[], Awaitable[Parts | str]], every: float
    ) -> AsyncIterator[str]:
        shown: Mapping[str, str] = {}
        beat = time.monotonic()
        yield "retry: 2000\n\n"
        while not self.is_ending and not await request.is_disconnected():
            try:
                if not self._keeps(session_of(request)):
                    return
                parts = await pieces()
            except PimctlError:
                parts = {}  # it stays as it was; the page itself says why when it is loaded anew
            if isinstance(parts, str):
                yield event("go", parts)
                return
            changed = {name: html for name, html in parts.items() if shown.get(name) != html}
            if changed:
                yield event("parts", changed)
                shown = {**shown, **parts}
            elif time.monotonic() - beat > BEAT_SECONDS:
                yield ": still here\n\n"
                beat = time.monotonic()
            await asyncio.sleep(every)


def without_figures(project: Project, store: Store) -> StoreStatus:
    """Return what is known of a store without the database."""
    running = progress.running(project, [store]).get(store.id)
    return history.StoreStatus(
        store=store,
        state="syncing" if running else "paused" if store.is_paused else "never synced",
        running=running,
        last_good=None,
        last=None,
        products=None,
        variations=None,
        score=None,
        next_sync_at=None if store.is_paused else schedules.next_time(store.cron, datetime.now(UTC)),
        error=None,
        is_stale=False,
        alert_error=None,
    )
