"""The exceptions of the tap. What is raised says what should happen next.

FatalAPIError (SDK)
    StoreError          the store cannot be read, and trying again will not help
RetriableAPIError (SDK)
    PassingError        the store cannot be read now, but perhaps later
ConfigValidationError (SDK)
                        settings that cannot be right; its sentences are in `config.validation`
Exception
    BodyError           the body of a response cannot be used; becomes a PassingError with the prefix of its message
    EndlessListError    a list does not come to an end; becomes a StoreError
    OutputError         the target is gone, or the disk is full
SystemExit
    Stopped             the process received a signal to stop

Every StoreError and PassingError carries a Diagnosis: the step of the check that fails, what happened, and the remedy.
All diagnoses are in one table, `http.diagnoses`, from which every sentence about a store is made.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

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
        setting: the setting that is wrong; None if no setting is.
    """

    step: Step
    what: str
    remedy: str
    setting: str | None = None

    def sentence(self, **details: object) -> str:
        """Say what happened and what to do."""
        return f"{self.what}. {self.remedy}.".format(**details)


class WooError(NamedTuple):
    """The code and text of a WordPress error, and the parameters that it refuses; all empty if there is no error."""

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
        error: the WordPress error, for comparison only; it is never shown.
        date: the store's clock when it responded; None if it did not.
    """

    def __init__(
        self,
        prefix: str,
        diagnosis: Diagnosis,
        error: WooError = NO_ERROR,
        date: datetime.datetime | None = None,
        **details: Any,
    ) -> None:
        super().__init__(f"{prefix}: {diagnosis.sentence(**details)}")
        self.diagnosis, self.details = diagnosis, details
        self.error, self.date = error, date


class PassingError(RetriableAPIError):
    """A store that cannot be read now, for a reason that may pass; its attributes are as in `StoreError`."""

    def __init__(self, error: StoreError, response: requests.Response | None = None) -> None:
        super().__init__(str(error), response)
        self.diagnosis = error.diagnosis
        self.details = error.details


class BodyError(Exception):
    """The body is incomplete, too large or not JSON. The text says which, as the end of a sentence for the user."""


class EndlessListError(Exception):
    """The list never ends, or its pages never fit together; a cache that ignores the query does that."""


class Stopped(SystemExit):
    """The process received a signal to stop."""


class OutputError(Exception):
    """The target is gone, or the disk is full."""
