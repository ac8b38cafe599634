"""Authentication: basic, query and OAuth 1.0a."""

from __future__ import annotations

import time
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauthlib import OAuth1


class KeyPair(NamedTuple):
    """Consumer key and secret."""

    consumer_key: str
    consumer_secret: str


class NoKey(AuthBase):
    """Shows nothing: not even what ~/.netrc holds for the host, which requests would send if no AuthBase were given."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class Basic(AuthBase):
    """Shows both halves in the Authorization header, over https only."""

    def __init__(self, pair: KeyPair) -> None:
        # requests encodes text as Latin-1; keys are ASCII, and what is not must still travel as typed.
        self._basic = HTTPBasicAuth(pair.consumer_key.encode(), pair.consumer_secret.encode())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        _require_https(request)
        self._basic(request)
        return request


class Query(AuthBase):
    """Shows both halves in the query, over https only; for servers that take the Authorization header away."""

    def __init__(self, pair: KeyPair) -> None:
        self._pair = pair

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add both halves to the query."""
        _require_https(request)
        request.prepare_url(request.url, self._pair._asdict())
        return request


class OAuth(AuthBase):
    """Signs the request by one-legged OAuth 1.0a, with HMAC-SHA256 and the store's clock. The secret does not travel.

    The signature goes into the query, since a server that takes the Authorization header away takes this one too. It
    covers the address that WordPress believes to be its own: of its home, and http:// behind a proxy that ends TLS and
    does not say so.

    Args:
        pair: key and secret.
        signed_origin: scheme, host and port as WordPress believes them to be.
        clock_offset_seconds: how far the store's clock is ahead of this machine's.
    """

    def __init__(self, pair: KeyPair, signed_origin: str, clock_offset_seconds: float = 0) -> None:
        self._pair = pair
        self._signed_origin = signed_origin
        self.clock_offset_seconds = clock_offset_seconds

    @property
    def signs_https(self) -> bool:
        """Whether WordPress is taken to know that it is reached over https."""
        return self._signed_origin.startswith("https://")

    def with_pair(self, pair: KeyPair) -> OAuth:
        """Make the same of another key."""
        return OAuth(pair, self._signed_origin, self.clock_offset_seconds)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the signature to the query."""
        sent = urlsplit(str(request.url))
        signed = urlsplit(self._signed_origin)
        request.url = urlunsplit(sent._replace(scheme=signed.scheme, netloc=signed.netloc))
        sign = OAuth1(
            *self._pair,
            signature_method="HMAC-SHA256",
            signature_type="QUERY",
            timestamp=str(int(time.time() + self.clock_offset_seconds)),
        )
        # oauthlib refuses to sign a request with another Authorization header, such as the web server's own password.
        header = request.headers.pop("Authorization", None)
        request = sign(request)
        if header is not None:
            request.headers["Authorization"] = header
        request.url = urlunsplit(urlsplit(str(request.url))._replace(scheme=sent.scheme, netloc=sent.netloc))
        return request


def _require_https(request: requests.PreparedRequest) -> None:
    """Stop a key from travelling unprotected, whatever went wrong before."""
    if not str(request.url).startswith("https://"):
        raise PermissionError("the key may travel over https only")
