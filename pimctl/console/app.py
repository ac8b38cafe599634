"""Puts the console together: the pages, what stands before them, and what they say when something fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pimctl.console import report
from pimctl.console.alerts import Alerts
from pimctl.console.audit import Audit
from pimctl.console.channels import Channels
from pimctl.console.guard import Guard
from pimctl.console.health import Health
from pimctl.console.login import Login
from pimctl.console.pages import STATIC, failed
from pimctl.console.products import Products
from pimctl.console.texts import _
from pimctl.console.warehouse import DatabaseUnavailable, Warehouse
from pimctl.console.watch import Watch
from pimctl.errors import PimctlError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from socket import socket
    from types import FrameType

    from starlette.requests import Request

    from pimctl.console.server import Place
    from pimctl.console.sessions import Sessions
    from pimctl.console.users import Users
    from pimctl.project import Project

GRACE_SECONDS = 2


class Console:
    """The console of a project.

    Args:
        project: Its project.
        port: Where it listens; the cookie is named after it, since cookies know no ports.
        users: Who may log in.
        sessions: Who is logged in, and the token.
        hosts: The names that browsers may call it by.
        token_used: Called when the one-time token was used and there is a new one.

    Attributes:
        app: The ASGI application.
        watch: Who looks at the stores for the open tabs.
    """

    def __init__(  # noqa: PLR0913, PLR0917  the parts it is made of
        self,
        project: Project,
        port: int,
        users: Users,
        sessions: Sessions,
        hosts: Sequence[str],
        token_used: Callable[[], None],
    ) -> None:
        audit = Audit(users.folder)
        warehouse = Warehouse(project)
        cookie_name = f"pimctl_{port}"
        self.watch = Watch(project, sessions.keeps)
        self.app = Starlette(
            routes=[
                Route("/", lambda _request: RedirectResponse("/stores", 303)),
                *Login(users, sessions, audit, cookie_name, token_used).routes(),
                *Channels(project, warehouse, self.watch, audit).routes(),
                *Products(warehouse).routes(),
                *Health(warehouse).routes(),
                *Alerts(project, audit).routes(),
                Route("/health/report.html", lambda _request: report.download(warehouse)),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            middleware=[
                Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
                Middleware(Guard, sessions=sessions, cookie_name=cookie_name),
                Middleware(GZipMiddleware, minimum_size=1000),
            ],
            exception_handlers={
                HTTPException: say_refused,
                DatabaseUnavailable: say_unavailable,
                PimctlError: say_failed,
                OSError: say_disk,
                500: say_broken,
            },
        )


def say_refused(request: Request, error: Exception) -> Response:
    """Say what is not there, or not allowed."""
    assert isinstance(error, HTTPException)
    titles = {403: _("Not allowed"), 404: _("Not found"), 405: _("Not found")}
    message = (
        error.detail
        if error.status_code not in {404, 405} or error.detail not in {"Not Found", "Method Not Allowed"}
        else ""
    )
    return failed(
        request, error.status_code, titles.get(error.status_code, _("Refused")), message or _("There is no page here.")
    )


def say_unavailable(request: Request, error: Exception) -> Response:
    """Say why the database cannot be read."""
    return failed(request, 503, _("The PIM database cannot be read"), str(error))


def say_failed(request: Request, error: Exception) -> Response:
    """Say what an operation said."""
    return failed(request, 409, _("That did not work"), str(error))


def say_disk(request: Request, error: Exception) -> Response:
    """Say what the file system said, such as that the disk is full."""
    assert isinstance(error, OSError)
    return failed(request, 507, _("That did not work"), _("%s. Nothing was changed.") % (error.strerror or error))


def say_broken(request: Request, error: Exception) -> Response:  # noqa: ARG001  its text may hold anything
    """Say that the console itself has a fault, without showing it."""
    return failed(
        request,
        500,
        _("The console has a fault"),
        _("The terminal that runs it shows what happened. Go back and try again."),
    )


class Server(uvicorn.Server):
    """A server that lets go of the open tabs when it is to end.

    Args:
        watch: Who holds them.
        config: As uvicorn takes it.
    """

    def __init__(self, watch: Watch, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._watch = watch

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End the events of open tabs, which would go on for ever."""
        self._watch.is_ending = True
        super().handle_exit(sig, frame)


def run(console: Console, door: socket, place: Place) -> None:
    """Serve the console until it is stopped."""
    config = uvicorn.Config(
        console.app,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=place.is_proxied,
        ssl_certfile=place.certificate,
        ssl_keyfile=place.private_key,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ws="none",
    )
    Server(console.watch, config).run(sockets=[door])
