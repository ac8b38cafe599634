"""Keep the API keys of a store, as WooCommerce's settings page does."""

import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Permissions: TypeAlias = Literal["read", "write", "read_write"]
Role: TypeAlias = Literal["administrator", "shop_manager", "catalogue_editor", "customer"]
"""The role of the key's user. A catalogue editor may edit products and terms but lacks manage_woocommerce."""

MANAGERS = ("administrator", "shop_manager")
VIEWERS = (*MANAGERS, "catalogue_editor")


@dataclass
class Key:
    """One API key. `nonces` are the OAuth nonces it was used with, by their timestamps."""

    consumer_key: str
    consumer_secret: str
    permissions: Permissions = "read"
    user_role: Role = "shop_manager"
    nonces: dict[int, str] = field(default_factory=dict, repr=False)


class Keys:
    """The keys of a store: iterate, look up, add, revoke."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}

    def __iter__(self) -> Iterator[Key]:
        return iter(list(self._keys.values()))

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, consumer_key: str) -> Key | None:
        """Look up a key by its public half; None when it is unknown or revoked."""
        return self._keys.get(consumer_key)

    def add(
        self,
        consumer_key: str | None = None,
        consumer_secret: str | None = None,
        permissions: Permissions = "read",
        user_role: Role = "shop_manager",
    ) -> Key:
        """Add a key, by default a new one of a shop manager that may read."""
        key = Key(
            consumer_key or f"ck_{secrets.token_hex(20)}",
            consumer_secret or f"cs_{secrets.token_hex(20)}",
            permissions,
            user_role,
        )
        self._keys[key.consumer_key] = key
        return key

    def revoke(self, key: Key | str) -> None:
        """Revoke a key: from now on it is unknown. KeyError when it is not there."""
        del self._keys[key.consumer_key if isinstance(key, Key) else key]


class ApplicationPasswords:
    """The application passwords of a site's users, one a user."""

    def __init__(self) -> None:
        self._users: dict[str, Key] = {}

    def add(self, user_name: str, user_role: Role) -> str:
        """Make a user's password; it is shown in groups, and taken with or without the spaces between them."""
        password = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(24))
        self._users[user_name] = Key(user_name, password, "read_write", user_role)
        return " ".join(password[start : start + 4] for start in range(0, len(password), 4))

    def find(self, user_name: str) -> Key | None:
        """Look up who a user is and may; None when there is none of this name."""
        return self._users.get(user_name)
