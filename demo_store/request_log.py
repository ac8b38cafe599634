"""Describe the requests a server has answered."""

from dataclasses import dataclass, field
from datetime import datetime

from demo_store.auth import Method
from demo_store.php import Fields


@dataclass
class Request:
    """One request.

    Attributes:
        method: the HTTP method.
        path: the path, without the query.
        query: the query as PHP reads it, without keys, secrets and signatures.
        started_at: when it came in, by the real clock, in UTC.
        user_agent: the User-Agent header.
        auth: how it tried to authenticate, rightly or wrongly; None for not at all.
        accept_encoding: the Accept-Encoding header.
        connection: which connection to this server it came by, from 1.
        number: which request of this server it was, from 1.
        in_flight: how many requests were being answered when it came in, itself among them.
        status: the status sent; 0 while there is none, and when the connection was cut before.
        seconds: how long answering took.
        rows: how many rows were in the answer.
    """

    method: str
    path: str
    query: Fields
    started_at: datetime
    user_agent: str = ""
    auth: Method | None = None
    number: int = 0
    in_flight: int = 1
    status: int = 0
    seconds: float = 0.0
    rows: int = 0
    accept_encoding: str = ""
    connection: int = 0
    ids: list[int] = field(default_factory=list, repr=False)
