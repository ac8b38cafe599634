"""The errors of a shop that cannot be read, and the signs by which their causes are told apart.

Statuses, codes and texts as seen on WooCommerce 11.0.1, 9.9.5 and 5.9.0 (WordPress 6.9). WordPress translates its
texts, not its codes: what only a text tells apart, `login.py` also tells by comparison.
"""

from __future__ import annotations

import datetime
import re
import ssl
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import requests
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from urllib3.exceptions import NameResolutionError

from tap_woo_pim.answers import BodyError, decode
from tap_woo_pim.causes import (
    BAD_CA_FILE,
    BAD_PARAMETERS,
    BROKEN_OFF,
    CLOCK,
    EXPIRED,
    FIREWALL,
    HOST_NOT_FOUND,
    HTTPS_NEEDED,
    LOGIN_PAGE,
    MAINTENANCE,
    NO_RIGHTS,
    NO_ROUTE,
    NO_TLS,
    NOT_SIGNED_IN,
    NOT_YET_VALID,
    ODD_STATUS,
    PROXY,
    REFUSED,
    REST_BLOCKED,
    REST_OFF,
    SELF_SIGNED,
    SERVER_ERROR,
    SITE_PASSWORD,
    TIMED_OUT,
    TLS_FAILED,
    TOO_MANY_REQUESTS,
    UNKNOWN_AUTHORITY,
    UNKNOWN_KEY,
    UNREACHABLE,
    WRITE_ONLY,
    WRONG_NAME,
    WRONG_SECRET,
    Cause,
)

SIZE_STATUSES = frozenset({500, 502, 504, 508, 520, 521, 522, 523, 524})
"""Server errors that a large page may cause where a smaller one succeeds."""

RETRIED_STATUSES = SIZE_STATUSES | {408, 425, 429, 503, 509, *range(525, 531)}
"""Beside them what passes: 509 is a host's limit of traffic; by 525 to 530 Cloudflare says that it cannot reach it."""


class WooError(NamedTuple):
    """The code and the text of a WordPress error answer; empty where the body is none."""

    code: str
    message: str


NO_ERROR = WooError("", "")


class ShopError(FatalAPIError):
    """A shop that cannot be read, for a known cause.

    Attributes:
        cause: the cause.
        details: the values of the details in its sentence.
        error: what WordPress said, to compare, never to show.
        date: the shop's clock when it answered, where it did.
    """

    def __init__(self, place: str, cause: Cause, **details: object) -> None:
        super().__init__(f"{place}: {cause.sentence(**details)}")
        self.cause = cause
        self.details = details
        self.error = NO_ERROR
        self.date: datetime.datetime | None = None

    def said(self, error: WooError, date: datetime.datetime | None) -> ShopError:
        """Keep what WordPress said, and when."""
        self.error, self.date = error, date
        return self


class PassingError(RetriableAPIError):
    """A shop that cannot be read now, for a cause that may pass.

    Attributes:
        cause: the cause.
        details: the values of the details in its sentence.
    """

    def __init__(self, error: ShopError, response: requests.Response | None = None) -> None:
        super().__init__(str(error), response)
        self.cause = error.cause
        self.details = error.details


class Sign(NamedTuple):
    """What an answer that means a cause looks like. Everything given must fit."""

    cause: Cause
    status: frozenset[int] | None = None
    code: str = ""
    message: str = ""
    page: str = ""
    header: str = ""


AUTHENTICATION_ERROR = "woocommerce_rest_authentication_error"
_CANNOT_VIEW = "woocommerce_rest_cannot_(view|read|list_resources)|rest_forbidden_context"
_BLOCKED = frozenset({401, 403, 404})

