"""Who is logged in: sessions in the server's memory, which end with it, or after a time."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pimctl.console.users import User, Users

IDLE_SECONDS = 8 * 3600.0
LONGEST_SECONDS = 24 * 3600.0
MOST_SESSIONS = 1000


@dataclass
class Session:
    """A browser that was let in.

    Attributes:
        name: The user, or who started the console.
        role: ``manager`` or ``viewer``, as it was at the last request.
        epoch: That of the user at log-in; None for the holder of the one-time token.
        csrf: What every form of this session carries.
        shows_pictures: Whether pages show pictures from the stores.
        notice: What the next page says once.
    """

    name: str
    role: str
    epoch: int | None
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    shows_pictures: bool = True
    notice: str = ""
    began: float = field(default_factory=time.monotonic)
    seen: float = field(default_factory=time.monotonic)

    def take_notice(self) -> str:
        """Return the notice, and forget it."""
        notice, self.notice = self.notice, ""
        return notice


class Sessions:
    """All sessions, by the digest of their cookie.

    Args:
        users: Who may have one.
        owner: The name of the person who started the console.
    """

    def __init__(self, users: Users, owner: str) -> None:
        self._users = users
        self._owner = owner
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self.token = secrets.token_urlsafe(24)

    def enter(self, token: str) -> str | None:
        """Trade the one-time token for a session's cookie, and make another token; None where it is wrong or used.

        Where there are users, no token lets anybody in.
        """
        with self._lock:
            if self._users.all() or not hmac.compare_digest(token.encode(), self.token.encode()):
                return None
            self.token = secrets.token_urlsafe(24)
        return self._begin(Session(self._owner, "manager", None))

    def log_in(self, user: User) -> str:
        """Begin a session of a user who has proven the password; return its cookie."""
        return self._begin(Session(user.name, user.role, user.epoch))

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie while it lasts and its user may be here."""
        if not cookie:
            return None
        key = digest(cookie)
        with self._lock:
            session = self._sessions.get(key)
        if session is None:
            return None
        if not self._lasts(session):
            self.end(cookie)
            return None
        session.seen = time.monotonic()
        return session

    def keeps(self, session: Session) -> bool:
        """Whether a session lasts, asked on behalf of an open page, which is no visit."""
        with self._lock:
            is_known = any(session is kept for kept in self._sessions.values())
        return is_known and self._lasts(session)

    def end(self, cookie: str | None) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(digest(cookie or ""), None)

    def end_all(self, name: str) -> None:
        """Log a user out everywhere."""
        with self._lock:
            self._sessions = {key: session for key, session in self._sessions.items() if session.name != name}
        self._users.end_sessions(name)

    def _lasts(self, session: Session) -> bool:
        now = time.monotonic()
        if now - session.seen > IDLE_SECONDS or now - session.began > LONGEST_SECONDS:
            return False
        users = self._users.all()
        if session.epoch is None:
            return not users  # once there are users, the token's holder logs in as one of them
        user = users.get(session.name)
        if user is None or user.epoch != session.epoch:
            return False
        session.role = user.role
        return True

    def _begin(self, session: Session) -> str:
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._sessions) >= MOST_SESSIONS:
                oldest = min(self._sessions, key=lambda key: self._sessions[key].seen)
                del self._sessions[oldest]
            self._sessions[digest(cookie)] = session
        return cookie


def digest(cookie: str) -> str:
    """Return what a cookie is kept as, so that a look into the memory shows none."""
    return hashlib.sha256(cookie.encode()).hexdigest()
