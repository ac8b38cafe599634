"""Authentication: basic, query and OAuth 1.0a."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests_oauthlib import OAuth1


class KeyPair(NamedTuple):
    """Consumer key and secret."""

    consumer_key: str
    consumer_secret: str


class NoKey(AuthBase):
    """Sends no credentials, not even those in ~/.netrc, which requests sends when it is given no AuthBase."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class Basic(AuthBase):
    """Sends key and secret in the Authorization header, over https only."""

    method = "basic"

    def __init__(self, pair: KeyPair) -> None:
        # requests encodes text as Latin-1; keys are ASCII, but anything else must still be sent as typed.
        self._basic = HTTPBasicAuth(pair.consumer_key.encode(), pair.consumer_secret.encode())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        _require_https(request)
        self._basic(request)
        return request


@dataclass(frozen=True)
class Query(AuthBase):
    """Sends key and secret in the query, over https only; for servers that strip the Authorization header."""

    method: ClassVar = "query"
    pair: KeyPair = field(repr=False)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add key and secret to the query."""
        _require_https(request)
        request.prepare_url(request.url, self.pair._asdict())
        return request


@dataclass(frozen=True)
class OAuth(AuthBase):
    """Signs requests by one-legged OAuth 1.0a, with HMAC-SHA256 and the store's clock. The secret is not sent.

    The signature goes into the query, since a server may strip the Authorization header. It covers the address that
    WordPress believes to be its own: with http:// behind a proxy that terminates TLS without saying so.

    Attributes:
        pair: key and secret.
        signed_scheme: the scheme by which WordPress believes it is reached.
        signed_host: the host, with its port, that WordPress believes to be its own.
        clock_offset_seconds: how far the store's clock is ahead of this machine's.
    """

    method: ClassVar = "oauth1"
    pair: KeyPair = field(repr=False)
    signed_scheme: str
    signed_host: str
    clock_offset_seconds: float

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the signature to the query."""
        sent = urlsplit(str(request.url))
        request.url = sent._replace(scheme=self.signed_scheme, netloc=self.signed_host).geturl()
        sign = OAuth1(
            *self.pair,
            signature_method="HMAC-SHA256",
            signature_type="QUERY",
            timestamp=str(int(time.time() + self.clock_offset_seconds)),
        )
        # oauthlib refuses to sign a request that has an Authorization header, such as the web server's own password.
        header = request.headers.pop("Authorization", None)
        request = sign(request)
        if header is not None:
            request.headers["Authorization"] = header
        request.url = urlsplit(str(request.url))._replace(scheme=sent.scheme, netloc=sent.netloc).geturl()
        return request


def _require_https(request: requests.PreparedRequest) -> None:
    """Make sure that no bug elsewhere sends a key unprotected."""
    if not str(request.url).startswith("https://"):
        raise PermissionError("the key may travel over https only")