ANSWER_SIGNS = (
    Sign(WRONG_SECRET, code=AUTHENTICATION_ERROR, message=r"Consumer secret is invalid|Invalid signature"),
    Sign(WRITE_ONLY, code=AUTHENTICATION_ERROR, message=r"not have read permissions"),
    Sign(UNKNOWN_KEY, code=AUTHENTICATION_ERROR, message=r"Consumer key is invalid"),
    Sign(CLOCK, code=AUTHENTICATION_ERROR, message=r"Invalid timestamp"),
    Sign(NOT_SIGNED_IN, code=AUTHENTICATION_ERROR),
    Sign(UNKNOWN_KEY, frozenset({401}), code=_CANNOT_VIEW),
    Sign(NO_RIGHTS, frozenset({403}), code=_CANNOT_VIEW),
    Sign(NO_ROUTE, frozenset({404}), code="rest_no_route"),
    Sign(BAD_PARAMETERS, frozenset({400}), code="rest_"),
    Sign(REST_BLOCKED, _BLOCKED, code="."),
    Sign(MAINTENANCE, frozenset({503}), page=r"scheduled maintenance|maintenance mode|wartungs"),
    Sign(
        FIREWALL,
        page=r"checking (if|your browser)|just a moment|attention required|captcha|wordfence|sucuri|incapsula"
        r"|imunify360|bot protection|access denied|ddos",
    ),
    Sign(HTTPS_NEEDED, frozenset({400}), page=r"plain http request was sent to https"),
    Sign(SITE_PASSWORD, frozenset({401}), header="WWW-Authenticate"),
    Sign(LOGIN_PAGE, page=r"loginform|wp-login\.php"),
    Sign(FIREWALL, frozenset({401, 403, 406, 415, 418, 455}), page="."),
    Sign(REST_OFF, frozenset({404, 410}), page="."),
    Sign(TOO_MANY_REQUESTS, frozenset({429})),
    Sign(SERVER_ERROR, frozenset(range(500, 600))),
    Sign(FIREWALL, frozenset({401, 403})),
    Sign(ODD_STATUS),
)
"""Causes by the signs of an answer: the first that fits. `code`, `message` and `page` are regular expressions, the last
for bodies that are no JSON."""

CERTIFICATE_SIGNS = {
    9: NOT_YET_VALID,
    10: EXPIRED,
    18: SELF_SIGNED,
    19: UNKNOWN_AUTHORITY,
    20: UNKNOWN_AUTHORITY,
    21: UNKNOWN_AUTHORITY,
    62: WRONG_NAME,
    64: WRONG_NAME,
}
"""Causes by OpenSSL's verify code (X509_V_ERR_...)."""

CONNECTION_SIGNS: tuple[tuple[type[BaseException], str, Cause], ...] = (
    (requests.exceptions.ProxyError, "", PROXY),
    (NameResolutionError, "", HOST_NOT_FOUND),
    (ssl.SSLError, "WRONG_VERSION_NUMBER|HTTP_REQUEST|RECORD_LAYER_FAILURE|UNEXPECTED_MESSAGE", NO_TLS),
    (ssl.SSLError, "PEM|NO_CERTIFICATE|NO_START_LINE", BAD_CA_FILE),
    (ssl.SSLError, "", TLS_FAILED),
    (requests.exceptions.SSLError, "", TLS_FAILED),
    (requests.exceptions.Timeout, "", TIMED_OUT),
    (ConnectionRefusedError, "", REFUSED),
    (OSError, r"Errno (101|113)\b", UNREACHABLE),
    (OSError, r"TLS CA certificate bundle", BAD_CA_FILE),
)
"""Causes by the type and text of a connection's error, or of one that it came from: the first that fits."""

_PAGE_BYTES = 2**16


def woo_error(body: bytes) -> WooError:
    """Read the code and the text of an error answer such as {"code": "...", "message": "..."}, also between notices."""
    try:
        data = decode(body)
    except BodyError:
        return NO_ERROR
    if not isinstance(data, Mapping):
        return NO_ERROR
    return WooError(str(data.get("code", "")), str(data.get("message", "")))


def answer_cause(status: int, headers: Mapping[str, str], body: bytes) -> tuple[Cause, WooError]:
    """Tell what an answer means that is no data.

    Args:
        status: its HTTP status.
        headers: its headers.
        body: its body; no part of it is ever shown.

    Returns:
        The cause, and what WordPress said.
    """
    error = woo_error(body)
    page = "" if error.code else body[:_PAGE_BYTES].decode(errors="replace").lower()
    for sign in ANSWER_SIGNS:
        if (
            (sign.status is None or status in sign.status)
            and re.search(sign.code, error.code)
            and re.search(sign.message, error.message)
            and re.search(sign.page, page)
            and (not sign.header or sign.header in headers)
        ):
            return sign.cause, error
    raise AssertionError("the last sign fits every answer")


def connection_cause(error: OSError, url: str) -> Cause:
    """Tell why no answer came. The error's own text is never shown: it holds the URL and with it the query.

    Args:
        error: what requests raised.
        url: what was asked.
    """
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return CERTIFICATE_SIGNS.get(one.verify_code, UNKNOWN_AUTHORITY)
    for kind, text, cause in CONNECTION_SIGNS:
        if any(isinstance(one, kind) and re.search(text, str(one)) for one in chain):
            return cause
    return HTTPS_NEEDED if url.startswith("http://") else BROKEN_OFF


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that it came from. urllib3 keeps them as `reason` and arguments too."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            origins = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
            waiting.extend(origin for origin in origins if isinstance(origin, BaseException))
