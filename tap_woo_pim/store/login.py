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
from tap_woo_pim.store.discovery import ALL

Auth = Basic | Query | OAuth

# A page past the end is an empty list with the total, at a third of the cost, whatever the newest product is like.
PROBE = {"per_page": 1, "page": 1_000_000, "_fields": "id"}

ABOUT_THE_KEY = (diagnoses.WRONG_SECRET, diagnoses.WRITE_ONLY, diagnoses.CLOCK)
"""The store says this only about a key that it knows."""

KEY_LENGTH = 43
"""ck_ and 40 hexadecimal digits."""

UNKNOWN_PAIR = KeyPair("ck_" + "0" * 40, "cs_" + "0" * 40)

PASSWORD_CODES = {
    "invalid_username": diagnoses.UNKNOWN_USER,
    "invalid_email": diagnoses.UNKNOWN_USER,
    "incorrect_password": diagnoses.WRONG_PASSWORD,
    "application_passwords_disabled": diagnoses.NO_APPLICATION_PASSWORDS,
}
"""What WordPress says about an application password."""

CARRIERS = {"basic": "Authorization header", "query": "key from the query"}

logger = logging.getLogger("tap-woo-pim")


@dataclass(frozen=True)
class AuthResult:
    """The authentication method that the store accepts.

    Attributes:
        auth: authenticates requests by it.
        products: the response to a request for no product, with their total, or why it was refused.
        advice: which setting would save requests; empty if none would.
    """

    auth: Auth
    products: Response | StoreError
    advice: str = ""

    @property
    def method(self) -> str:
        """Its name: basic, query or oauth1."""
        return self.auth.method


