"""The doors: the one-time token, the log-in of users, the log-out, and a viewer's own settings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pimctl.console.guard import change, read_form, session_of, text_of
from pimctl.console.pages import page
from pimctl.console.texts import _, ngettext
from pimctl.console.users import Attempts

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from pimctl.console.audit import Audit
    from pimctl.console.sessions import Sessions
    from pimctl.console.users import User, Users


class Login:
    """The pages that let people in and out.

    Args:
        users: Who may log in.
        sessions: Who is logged in.
        audit: Where log-ins are noted.
        cookie_name: The name of the session's cookie.
        token_used: Called when the one-time token was traded for a session and a new one made.
    """

    def __init__(
        self, users: Users, sessions: Sessions, audit: Audit, cookie_name: str, token_used: Callable[[], None]
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._audit = audit
        self._cookie_name = cookie_name
        self._token_used = token_used
        self._attempts = Attempts()

    def routes(self) -> list[Route]:
        """Return the addresses of these pages."""
        return [
            Route("/enter", self.enter),
            Route("/login", self.ask),
            Route("/login", self.log_in, methods=["POST"]),
            Route("/account", self.account),
            Route("/account/pictures", change(self.choose_pictures, needs_manager=False), methods=["POST"]),
            Route("/logout", change(self.log_out, needs_manager=False), methods=["POST"]),
            Route("/logout-everywhere", change(self.log_out_everywhere, needs_manager=False), methods=["POST"]),
        ]

    def enter(self, request: Request) -> Response:
        """Trade the one-time token for a session."""
        cookie = self._sessions.enter(request.query_params.get("token", ""))
        if cookie is None:
            return self._form(request, 403, _("This link was already used, or is not the latest one."))
        self._token_used()
        return self._let_in(request, cookie, "/")

    def ask(self, request: Request) -> Response:
        """Show the log-in form."""
        lost = _("Your session had ended, so that was not done. Log in, then try again.")
        query = request.query_params
        return self._form(request, 200, lost if "unsaved" in query else "", after=query.get("next", ""))

    async def log_in(self, request: Request) -> Response:
        """Log a user in, slower after failures."""
        form = await read_form(request)
        name = text_of(form, "name")
        keys = (f"name {name}", f"from {request.client.host if request.client else ''}")
        wait = math.ceil(self._attempts.seconds_to_wait(*keys))
        if wait:
            text = ngettext("Too many attempts: wait %(n)d second.", "Too many attempts: wait %(n)d seconds.", wait)
            response = self._form(request, 429, text % {"n": wait}, name, text_of(form, "next"))
            response.headers["Retry-After"] = str(wait)
            return response
        user = await run_in_threadpool(self._users.verify, name, str(form.get("password", "")))
        if user is None:
            self._attempts.failed(*keys)
            return self._form(request, 403, _("Wrong name or password."), name, text_of(form, "next"))
        self._attempts.succeeded(*keys)
        return self._welcome(request, user, form)

    def account(self, request: Request) -> Response:
        """Show a user's own settings."""
        return page(request, "account.html")

    def choose_pictures(self, request: Request, form: FormData) -> Response:
        """Turn pictures from stores on or off for this session."""
        session_of(request).shows_pictures = bool(form.get("pictures"))
        session_of(request).notice = _("Saved.")
        return RedirectResponse("/account", 303)

    def log_out(self, request: Request, form: FormData) -> Response:  # noqa: ARG002  every change has a form
        """End this session."""
        self._sessions.end(request.cookies.get(self._cookie_name))
        return self._goodbye()

    def log_out_everywhere(self, request: Request, form: FormData) -> Response:  # noqa: ARG002
        """End all sessions of this user."""
        session = session_of(request)
        self._sessions.end_all(session.name)
        self._audit.write(session.name, "Logged out everywhere")
        return self._goodbye()

    def _welcome(self, request: Request, user: User, form: FormData) -> Response:
        self._audit.write(user.name, "Logged in")
        self._sessions.end(request.cookies.get(self._cookie_name))
        asked = text_of(form, "next")
        inside = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
        return self._let_in(request, self._sessions.log_in(user), asked if inside else "/")

    def _let_in(self, request: Request, cookie: str, path: str) -> Response:
        response = RedirectResponse(path, 303)
        secure = request.url.scheme == "https"
        response.set_cookie(self._cookie_name, cookie, httponly=True, samesite="lax", secure=secure, path="/")
        return response

    def _goodbye(self) -> Response:
        response = RedirectResponse("/login", 303)
        response.delete_cookie(self._cookie_name, path="/", httponly=True, samesite="lax")
        return response

    def _form(self, request: Request, status: int, error: str, name: str = "", after: str = "") -> Response:
        has_users = bool(self._users.all())
        return page(request, "login.html", status, error=error, name=name, has_users=has_users, after=after)
