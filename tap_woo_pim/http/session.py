"""Sends one request to a store, follows redirects within it, and says in a plain error why no response came."""

from __future__ import annotations

import base64
import contextlib
import logging
import warnings
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from importlib import metadata
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.exceptions import HTTPError, InsecureRequestWarning

from tap_woo_pim._compat import override
from tap_woo_pim.config.settings import Settings
from tap_woo_pim.config.urls import extra_parameters, is_same_store, moves_port, origin, resolved, route
from tap_woo_pim.exceptions import PassingError, StoreError
from tap_woo_pim.http.classify import classify_connection
from tap_woo_pim.http.diagnoses import BAD_REDIRECT, BROKEN_OFF, CIRCLE, DOWNGRADE, HTTPS_NEEDED, ODD_STATUS, OTHER_HOST
from tap_woo_pim.http.models import Request

TALKATIVE_LOGGERS = ("urllib3", "oauthlib", "requests_oauthlib")
"""Libraries that log whole URLs, and with them the key, at level DEBUG and sometimes WARNING."""

MAX_REDIRECTS = 5

MAX_PASSED_BYTES = 2**16
"""How much of a redirect's own text is read, so that the connection can serve the next request."""

logger = logging.getLogger("tap-woo-pim")


class _Session(requests.Session):
    """A session that ignores redirects: requests parses even those that it does not follow, and may fail at it."""

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None, as for a response that is no redirect."""


class Transport:
    """A pool of connections to one store, thread-safe.

    Args:
        settings: the settings of the store.
        before_next: called with a request before each one that follows a redirect of it.
    """

    def __init__(self, settings: Settings, before_next: Callable[[Request], None]) -> None:
        self._timeout_seconds = settings.request_timeout_seconds
        self._before_next = before_next
        self._has_answered = False
        self._session = _Session()
        # A store could send more of them with every response, and get them all back.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=settings.max_concurrency))
        version = metadata.version("tap-woo-pim")
        self._session.headers["User-Agent"] = settings.user_agent or f"tap-woo-pim/{version}"
        self._session.headers["Accept"] = "application/json"
        # A page that a cache kept does not fit the fresh pages around it.
        self._session.headers["Cache-Control"] = "no-cache"
        self._session.headers["Accept-Encoding"] = "gzip, deflate"
        if settings.http_user and settings.http_password:
            pair = f"{settings.http_user}:{settings.http_password}".encode()
            self._session.headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        # Unlike `Session.send`, `request` uses the environment: its proxies, and its certificate authorities if
        # `verify` is True.
        self._send = partial(
            self._session.request,
            timeout=self._timeout_seconds,
            allow_redirects=False,
            stream=True,
            verify=settings.verify_tls and (settings.ca_bundle or True),
        )
        for name in TALKATIVE_LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if not settings.verify_tls:
            warnings.simplefilter("ignore", InsecureRequestWarning)
            logger.warning(
                "%s: verify_tls is off, so anyone on the network path can read and change everything.",
                settings.store_id,
            )

    def send(self, request: Request) -> requests.Response:
        """Send a request, and follow redirects within the store, authenticating each anew with the same method.

        Returns:
            The response, its body not yet read; the caller closes it.

        Raises:
            StoreError: no response came, or the store redirects to where the key must not go.
            PassingError: the store sent only an informational response (1xx).
        """
        method, url, params, auth, prefix, _ = request
        cookies = RequestsCookieJar()
        for hop in range(MAX_REDIRECTS + 1):
            if hop:
                self._before_next(request)
            try:
                response = self._send(method, url, params=params, auth=auth, cookies=cookies)
            except (OSError, ValueError, HTTPError) as error:
                # These include requests' own errors, urllib3's that it lets pass, and OSError for a missing ca_bundle.
                diagnosis = classify_connection(error, url)
                if diagnosis is HTTPS_NEEDED and self._has_answered:
                    diagnosis = BROKEN_OFF  # it did answer over plain http
                raise StoreError(prefix, diagnosis, seconds=self._timeout_seconds) from None
            self._has_answered = True
            if response.status_code < HTTPStatus.OK:
                # http.client of Python 3.11 skips status 100 only. After another one, such as 103 (Early Hints), the
                # response itself is still to come, and the connection's next request would get it.
                response.close()
                raise PassingError(StoreError(prefix, ODD_STATUS, status=response.status_code), response)
            if not response.is_redirect:
                return response
            _pass_by(response)
            # A bot check redirects visitors to the same address with a cookie that lets them in.
            cookies.update(response.cookies)
            location = response.headers["Location"]
            target = resolved(location, url)
            if target is None:
                raise StoreError(prefix, BAD_REDIRECT, target=location.partition("?")[0].rpartition("@")[2])
            self._check_redirect(url, target, prefix)
            params = {**params, **extra_parameters(target, set(params))}
            url = urlsplit(target)._replace(query="", fragment="").geturl()
        raise StoreError(prefix, CIRCLE, target=origin(url) + urlsplit(url).path)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._session.close()

    @staticmethod
    def _check_redirect(url: str, target: str, prefix: str) -> None:
        if not is_same_store(url, target) or moves_port(url, target):
            raise StoreError(prefix, OTHER_HOST, target=origin(target))
        # URL parsers disagree on the host when there is a user name before it, or a backslash.
        if "\\" in target or "@" in urlsplit(target).netloc:
            raise StoreError(prefix, BAD_REDIRECT, target=origin(target))
        if url.startswith("https://") and not target.startswith("https://"):
            raise StoreError(prefix, DOWNGRADE, target=origin(target))
        asked, led = route(url), route(target)
        if asked and led and asked != led:
            raise StoreError(prefix, BAD_REDIRECT, target=origin(target))


def _pass_by(response: requests.Response) -> None:
    with contextlib.suppress(OSError, HTTPError):
        response.raw.read(MAX_PASSED_BYTES)
    response.close()
