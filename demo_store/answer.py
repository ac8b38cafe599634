"""Hold an answer before it is sent, and make the ones that carry errors."""

from dataclasses import dataclass, field

from demo_store.php import Fields, encode

JSON_TYPE = "application/json; charset=UTF-8"
HTML_TYPE = "text/html; charset=UTF-8"


@dataclass
class Answer:
    """Status, headers and body of an answer. Faults may change any of them before it is sent."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": JSON_TYPE})


class RestError(Exception):
    """An error WordPress answers with: a `WP_Error` with its code, message and status."""

    def __init__(self, status: int, code: str, message: str, body: Fields | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body = body or {"code": code, "message": message, "data": {"status": status}}

    def answer(self) -> Answer:
        """Make the answer of this error."""
        return Answer(self.status, encode(self.body))


def no_route() -> RestError:
    """Make the error of an address that no route matches."""
    return RestError(404, "rest_no_route", "No route was found matching the URL and request method.")


def html(status: int, title: str, text: str, **headers: str) -> Answer:
    """Make an HTML page, as web servers, firewalls and WordPress's front end send them."""
    page = (
        f'<!DOCTYPE html>\n<html lang="en-US">\n<head><meta charset="UTF-8"><title>{title}</title></head>\n'
        f"<body><h1>{title}</h1><p>{text}</p></body>\n</html>\n"
    )
    return Answer(status, page.encode(), {"Content-Type": HTML_TYPE, **headers})
