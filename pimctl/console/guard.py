"""What stands before every page: who may ask (host, origin, session, role, form token) and what the browser may do."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pimctl.console.texts import _

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.datastructures import FormData
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from pimctl.console.sessions import Session, Sessions

OPEN_PATHS = ("/login", "/enter", "/static/")
SAFE_METHODS = {"GET", "HEAD"}
MOST_FORM_BYTES = 100_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'{pictures}; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # under no-referrer browsers send forms with the origin "null"
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Middleware: refuses forged requests, finds the session, and sets the security headers.

    Args:
        app: What it stands before.
        sessions: Who is logged in.
        cookie_name: The name of the session's cookie.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions, cookie_name: str) -> None:
        self._app = app
        self._sessions = sessions
        self._cookie_name = cookie_name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        session = self._sessions.find(request.cookies.get(self._cookie_name))
        scope.setdefault("state", {})["session"] = session

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(MutableHeaders(scope=message), scope["path"], session)
            await send(message)

        refusal = self._refusal(request, session)
        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, request: Request, session: Session | None) -> Response | None:
        if request.method not in SAFE_METHODS and not is_same_origin(request.headers):
            return Response(_("Refused: this form was sent from another site."), 403, media_type="text/plain")
        if session is None and not request.url.path.startswith(OPEN_PATHS):
            if request.url.path.startswith("/logout"):
                return RedirectResponse("/login", 303)
            is_form = request.method not in SAFE_METHODS
            page = urlsplit(request.headers.get("referer", "") if is_form else str(request.url))
            asked = page.path + (f"?{page.query}" if page.query else "")
            after = f"?next={quote(asked)}" if asked not in {"", "/"} else ""
            if is_form:
                after += f"{'&' if after else '?'}unsaved=1"
            return RedirectResponse(f"/login{after}", 303)
        return None

    def _set_headers(self, headers: MutableHeaders, path: str, session: Session | None) -> None:
        shows_pictures = session is not None and session.shows_pictures
        headers["Content-Security-Policy"] = POLICY.format(pictures=" http: https:" if shows_pictures else "")
        for name, value in HEADERS.items():
            headers[name] = value
        if not path.startswith("/static/"):
            headers["Cache-Control"] = "no-store"  # nothing of a store stays in the browser after the log-out


def is_same_origin(headers: Headers) -> bool:
    """Whether a browser sent this request from a page of the console itself.

    The scheme is not compared: a proxy in front may speak https where the console speaks http.
    """
    origin = headers.get("origin")
    if origin:
        return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    return headers.get("sec-fetch-site") == "same-origin"


def session_of(request: Request) -> Session:
    """Return the session of a request that was let through."""
    session: Session = request.state.session
    return session


def change(
    handler: Callable[[Request, FormData], Response], *, needs_manager: bool = True
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of a function that changes something: it takes a form with this session's token.

    Args:
        handler: What to do with the form.
        needs_manager: Refuse viewers.
    """

    async def endpoint(request: Request) -> Response:
        session = session_of(request)
        form = await read_form(request)
        if not hmac.compare_digest(str(form.get("csrf", "")).encode(), session.csrf.encode()):
            raise HTTPException(
                403,
                _("This form is out of date, or not from the console. Go back, reload the page and try again."),
            )
        if needs_manager and session.role != "manager":
            raise HTTPException(403, _("You can see everything here, but only a manager can change it."))
        return await run_in_threadpool(handler, request, form)

    return endpoint


async def read_form(request: Request) -> FormData:
    """Return the fields of a form.

    Raises:
        HTTPException: It is too large.
    """
    if int(request.headers.get("content-length") or MOST_FORM_BYTES + 1) > MOST_FORM_BYTES:
        raise HTTPException(413, _("This form is too large."))
    return await request.form(max_files=0, max_fields=200)


def text_of(form: FormData, name: str) -> str:
    """Return a field of a form as text without spaces around it, empty where it is missing."""
    value: Any = form.get(name)
    return value.strip() if isinstance(value, str) else ""
