"""Faults that answer with another status than the store's."""

from demo_store.answer import Answer, html
from demo_store.faults.base import Exchange, Fault
from demo_store.php import encode

_TITLES = {
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    508: "Resource Limit Is Reached",
    520: "Web server is returning an unknown error",
    521: "Web server is down",
    522: "Connection timed out",
    523: "Origin is unreachable",
    524: "A timeout occurred",
}
_CRITICAL = {
    "code": "internal_server_error",
    "message": "<p>There has been a critical error on this website.</p>",
    "data": {"status": 500},
}


class Status(Fault):
    """An error status, with the page of the web server or, for 500, WordPress's JSON.

    Args:
        status: the status.
        retry_after: the Retry-After header: seconds, a date or nonsense.
    """

    name = "status"

    def __init__(self, status: int = 500, retry_after: str | int | None = None) -> None:
        self._status = status
        self._headers = {} if retry_after is None else {"Retry-After": str(retry_after)}

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        """Answer with the status; the store is not asked."""
        if self._status == 500:
            answer = Answer(500, encode(_CRITICAL))
        else:
            answer = html(self._status, _TITLES.get(self._status, f"Error {self._status}"), "nginx")
        answer.headers |= self._headers
        return answer


class FailsAbove(Fault):
    """A server too weak for large pages: a status for more than so many rows a page."""

    name = "fails_above"

    def __init__(self, rows: int = 50, status: int = 504) -> None:
        self._rows = rows
        self._status = status

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        """Fail the page when it is asked for too large."""
        asked = int(exchange.request.query.get("per_page", 10))
        if asked <= self._rows:
            return answer
        return html(self._status, _TITLES.get(self._status, "Error"), "nginx")


class PoisonousRow(Fault):
    """A row that makes PHP fail: a status for every page that holds it."""

    name = "poisonous_row"

    def __init__(self, *ids: int, status: int = 500) -> None:
        self._ids = set(ids)
        self._status = status

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        """Fail the page when one of the rows is on it."""
        if self._ids.isdisjoint(exchange.request.ids):
            return answer
        if self._status == 500:
            return Answer(500, encode(_CRITICAL))
        return html(self._status, _TITLES.get(self._status, "Error"), "nginx")


class Redirected(Fault):
    """A redirect to another address."""

    name = "redirected"

    def __init__(self, to: str = "https://elsewhere.invalid/", status: int = 302) -> None:
        self._to = to
        self._status = status

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        """Answer with the redirect."""
        return html(self._status, "Moved", "The document has moved.", Location=self._to)


class KeyRevoked(Fault):
    """The store's owner revokes all keys: this request and all later ones are not recognised."""

    name = "key_revoked"

    async def before(self, exchange: Exchange) -> None:
        """Revoke the keys; the store then answers as it does."""
        for key in exchange.keys:
            exchange.keys.revoke(key)
