"""The people who may log in: names, roles and password digests (argon2), in a file that only the owner can read."""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from pimctl.errors import PimctlError
from pimctl.lock import exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from argon2 import PasswordHasher

ROLES = ("manager", "viewer")
SHORTEST_PASSWORD = 10
FREE_FAILURES = 3
LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True)
class User:
    """Somebody who may log in.

    Attributes:
        name: What they log in as.
        role: ``manager`` or ``viewer``.
        digest: The argon2 digest of the password.
        epoch: Sessions begun under a lower number are over: it rises when all are to end.
    """

    name: str
    role: str
    digest: str
    epoch: int = 0


class Users:
    """The users of a project's console.

    Args:
        folder: Where the file is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "users.json"
        self._verifying = threading.Lock()  # a digest takes 64 MB while it is made: one at a time

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher  # noqa: PLC0415  most consoles start without users

        return PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """The digest of a password that nobody has."""
        return self._hasher.hash(os.urandom(16).hex())

    def all(self) -> dict[str, User]:
        """Return the users by name.

        Raises:
            PimctlError: The file was damaged.
        """
        try:
            return {user["name"]: User(**user) for user in json.loads(self.file.read_text(encoding="utf-8"))}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, KeyError):
            raise PimctlError(
                f"{self.file} is damaged: put a copy back, or delete it and add the users again."
            ) from None

    def add(self, name: str, role: str, password: str) -> None:
        """Add a user, or give one that is there a new role and password, which ends their sessions.

        Raises:
            PimctlError: The name, role or password will not do.
        """
        if not name or len(name) > 64 or not name.isprintable() or name != name.strip():
            raise PimctlError("A user's name has 1 to 64 printable characters, without spaces around it.")
        if role not in ROLES:
            raise PimctlError(f"{role} is not a role: choose {' or '.join(ROLES)}.")
        if len(password) < SHORTEST_PASSWORD:
            raise PimctlError(f"The password is too short: {SHORTEST_PASSWORD} characters at least.")
        with self._changing() as users:
            epoch = (
                users[name].epoch + 1 if name in users else int(time.time())
            )  # also above that of a removed namesake
            users[name] = User(name, role, self._hasher.hash(password), epoch)

    def remove(self, name: str) -> None:
        """Remove a user.

        Raises:
            PimctlError: There is none of this name.
        """
        with self._changing() as users:
            if users.pop(name, None) is None:
                raise PimctlError(f"There is no user {name}.")

    def end_sessions(self, name: str) -> None:
        """Log a user out everywhere."""
        with self._changing() as users:
            if name in users:
                users[name] = replace(users[name], epoch=users[name].epoch + 1)

    def verify(self, name: str, password: str) -> User | None:
        """Return the user, or None where name or password are wrong; both take the same time."""
        from argon2.exceptions import InvalidHashError, VerifyMismatchError  # noqa: PLC0415

        user = self.all().get(name)
        with self._verifying:
            try:
                self._hasher.verify(user.digest if user else self._nobody, password)
            except (VerifyMismatchError, InvalidHashError):
                return None
        return user

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """Give the users to be changed, and rename the changed file into place, under a lock."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with exclusive(self.folder / "users.lock"):
            users = self.all()
            yield users
            new = self.file.with_suffix(".new")
            text = json.dumps([asdict(user) for user in users.values()], indent=1)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            new.replace(self.file)


class Attempts:
    """Slows down log-ins: after three failures of a name or an address each further one must wait twice as long."""

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def seconds_to_wait(self, *keys: str) -> float:
        """Return how long the next attempt has to wait."""
        now = time.monotonic()
        with self._lock:
            return max(0.0, *(self._failures.get(key, (0, 0.0))[1] - now for key in keys))

    def failed(self, *keys: str) -> None:
        """Note a failure."""
        now = time.monotonic()
        with self._lock:
            self._failures = {k: v for k, v in self._failures.items() if v[1] > now - LONGEST_WAIT_SECONDS}
            for key in keys:
                count = self._failures.get(key, (0, 0.0))[0] + 1
                wait = min(2.0 ** (count - FREE_FAILURES), LONGEST_WAIT_SECONDS) if count >= FREE_FAILURES else 0.0
                self._failures[key] = (count, now + wait)

    def succeeded(self, *keys: str) -> None:
        """Forget the failures."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)
