"""Finds the authentication method that the store accepts. One request is enough when the first method works."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tap_woo_pim.config.urls import origin
from tap_woo_pim.exceptions import Diagnosis, PassingError, StoreError
from tap_woo_pim.http import diagnoses
from tap_woo_pim.http.auth import Basic, KeyPair, OAuth, Query
from tap_woo_pim.http.classify import AUTHENTICATION_ERROR
from tap_woo_pim.http.client import Client
from tap_woo_pim.http.models import Response

Auth = Basic | Query | OAuth

KEY_LENGTH = 43
"""ck_ and 40 hexadecimal digits."""

# A page past the end is an empty list with the total, at a third of the cost, whatever the newest product is like.
PROBE = {"per_page": 1, "page": 1_000_000, "_fields": "id"}

ABOUT_THE_KEY = (diagnoses.WRONG_SECRET, diagnoses.WRITE_ONLY, diagnoses.CLOCK)
"""The store says this only about a key that it knows."""

UNKNOWN_PAIR = KeyPair("ck_" + "0" * 40, "cs_" + "0" * 40)

logger = logging.getLogger("tap-woo-pim")


@dataclass(frozen=True)
class AuthResult:
    """The authentication method that the store accepts.

    Attributes:
        method: basic, query or oauth1.
        auth: authenticates requests by it.
        date: the store's clock when it accepted the key.
        products: the response to a request for no product, with their total, or why it was refused.
        advice: which setting would save requests; empty if none would.
    """

    method: str
    auth: Auth
    date: datetime.datetime | None
    products: Response | StoreError
    advice: str = ""


def log_in(client: Client, url: str, home: str, date: datetime.datetime | None, subject: str) -> AuthResult:
    """Find the authentication method.

    Args:
        client: the client of the store.
        url: address of its list of products.
        home: address of the store as WordPress believes it to be.
        date: the store's clock in its last response.
        subject: what is requested, for messages.

    Raises:
        StoreError: the store accepts the key by no method, or not by the one in the settings.
        RetriableAPIError: the store or the network failed.
    """
    return _Login(client, url, home, date, subject).way_in()


class _Login:
    def __init__(self, client: Client, url: str, home: str, date: datetime.datetime | None, subject: str) -> None:
        self._client = client
        self._settings = client.settings
        self._url = url
        self._subject = subject
        self._prefix = client.prefix(subject)
        self._pair = KeyPair(self._settings.consumer_key, self._settings.consumer_secret)
        self._home = home
        self._clock_offset_seconds = _seconds_ahead(date)

    def way_in(self) -> AuthResult:
        refused: StoreError | None = None
        for method, auth in self._ways():
            try:
                found = self._probe(method, auth)
            except PassingError:
                if refused is None:
                    raise
                continue
            if isinstance(found, AuthResult):
                return replace(found, advice=self._compare_with_setting(found))
            if found.diagnosis is diagnoses.UNKNOWN_KEY or (
                found.diagnosis is diagnoses.WRONG_SECRET and method == "oauth1"
            ):
                refused = found
            elif found.diagnosis in (diagnoses.REST_BLOCKED, diagnoses.FIREWALL):
                # A plugin that closes the API to visitors also responds so if the key did not arrive.
                refused = refused or found
            elif refused is None or found.diagnosis in ABOUT_THE_KEY:
                raise found
        assert refused is not None
        raise self._named(refused)

    def _ways(self) -> Iterator[tuple[str, Auth]]:
        """Yield the methods to try. The one in the settings comes first; the others show why it fails."""
        hidden = self._oauth("http", self._pair)
        if not self._url.startswith("https://"):
            yield "oauth1", hidden
            return
        if self._settings.has_application_password:  # which WordPress accepts in the header only
            yield "basic", Basic(self._pair)
            return
        by_name: dict[str, Auth] = {"basic": Basic(self._pair), "query": Query(self._pair)}
        if self._settings.http_user:  # the web server's own password needs the header
            del by_name["basic"]
        wanted = self._settings.auth_method
        if wanted != "oauth1":
            yield from sorted(by_name.items(), key=lambda way: way[0] != wanted)
        yield "oauth1", self._oauth("https", self._pair)
        yield "oauth1", hidden

    def _oauth(self, scheme: str, pair: KeyPair) -> OAuth:
        host = origin(self._home).partition("://")[2]
        return OAuth(pair, f"{scheme}://{host}", self._clock_offset_seconds)

    def _probe(self, method: str, auth: Auth, *, may_set_clock: bool = True) -> AuthResult | StoreError:
        try:
            answer = self._ask(auth)
        except StoreError as error:
            found = self._judge(method, auth, error)
            if isinstance(found, StoreError) and found.diagnosis is diagnoses.CLOCK and found.date and may_set_clock:
                assert isinstance(auth, OAuth)
                # The clock was perhaps read from a cached response; errors are never cached.
                auth.clock_offset_seconds = _seconds_ahead(found.date)
                return self._probe(method, auth, may_set_clock=False)
            return found
        return AuthResult(method, auth, answer.date, answer)

    def _judge(self, method: str, auth: Auth, error: StoreError) -> AuthResult | StoreError:
        if error.diagnosis is diagnoses.NO_RIGHTS:
            return AuthResult(method, auth, error.date, error)
        if error.diagnosis is diagnoses.NOT_SIGNED_IN:
            return StoreError(self._prefix, self._compare(auth, error)).said(error.error, error.date)
        return error

    def _ask(self, auth: Auth) -> Response:
        return self._client.look(self._url, PROBE, subject=self._subject, auth=auth)

    def _compare(self, auth: Auth, error: StoreError) -> Diagnosis:
        """Diagnose an error in another language by comparing it with errors that are provoked on purpose."""
        try:
            # OPTIONS needs no read permission, only a valid key (11.0.1, 9.9.5, 5.9.0).
            self._client.options(self._url, subject=self._subject, auth=auth)
        except StoreError as described:
            if described.error.code != AUTHENTICATION_ERROR:
                return diagnoses.NOT_SIGNED_IN
        else:
            return diagnoses.WRITE_ONLY
        if not isinstance(auth, OAuth):
            return diagnoses.WRONG_SECRET
        pairs = {diagnoses.UNKNOWN_KEY: UNKNOWN_PAIR, diagnoses.WRONG_SECRET: KeyPair(self._pair.consumer_key, "cs_")}
        for diagnosis, pair in pairs.items():
            try:
                self._ask(auth.with_pair(pair))
            except StoreError as other:
                if other.error.message == error.error.message:
                    return diagnosis
        return diagnoses.CLOCK

    def _compare_with_setting(self, way_in: AuthResult) -> str:
        found = way_in.method
        wanted = "auto" if self._settings.has_application_password else self._settings.auth_method
        if wanted not in ("auto", found):
            raise StoreError(self._prefix, self._why_not(wanted, way_in), method=wanted)
        logger.info("%s: the key works with auth_method %s.", self._prefix, found)
        is_best = found == "basic" or (found == "query" and self._settings.http_user)
        if wanted != "auto" or is_best or not self._url.startswith("https://"):
            return ""
        reason = self._why_not("basic", way_in).what.format(method="basic")
        advice = f"{reason}. Set auth_method to {found} to save requests."
        logger.warning("%s: %s", self._prefix, advice)
        return advice

    @staticmethod
    def _why_not(wanted: str, way_in: AuthResult) -> Diagnosis:
        """Diagnose why the store accepts another method than the one in the settings."""
        if isinstance(way_in.auth, OAuth) and not way_in.auth.signs_https:
            return diagnoses.HIDDEN_HTTPS
        return diagnoses.LOST_QUERY if wanted == "query" else diagnoses.STRIPPED_HEADER

    def _named(self, error: StoreError) -> StoreError:
        """Be more exact about an unknown key, if its length or kind shows more."""
        key = self._pair.consumer_key
        if self._settings.has_application_password:
            return self._named_password(error)
        if error.diagnosis is not diagnoses.UNKNOWN_KEY:
            return error
        if len(key) != KEY_LENGTH:
            return StoreError(self._prefix, diagnoses.CUT_KEY, length=len(key))
        return error

    def _named_password(self, error: StoreError) -> StoreError:
        """Be more exact about an application password that was refused."""
        code = error.error.code
        if code in ("invalid_username", "invalid_email"):
            return StoreError(self._prefix, diagnoses.UNKNOWN_USER)
        if code == "incorrect_password":
            return StoreError(self._prefix, diagnoses.WRONG_PASSWORD)
        if code.startswith("application_passwords_disabled"):
            return StoreError(self._prefix, diagnoses.NO_APPLICATION_PASSWORDS)
        return StoreError(self._prefix, diagnoses.LOST_PASSWORD) if error.diagnosis is diagnoses.UNKNOWN_KEY else error


def _seconds_ahead(date: datetime.datetime | None) -> float:
    """Return how far the store's clock is ahead of this machine's."""
    return 0 if date is None else (date - datetime.datetime.now(datetime.UTC)).total_seconds()
