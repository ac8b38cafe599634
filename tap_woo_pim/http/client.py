"""Sends requests to a store: with the key, within the concurrency limit, again after a failure that may pass."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Unpack

import requests
from requests.auth import AuthBase

from tap_woo_pim.config.settings import Settings
from tap_woo_pim.exceptions import BodyError, PassingError, StoreError
from tap_woo_pim.http import diagnoses
from tap_woo_pim.http.auth import NoKey
from tap_woo_pim.http.body import decode, read_body
from tap_woo_pim.http.classify import classify
from tap_woo_pim.http.concurrency import ConcurrencyLimiter
from tap_woo_pim.http.models import HtmlPage, Request, RequestOptions, Response
from tap_woo_pim.http.retry import (
    RETRIED_STATUSES,
    RetryBudget,
    clock_of,
    is_about_size,
    retry_after,
    wait_seconds,
)
from tap_woo_pim.http.session import Transport
from tap_woo_pim.http.traffic import Traffic
from tap_woo_pim.redaction import forms_in_answers, hide_in_body

TRIES_OF_CHECK = 4
LONGEST_WAIT_OF_CHECK_SECONDS = 5
"""Whatever `Retry-After` says: the check of a connection stays interactive."""
CRASH = 500
"""PHP died of something in a page. This does not mean that the store is overloaded."""
TRIES_OF_OUTAGE = 2
"""The store counts as down after no good response for this many times as long as all tries of a request may take."""
_TOTAL = re.compile(r"\d{1,18}", re.ASCII)

logger = logging.getLogger("tap-woo-pim")


class Client:
    """Sends requests to one store. Thread-safe.

    Attributes:
        traffic: the requests sent so far.
        began: when it was made (`time.monotonic`).
        proven: whether the store took the key in this run: a key that it does not know later was revoked.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limiter = ConcurrencyLimiter(settings.max_concurrency, settings.requests_per_second)
        self.executor = ThreadPoolExecutor(settings.max_concurrency, thread_name_prefix="fetch")
        self.traffic = Traffic()
        self.began = time.monotonic()
        self.proven = False
        self._tries = settings.max_retries + 1
        outage_seconds = TRIES_OF_OUTAGE * self._tries * settings.request_timeout_seconds
        self._retry_budget = RetryBudget(outage_seconds, settings.retry_budget_seconds)
        self._closed = threading.Event()
        self._first_notice = threading.Lock()
        self._transport = Transport(settings, self._follow)
        pairs = [(settings.consumer_key, settings.consumer_secret)]
        if settings.http_user and settings.http_password:
            pairs.append((settings.http_user, settings.http_password))
        self._hidden_forms = forms_in_answers(*pairs)

    def get(self, url: str, params: Mapping[str, Any], auth: AuthBase, **options: Unpack[RequestOptions]) -> Response:
        """Get a JSON response.

        Raises:
            StoreError: the store refused, and will refuse again.
            RetriableAPIError: the store or the network failed on every try; see `is_about_size`.
        """
        return self._try(self._request("GET", url, params, auth, options), options.get("tries") or self._tries)

    def look(self, url: str, params: Mapping[str, Any], auth: AuthBase, **options: Unpack[RequestOptions]) -> Response:
        """Get a JSON response for the check: few tries, short waits, and none that would not help; see `get`."""
        request, tries = self._request("GET", url, params, auth, options), min(self._tries, TRIES_OF_CHECK)
        return self._try(request, tries, is_check=True)

    def options(self, url: str, *, subject: str, auth: AuthBase) -> Response:
        """Get the description of a route (OPTIONS), the JSON schema of its rows included."""
        return self._try(self._request("OPTIONS", url, {}, auth, {"subject": subject}), self._tries)

    def page(self, url: str, *, subject: str) -> HtmlPage:
        """Get a web page, without the key.

        Raises:
            StoreError: no answer came.
        """
        request = Request("GET", url, {}, NoKey(), self.prefix(subject), {"subject": subject})
        with self.limiter.acquire():
            self.traffic.count(subject)
            with self._transport.send(request) as response:
                text = self._body(response, request.prefix).decode(errors="replace")
                return HtmlPage(response.status_code, response.headers.get("Link", ""), text)

    def close(self, *, waits: bool = True) -> None:
        """Close threads and connections. Calls not yet begun are dropped.

        Args:
            waits: whether requests in flight are waited for, which takes one time-out at most.
        """
        self._closed.set()
        self.limiter.close()
        self.executor.shutdown(wait=waits, cancel_futures=True)
        self._transport.close()

    def prefix(self, subject: str) -> str:
        """The beginning of every message: the store, and what was asked of it."""
        return self.settings.prefix(subject)

    def _request(
        self, method: str, url: str, params: Mapping[str, Any], auth: AuthBase, options: RequestOptions
    ) -> Request:
        params = {**self.settings.extra_query_parameters, **params}
        return Request(method, url, params, auth, self.prefix(options["subject"]), options)

    def _try(self, request: Request, tries: int, *, is_check: bool = False) -> Response:
        with self._retry_budget.request() as failed, self.traffic.busy.running():
            for attempt in range(1, tries + 1):
                try:
                    with self.limiter.acquire() as ticket:
                        self.traffic.count(request.subject, again=attempt > 1)
                        answer = self._ask(request)
                except PassingError as error:
                    asked_seconds = retry_after(error.response)
                    seconds = wait_seconds(asked_seconds, attempt)
                    seconds = min(seconds, LONGEST_WAIT_OF_CHECK_SECONDS) if is_check else seconds
                    may_be_size = request.options.get("is_large", False) and is_about_size(error)
                    pause_seconds = seconds if asked_seconds else 0.0
                    failed(None if may_be_size else pause_seconds)
                    is_trial = may_be_size or tries == 1
                    is_crash = error.response is not None and error.response.status_code == CRASH
                    if not (is_trial and is_crash):
                        self.limiter.record_failure(ticket, pause_seconds)
                    if (is_check and error.diagnosis in diagnoses.LASTING) or self._closed.is_set():
                        raise
                    self._check_budget(request, error)
                    if may_be_size or attempt >= tries:
                        raise
                    logger.warning("%s Trying again in %.0f s (%d of %d).", error, seconds, attempt, tries - 1)
                    self._closed.wait(seconds)
                else:
                    self._retry_budget.succeeded()
                    self.limiter.record_success(ticket)
                    return answer
        raise AssertionError("at least one try")

    def _check_budget(self, request: Request, error: PassingError) -> None:
        if self._retry_budget.is_outage:
            raise StoreError(request.prefix, error.diagnosis, **error.details)
        if self._retry_budget.is_spent:
            minutes = self.settings.retry_budget_seconds / 60
            raise StoreError(
                request.prefix, diagnoses.TOO_OFTEN, minutes=minutes, what=error.diagnosis.what.format(**error.details)
            )

    def _ask(self, request: Request) -> Response:
        if self._closed.is_set():
            raise StoreError(request.prefix, diagnoses.BROKEN_OFF)
        began = time.monotonic()
        try:
            response = self._transport.send(request)
        except StoreError as error:
            if error.diagnosis in diagnoses.PASSING:
                raise PassingError(error) from None
            raise
        with response:
            # Plugins put the query of a request into its answer, and it would be a row's then.
            body = hide_in_body(self._body(response, request.prefix), self._hidden_forms)
            logger.debug("%s: status %d in %.2f s.", request.prefix, response.status_code, time.monotonic() - began)
            return self._answer(response, body, request)

    def _follow(self, request: Request) -> None:
        # A redirect that is followed costs the store a request as any other.
        self.limiter.wait_turn()
        self.traffic.count(request.subject)

    def _body(self, response: requests.Response, prefix: str) -> bytes:
        try:
            return read_body(response, self.settings.request_timeout_seconds)
        except BodyError as error:
            raise PassingError(StoreError(prefix, diagnoses.BAD_BODY, problem=error), response) from None

    def _answer(self, response: requests.Response, body: bytes, request: Request) -> Response:
        status, prefix = response.status_code, request.prefix
        date = clock_of(response)
        if status >= 300:
            diagnosis, said = classify(status, response.headers, body)
            if diagnosis is diagnoses.UNKNOWN_KEY and self.proven:
                diagnosis = diagnoses.REVOKED
            elif diagnosis is diagnoses.SITE_PASSWORD and self.settings.http_user:
                diagnosis = diagnoses.WRONG_SITE_PASSWORD
            refused = StoreError(prefix, diagnosis, said, date, status=status, parameters=said.refused)
            raise PassingError(refused, response) if status in RETRIED_STATUSES else refused
        try:
            data = decode(body, lambda: self._notice(prefix))
            expects = request.options.get("expects")
            data = data if expects is None else expects(data)
        except BodyError as problem:
            diagnosis = classify(status, response.headers, body)[0]
            raise PassingError(StoreError(prefix, diagnosis, status=status, problem=problem), response) from None
        total = response.headers.get("X-WP-Total", "")
        url = str(response.url).partition("?")[0]
        return Response(data, int(total) if _TOTAL.fullmatch(total) else None, date, url)

    def _notice(self, prefix: str) -> None:
        if self._first_notice.acquire(blocking=False):  # never to be released: said once
            logger.warning(
                "%s: PHP prints notices into its responses. The data is read anyway; turn off display_errors.",
                prefix,
            )