@dataclass(frozen=True)
class Login:
    """The search for the authentication method.

    Attributes:
        client: the client of the store.
        url: address of its list of products.
        home: address of the store as WordPress believes it to be.
        date: the store's clock in its last response.
    """

    client: Client
    url: str
    home: str
    date: datetime.datetime | None

    @property
    def _pair(self) -> KeyPair:
        return KeyPair(self.client.settings.consumer_key, self.client.settings.consumer_secret)

    @property
    def _prefix(self) -> str:
        return self.client.prefix(ALL)

    def find(self) -> AuthResult:
        """Find the authentication method.

        Raises:
            StoreError: the store accepts the key by no method, or not by the one in the settings.
            RetriableAPIError: the store or the network failed.
        """
        refused: StoreError | None = None
        for auth in self._methods():
            try:
                found = self._probe(auth)
            except PassingError:
                if refused is None:
                    raise
                continue
            if isinstance(found, AuthResult):
                return replace(found, advice=self._compare_with_setting(found))
            if found.diagnosis is diagnoses.UNKNOWN_KEY or (
                found.diagnosis is diagnoses.WRONG_SECRET and isinstance(auth, OAuth)
            ):
                refused = found
            elif found.diagnosis in (diagnoses.REST_BLOCKED, diagnoses.FIREWALL):
                # A plugin that closes the API to visitors also responds so if the key did not arrive.
                refused = refused or found
            elif refused is None or found.diagnosis in ABOUT_THE_KEY:
                raise found
        assert refused is not None
        raise self._named(refused)

    def _methods(self) -> Iterator[Auth]:
        """Yield the methods to try. The one in the settings comes first; the others show why it fails."""
        hidden = self._oauth("http", self.date)
        if not self.url.startswith("https://"):
            yield hidden
            return
        if self.client.settings.has_application_password:  # which WordPress accepts in the header only
            yield Basic(self._pair)
            return
        methods: list[Auth] = [Basic(self._pair), Query(self._pair)]
        if self.client.settings.http_user:  # the web server's own password needs the header
            del methods[0]
        wanted = self.client.settings.auth_method
        if wanted != "oauth1":
            yield from sorted(methods, key=lambda auth: auth.method != wanted)
        yield self._oauth("https", self.date)
        yield hidden

    def _oauth(self, scheme: str, date: datetime.datetime | None) -> OAuth:
        host = origin(self.home).partition("://")[2]
        ahead = date - datetime.datetime.now(datetime.UTC) if date else datetime.timedelta()
        return OAuth(self._pair, scheme, host, ahead.total_seconds())

    def _probe(self, auth: Auth, *, may_set_clock: bool = True) -> AuthResult | StoreError:
        try:
            answer = self._ask(auth)
        except StoreError as error:
            if error.diagnosis is diagnoses.NO_RIGHTS:
                return AuthResult(auth, error)
            if error.diagnosis is diagnoses.NOT_SIGNED_IN:
                error = StoreError(self._prefix, self._compare(auth, error), error.error, error.date)
            if error.diagnosis is diagnoses.CLOCK and isinstance(auth, OAuth) and error.date and may_set_clock:
                # The clock was perhaps read from a cached response; errors are never cached.
                return self._probe(self._oauth(auth.signed_scheme, error.date), may_set_clock=False)
            return error
        return AuthResult(auth, answer)

    def _ask(self, auth: Auth) -> Response:
        return self.client.look(self.url, PROBE, subject=ALL, auth=auth)

    def _compare(self, auth: Auth, error: StoreError) -> Diagnosis:
        """Diagnose an error in another language by comparing it with errors that are provoked on purpose."""
        try:
            # OPTIONS needs no read permission, only a valid key (11.0.1, 9.9.5, 5.9.0).
            self.client.options(self.url, subject=ALL, auth=auth)
        except StoreError as described:
            if described.error.code != AUTHENTICATION_ERROR:
                return diagnoses.NOT_SIGNED_IN
        else:
            return diagnoses.WRITE_ONLY
        if not isinstance(auth, OAuth):
            return diagnoses.WRONG_SECRET
        pairs = {diagnoses.UNKNOWN_KEY: UNKNOWN_PAIR, diagnoses.WRONG_SECRET: KeyPair(auth.pair.consumer_key, "cs_")}
        for diagnosis, pair in pairs.items():
            try:
                self._ask(replace(auth, pair=pair))
            except StoreError as other:
                if other.error.message == error.error.message:
                    return diagnosis
        return diagnoses.CLOCK

    def _compare_with_setting(self, found: AuthResult) -> str:
        method = found.method
        wanted = "auto" if self.client.settings.has_application_password else self.client.settings.auth_method
        if wanted not in ("auto", method):
            raise self._why_not(wanted, found)
        logger.info("%s: the key works with auth_method %s.", self._prefix, method)
        is_best = method == "basic" or (method == "query" and self.client.settings.http_user)
        if wanted != "auto" or is_best or not self.url.startswith("https://"):
            return ""
        error = self._why_not("basic", found)
        advice = f"{error.diagnosis.what.format(**error.details)}. Set auth_method to {method} to save requests."
        logger.warning("%s: %s", self._prefix, advice)
        return advice

    def _why_not(self, wanted: str, found: AuthResult) -> StoreError:
        """Say why the store does not accept a method, by the one that it accepts."""
        is_hidden = isinstance(found.auth, OAuth) and found.auth.signed_scheme == "http"
        diagnosis = diagnoses.HIDDEN_HTTPS if is_hidden else diagnoses.STRIPPED
        return StoreError(self._prefix, diagnosis, method=wanted, carrier=CARRIERS[wanted])

    def _named(self, error: StoreError) -> StoreError:
        """Be more exact about a key that was refused, if its length or what WordPress says shows more."""
        is_unknown, key = error.diagnosis is diagnoses.UNKNOWN_KEY, self._pair.consumer_key
        if self.client.settings.has_application_password:
            diagnosis = PASSWORD_CODES.get(error.error.code, diagnoses.LOST_PASSWORD if is_unknown else error.diagnosis)
            return error if diagnosis is error.diagnosis else StoreError(self._prefix, diagnosis)
        if is_unknown and len(key) != KEY_LENGTH:
            return StoreError(self._prefix, diagnoses.CUT_KEY, length=len(key))
        return error
