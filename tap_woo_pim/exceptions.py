"""The exceptions of the tap. What is raised says what should happen next.

FatalAPIError (SDK)
    StoreError          the store cannot be read, for a reason that stays
RetriableAPIError (SDK)
    PassingError        the store cannot be read now, for a reason that may pass
        CancelledError  a request was not sent, for nobody wants its response any more
Exception
    BodyError           a response's body cannot be used; becomes a StoreError or PassingError that names the prefix
    OutputError         the target is gone, or the disk is full
SystemExit
    Stopped             the process got a signal to end

Every StoreError and PassingError carries a Diagnosis: the step of the check that fails, what happened, and the remedy.
All of them stand in one table, `http.diagnoses`, and every sentence that a user sees of them is made from it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import requests
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError


class Step(StrEnum):
    """The steps of the check, in their order."""

    SETTINGS = "settings valid"
    ADDRESS = "address reachable"
    TLS = "TLS certificate trusted"
    WORDPRESS = "WordPress there"
    REST_API = "REST API there"
    WOOCOMMERCE = "WooCommerce there"
    KEY = "key recognised"
    SECRET = "secret right"  # noqa: S105 - the name of a step
    READ = "key may read"
    COMPONENTS = "components readable"
    FOUND = "store found"


@dataclass(frozen=True)
class Diagnosis:
    """Why a store cannot be read.

    Attributes:
        step: the step of the check that fails.
        what: what happened, as the end of a sentence that names the store. {} are details.
        remedy: what to do, as a sentence without its full stop.
        setting: the setting that it is about; None where it is about none.
    """

    step: Step
    what: str
    remedy: str
    setting: str | None = None

    def sentence(self, **details: object) -> str:
        """Put both into words."""
        return f"{self.what}. {self.remedy}.".format(**details)


class WooError(NamedTuple):
    """The code and the text of a WordPress error, and the parameters that it refuses; empty where it is none."""

    code: str
    message: str
    parameters: tuple[str, ...] = ()

    @property
    def refused(self) -> str:
        """Name the refused parameters, for a sentence."""
        if not self.parameters:
            return "a parameter of the request"
        return f"the parameter{'s' if len(self.parameters) > 1 else ''} {', '.join(self.parameters)}"


NO_ERROR = WooError("", "")


class StoreError(FatalAPIError):
    """A store that cannot be read, for a known reason.

    Attributes:
        diagnosis: the diagnosis.
        details: the values of the details in its sentence.
        error: what WordPress said, to compare, never to show.
        date: the store's clock when it answered, where it did.
    """

    def __init__(self, prefix: str, diagnosis: Diagnosis, **details: object) -> None:
        super().__init__(f"{prefix}: {diagnosis.sentence(**details)}")
        self.diagnosis = diagnosis
        self.details = details
        self.error = NO_ERROR
        self.date: datetime.datetime | None = None

    def said(self, error: WooError, date: datetime.datetime | None) -> StoreError:
        """Keep what WordPress said, and when."""
        self.error, self.date = error, date
        return self


class PassingError(RetriableAPIError):
    """A store that cannot be read now, for a reason that may pass.

    Attributes:
        diagnosis: the diagnosis.
        details: the values of the details in its sentence.
    """

    def __init__(self, error: StoreError, response: requests.Response | None = None) -> None:
        super().__init__(str(error), response)
        self.diagnosis = error.diagnosis
        self.details = error.details


class CancelledError(PassingError):
    """A request was not sent, for its response is not wanted any more."""


class BodyError(Exception):
    """The body is not whole, too large or no JSON. The text says which, in words for the user."""


class Stopped(SystemExit):
    """The process got a signal to end."""


class OutputError(Exception):
    """The target is gone, or the disk is full."""
