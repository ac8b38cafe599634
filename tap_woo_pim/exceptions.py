"""The errors of a store that cannot be read."""

from __future__ import annotations

import datetime

import requests
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError

from tap_woo_pim.http.classify import NO_ERROR, WooError
from tap_woo_pim.http.diagnoses import NOWHERE, Diagnosis

SIZE_STATUSES = frozenset({500, 502, 504, 508, 520, 521, 522, 523, 524})
"""Server errors that a large page may cause where a smaller one succeeds."""

RETRIED_STATUSES = SIZE_STATUSES | {408, 425, 429, 503, 509, *range(525, 531)}
"""Beside them what passes: 509 is a host's limit of traffic; by 525 to 530 Cloudflare says that it cannot reach it."""


class StoreError(FatalAPIError):
    """A store that cannot be read, for a known cause.

    Attributes:
        cause: the cause.
        details: the values of the details in its sentence.
        error: what WordPress said, to compare, never to show.
        date: the store's clock when it answered, where it did.
    """

    def __init__(self, place: str, cause: Diagnosis, **details: object) -> None:
        super().__init__(f"{place}: {cause.sentence(**details)}")
        self.cause = cause
        self.details = details
        self.error = NO_ERROR
        self.date: datetime.datetime | None = None

    def said(self, error: WooError, date: datetime.datetime | None) -> StoreError:
        """Keep what WordPress said, and when."""
        self.error, self.date = error, date
        return self


class PassingError(RetriableAPIError):
    """A store that cannot be read now, for a cause that may pass.

    Attributes:
        cause: the cause.
        details: the values of the details in its sentence.
    """

    def __init__(self, error: StoreError, response: requests.Response | None = None) -> None:
        super().__init__(str(error), response)
        self.cause = error.cause
        self.details = error.details


def is_about_size(error: RetriableAPIError) -> bool:
    """Tell whether a smaller page might succeed where this one failed."""
    if isinstance(error, PassingError) and error.cause in NOWHERE:
        return False
    response = error.response
    return response is None or response.status_code in SIZE_STATUSES or response.ok
