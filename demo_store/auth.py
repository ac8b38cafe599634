"""Tell who asks, as WooCommerce's REST authentication does: Basic, query and OAuth 1.0a one-legged."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import unquote, unquote_plus

from demo_store.answer import RestError
from demo_store.keys import ApplicationPasswords, Key, Keys
from demo_store.php import Fields, as_text, rawurlencode

Method: TypeAlias = Literal["basic", "query", "oauth1"]

_WINDOW_SECONDS = 15 * 60
_OAUTH_NAMES = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)
_HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


@dataclass(frozen=True)
class Asked:
    """What authentication looks at.

    Attributes:
        method: the HTTP method.
        url: scheme, host and path as WordPress believes them to be: what an OAuth signature covers.
        query: the parsed query.
        authorization: the Authorization header, "" for none.
        is_ssl: whether WordPress knows of TLS; without it Basic and query authentication are not looked at.
        now: the store's clock, in seconds since 1970.
    """

    method: str
    url: str
    query: Fields
    authorization: str
    is_ssl: bool
    now: float


def offered(query: Fields, authorization: str) -> Method | None:
    """Tell which way of authentication a request tries, right or wrong."""
    if query.get("consumer_key") and query.get("consumer_secret"):
        return "query"
    if "oauth_consumer_key" in query or authorization.startswith("OAuth "):
        return "oauth1"
    return "basic" if authorization[:6].lower() == "basic " else None


def authenticate(asked: Asked, keys: Keys) -> Key | None:
    """Find the key that asks; None for nobody, RestError (401) when the key is known and something is wrong."""
    error: RestError | None = None
    if asked.is_ssl:
        consumer_key, secret = _pair(asked)
        key = keys.find(consumer_key) if secret else None
        if key and hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
            return key
        if key:
            error = _denied("Consumer secret is invalid.")
    parameters = _oauth_parameters(asked)
    if parameters is not None:
        return _check_oauth(asked, parameters, keys)
    if error:
        raise error
    return None


def check_permissions(key: Key, method: str) -> None:
    """Refuse what the key's permissions do not cover; RestError (401) in WooCommerce's words."""
    if method in {"GET", "HEAD"} and key.permissions == "write":
        raise _denied("The API key provided does not have read permissions.")
    if method in {"POST", "PUT", "PATCH", "DELETE"} and key.permissions == "read":
        raise _denied("The API key provided does not have write permissions.")


def user_of_application_password(asked: Asked, passwords: ApplicationPasswords) -> Key | None:
    """Find the user who asks by an application password; None for nobody, RestError (401) for a wrong one.

    WordPress 5.6 and later take any Basic pair that no plugin took for its own (wp_validate_application_password), but
    only when some user has such a password, and over https.
    """
    if not asked.is_ssl or asked.authorization[:6].lower() != "basic ":
        return None
    name, word = _basic_pair(asked)
    user = passwords.find(name)
    if user is None:
        raise RestError(
            401, "invalid_username", "<strong>Error:</strong> Unknown username. Check again or try your email address."
        )
    bare = re.sub(r"[^A-Za-z0-9]", "", word)
    if not hmac.compare_digest(user.consumer_secret.encode(), bare.encode()):
        text = "<strong>Error:</strong> The provided password is an invalid application password."
        raise RestError(401, "incorrect_password", text)
    return user


def _denied(message: str) -> RestError:
    return RestError(401, "woocommerce_rest_authentication_error", message)


def _pair(asked: Asked) -> tuple[str, str]:
    key, secret = asked.query.get("consumer_key"), asked.query.get("consumer_secret")
    if isinstance(key, str) and isinstance(secret, str) and key and secret:
        return key, secret
    return _basic_pair(asked)


def _basic_pair(asked: Asked) -> tuple[str, str]:
    if asked.authorization[:6].lower() != "basic ":
        return "", ""
    try:
        name, _, word = base64.b64decode(asked.authorization[6:]).decode().partition(":")
    except ValueError:
        return "", ""
    return name, word


def _oauth_parameters(asked: Asked) -> Fields | None:
    parameters = dict(asked.query)
    if asked.authorization.startswith("OAuth "):
        found = re.findall(r'(oauth_[a-z_-]*)=(?:"([^"]*)"|([^,]*))', asked.authorization)
        parameters |= {name: unquote_plus(quoted or bare) for name, quoted, bare in found}
    missing = [name for name in _OAUTH_NAMES if not parameters.get(name)]
    if len(missing) == len(_OAUTH_NAMES):
        return None
    if missing:
        raise _denied(f"Missing OAuth parameter{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    return parameters


def _check_oauth(asked: Asked, parameters: Fields, keys: Keys) -> Key:
    key = keys.find(as_text(parameters["oauth_consumer_key"]))
    if key is None:
        raise _denied("Consumer key is invalid.")
    _check_signature(asked, parameters, key)
    _check_nonce(asked, parameters, key)
    return key


def _check_signature(asked: Asked, parameters: Fields, key: Key) -> None:
    given = unquote(as_text(parameters["oauth_signature"]).replace(" ", "+"))
    signed = {name: value for name, value in parameters.items() if name != "oauth_signature"}
    joined = "%26".join(_joined(dict(sorted(signed.items()))))
    text = f"{asked.method.upper()}&{rawurlencode(asked.url)}&{joined}"
    algorithm = _HASHES.get(as_text(parameters["oauth_signature_method"]))
    if algorithm is None:
        raise _denied("Invalid signature - signature method is invalid.")
    digest = hmac.new(f"{key.consumer_secret}&".encode(), text.encode(), algorithm).digest()
    if not hmac.compare_digest(base64.b64encode(digest), given.encode()):
        raise _denied("Invalid signature - provided signature does not match.")


def _joined(parameters: Fields, outer: str = "") -> Iterator[str]:
    for name, value in parameters.items():
        key = f"{outer}%5B{rawurlencode(name)}%5D" if outer else rawurlencode(name)
        if isinstance(value, dict):
            yield from _joined(value, key)
        else:
            yield rawurlencode(f"{key}={rawurlencode(as_text(value))}")


def _check_nonce(asked: Asked, parameters: Fields, key: Key) -> None:
    digits = re.match(r"\d*", as_text(parameters["oauth_timestamp"]))
    timestamp = int((digits and digits.group()) or 0)
    nonce = as_text(parameters["oauth_nonce"])
    if abs(timestamp - asked.now) > _WINDOW_SECONDS:
        raise _denied("Invalid timestamp.")
    if nonce in key.nonces.values():
        raise _denied("Invalid nonce - nonce has already been used.")
    key.nonces[timestamp] = nonce
    for old in [stamp for stamp in key.nonces if stamp < asked.now - _WINDOW_SECONDS]:
        del key.nonces[old]
