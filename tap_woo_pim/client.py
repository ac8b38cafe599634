"""Asks a shop's REST API: with the key, within the pace, again when it is worth it, and with plain errors."""

from __future__ import annotations

import datetime
import email.utils
import logging
import random
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim import auth
from tap_woo_pim.answers import BodyError, decode, read_body
from tap_woo_pim.errors import RETRIED_STATUSES, SIZE_STATUSES, connection_trouble, refusal
from tap_woo_pim.pace import Pace
from tap_woo_pim.settings import Settings

MAX_RETRY_AFTER_SECONDS = 300
LONGEST_WAIT_SECONDS = 60

logger = logging.getLogger("tap-woo-pim")


@dataclass(frozen=True)
class Answer:
    """A good answer of the shop.

    Attributes:
        data: the decoded JSON body.
        total: `X-WP-Total`, the number of rows that the shop counts in the list; None where it does not say.
        date: the shop's clock when it answered (`Date` header, one-second grain).
    """

    data: Any
    total: int | None
    date: datetime.datetime | None


class Client:
    """A connection to one shop, to be used by several threads at once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pace = Pace(settings.max_concurrency)
        self.executor = ThreadPoolExecutor(settings.max_concurrency, thread_name_prefix="fetch")
        self.requests_sent = 0
        self._auth = auth.basic(settings.consumer_key, settings.consumer_secret)
        self._session = self._new_session()

    def get(self, url: str, params: Mapping[str, Any], *, about: str, tries: int | None = None) -> Answer:
        """Get a JSON answer.

        Args:
            url: address without a query.
            params: query parameters.
            about: what is asked for, in the user's words, for messages.
            tries: how often to try; `max_retries` + 1 when not given.

        Raises:
            FatalAPIError: the shop refused, and will refuse again.
            RetriableAPIError: the shop or the network failed on every try; see `is_about_size`.
        """
        return self._try("GET", url, params, about, tries or self.settings.max_retries + 1)

    def options(self, url: str, *, about: str) -> Any:
        """Get the description of a route (OPTIONS), the JSON schema of its rows included."""
        return self._try("OPTIONS", url, {}, about, self.settings.max_retries + 1).data

    def close(self) -> None:
        """Let go of threads and connections; calls not yet begun are dropped."""
        self.executor.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    def place(self, about: str) -> str:
        """Name the shop and what was asked of it, as every message begins."""
        return f"{self.settings.store_id} ({self.settings.site_url}), {about}"

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        adapter = HTTPAdapter(pool_maxsize=self.settings.max_concurrency)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        version = metadata.version("tap-woo-pim")
        session.headers["User-Agent"] = self.settings.user_agent or f"tap-woo-pim/{version}"
        session.headers["Accept"] = "application/json"
        session.headers["Accept-Encoding"] = "gzip, deflate"
        return session

    def _try(self, method: str, url: str, params: Mapping[str, Any], about: str, tries: int) -> Answer:
        for attempt in range(1, tries + 1):
            try:
                with self.pace.slot():
                    answer = self._ask(method, url, params, about)
            except RetriableAPIError as error:
                wait = self._wait_seconds(error, attempt)
                self.pace.strained(wait if _retry_after(error.response) is not None else 0)
                if attempt == tries:
                    raise
                logger.warning("%s Trying again in %.0f s (%d of %d).", error, wait, attempt, tries - 1)
                time.sleep(wait)
            else:
                self.pace.answered_well()
                return answer
        raise AssertionError("at least one try")

    def _ask(self, method: str, url: str, params: Mapping[str, Any], about: str) -> Answer:
        timeout = self.settings.request_timeout_seconds
        self.requests_sent += 1
        if not url.startswith("https://"):
            raise FatalAPIError(
                f"{self.place(about)}: the key would travel unprotected over plain http. Set site_url to https://."
            )
        try:
            response = self._session.request(
                method,
                url,
                params={**self.settings.extra_query_parameters, **params},
                auth=self._auth,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                verify=self._verify(),
            )
        except requests.exceptions.SSLError as error:
            raise FatalAPIError(f"{self.place(about)}: {connection_trouble(error)}.") from None
        except requests.RequestException as error:
            raise RetriableAPIError(f"{self.place(about)}: {connection_trouble(error)}.") from None
        with response:
            return self._answer(response, about)

    def _answer(self, response: requests.Response, about: str) -> Answer:
        status = response.status_code
        if 300 <= status < 400:
            target = urlsplit(response.headers.get("Location", ""))
            raise FatalAPIError(
                f"{self.place(about)}: it sends on to {target.scheme}://{target.netloc}. Set site_url to that address."
            )
        try:
            body = read_body(response, self.settings.request_timeout_seconds)
            if status in RETRIED_STATUSES:
                raise RetriableAPIError(f"{self.place(about)}: it answered with HTTP status {status}.", response)
            if status >= 400:
                raise FatalAPIError(f"{self.place(about)}: {refusal(status, body)}.")
            data = decode(body)
        except BodyError as error:
            raise RetriableAPIError(f"{self.place(about)}: it {error}.", response) from None
        total = response.headers.get("X-WP-Total", "")
        return Answer(data, int(total) if total.isdecimal() else None, _date(response))

    def _verify(self) -> bool | str:
        if not self.settings.verify_tls:
            return False
        return self.settings.ca_bundle or True

    def _wait_seconds(self, error: RetriableAPIError, attempt: int) -> float:
        asked = _retry_after(error.response)
        if asked is not None:
            return min(asked, MAX_RETRY_AFTER_SECONDS)
        return min(2.0**attempt, LONGEST_WAIT_SECONDS) * random.uniform(0.5, 1)  # noqa: S311


def is_about_size(error: RetriableAPIError) -> bool:
    """Tell whether a smaller page might succeed where this one failed."""
    response = error.response
    return response is None or response.status_code in SIZE_STATUSES or response.ok


def _retry_after(response: requests.Response | None) -> float | None:
    """Read `Retry-After` in seconds from now; it comes as a number or as a date."""
    value = response.headers.get("Retry-After", "") if response is not None else ""
    if value.isdecimal():
        return float(value)
    when = _parse_date(value)
    return None if when is None else max(0.0, (when - datetime.datetime.now(datetime.UTC)).total_seconds())


def _date(response: requests.Response) -> datetime.datetime | None:
    return _parse_date(response.headers.get("Date", ""))


def _parse_date(value: str) -> datetime.datetime | None:
    try:
        when = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return when.replace(tzinfo=datetime.UTC) if when.tzinfo is None else when.astimezone(datetime.UTC)
