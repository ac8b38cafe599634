"""Checks that pages began: each in a thread of its own, its steps to be looked at from any tab."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pimctl.console import texts
from pimctl.console.pages import sentence
from pimctl.console.texts import _
from pimctl.errors import PimctlError
from pimctl.stores.check import check

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pimctl.stores.store import Credentials
    from tap_woo_pim.store.check import CheckStep

MOST_JOBS = 200


@dataclass
class Job:
    """A check, and what follows when it passes.

    Attributes:
        id: In its page's address.
        title: The store that is checked.
        values: What was typed into the form, but for the secret; None where no form began it.
        store: The id of the store that is edited or checked; None for a new one.
        steps: The steps so far.
        doing: What is done now that the check has passed.
        problem: Why the store could not be saved though the check passed.
        fields: The fields of the form that the problem is about; an empty name for none of them.
        is_done: Whether it has ended.
        goes_to: Where to go when all went well.
    """

    title: str
    values: Mapping[str, Any] | None = None
    store: str | None = None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    steps: list[CheckStep] = field(default_factory=list)
    doing: str = ""
    problem: str = ""
    fields: tuple[str, ...] = ("",)
    is_done: bool = False
    goes_to: str = ""

    @property
    def failures(self) -> list[CheckStep]:
        """The steps that failed."""
        return [step for step in self.steps if step.outcome == "failed"]

    @property
    def errors(self) -> dict[str, str]:
        """What stands at each field of the form; at ``""`` what is about none of them."""
        told: dict[tuple[str, str], list[str]] = {}
        for step in self.failures:
            text = f"{sentence(step.message)} {sentence(step.remedy)}".strip()
            name = texts.components().get(step.name, step.name)
            told.setdefault((step.setting or "", text), []).extend([name] if step.is_component else [])
        found: dict[str, str] = {}
        for (setting, text), names in told.items():  # several components mostly fail for one reason
            about = f"{', '.join(names)}: " if names else ""
            found[setting] = f"{found.get(setting, '')} {about}{text}".strip()
        if self.problem:
            found |= dict.fromkeys(self.fields, self.problem)
        return found


class Jobs:
    """The last checks."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, job_id: str) -> Job | None:
        """Return a job."""
        return self._jobs.get(job_id)

    def begin(
        self,
        job: Job,
        settings: Mapping[str, Any],
        credentials: Credentials | None,
        then: Callable[[Job], str] = lambda _job: "",
    ) -> None:
        """Begin a check, and do what follows when it has passed.

        Args:
            job: The job.
            settings: Settings of the tap.
            credentials: Key and secret.
            then: Saves the store and returns where to go.
        """
        with self._lock:
            self._jobs[job.id] = job
            while len(self._jobs) > MOST_JOBS:
                self._jobs.popitem(last=False)
        threading.Thread(target=self._run, args=(job, settings, credentials, then), daemon=True).start()

    @staticmethod
    def _run(
        job: Job, settings: Mapping[str, Any], credentials: Credentials | None, then: Callable[[Job], str]
    ) -> None:
        try:
            for step in check(settings, credentials):
                job.steps.append(step)
            if not job.failures:
                job.goes_to = then(job)
        except PimctlError as error:
            job.problem = str(error)
        except OSError as error:
            job.problem = _("%s. Nothing was changed.") % (error.strerror or error)
        except Exception:
            job.problem = _("The console has a fault; the terminal that runs it shows what happened.")
            raise
        finally:
            job.is_done = True
