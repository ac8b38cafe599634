"""The page of alerts: where messages go when a store needs attention, and what is open now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pimctl.console.guard import change, session_of, text_of
from pimctl.console.pages import page
from pimctl.console.texts import _
from pimctl.errors import PimctlError
from pimctl.stores import alert_log, alerts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request

    from pimctl.console.audit import Audit
    from pimctl.project import Project


class Alerts:
    """The page of alerts. An alert's address is a secret: it is taken, and never shown.

    Args:
        project: Whose alerts.
        audit: Where changes are noted.
    """

    def __init__(self, project: Project, audit: Audit) -> None:
        self._project = project
        self._audit = audit

    def routes(self) -> list[Route]:
        """Return the addresses of this page."""
        return [
            Route("/alerts", self.list),
            Route("/alerts", change(self.add), methods=["POST"]),
            Route("/alerts/{name}/test", change(self.test), methods=["POST"]),
            Route("/alerts/{name}/remove", change(self.remove), methods=["POST"]),
        ]

    def list(self, request: Request) -> Response:
        """Show the alerts and the form of a new one."""
        return self._show(request, {}, "")

    def add(self, request: Request, form: FormData) -> Response:
        """Add an alert."""
        name, url = text_of(form, "name"), text_of(form, "url")
        errors = {field: _("Fill in this field.") for field, value in (("name", name), ("url", url)) if not value}
        for field, value, check in (("name", name, alerts.check_name), ("url", url, alerts.check_url)):
            try:
                if value:
                    check(value)
            except PimctlError as error:
                errors[field] = str(error)
        if errors:
            return self._show(request, errors, name, 422)
        alerts.add(self._project, name, url)
        return self._done(request, f"Added the alert {name}", _("%s is saved. Send a test message to try it.") % name)

    def test(self, request: Request, form: FormData) -> Response:  # noqa: ARG002  every change has a form
        """Send a test message."""
        name = request.path_params["name"]
        alerts.send_test(self._project, name)
        return self._done(request, f"Sent a test by the alert {name}", _("%s delivered the test message.") % name)

    def remove(self, request: Request, form: FormData) -> Response:  # noqa: ARG002
        """Remove an alert."""
        name = request.path_params["name"]
        alerts.remove(self._project, name)
        return self._done(request, f"Removed the alert {name}", _("%s is removed.") % name)

    def _done(self, request: Request, what: str, notice: str) -> Response:
        session = session_of(request)
        self._audit.write(session.name, what)
        session.notice = notice
        return RedirectResponse("/alerts", 303)

    def _show(self, request: Request, errors: Mapping[str, str], name: str, status: int = 200) -> Response:
        kept = alert_log.read(self._project)
        return page(
            request,
            "alerts.html",
            status,
            alerts=alerts.kinds(self._project),
            problems={store: noted.get("open", {}) for store, noted in kept.items() if noted.get("open")},
            unsent=alert_log.errors(self._project),
            errors=errors,
            name=name,
        )
