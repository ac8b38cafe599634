"""Checks a store before anything is read from it, step by step, each failure with its cause and remedy."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from tap_woo_pim.config.settings import Settings
from tap_woo_pim.config.validation import problems_of, secrets_of, settings_of
from tap_woo_pim.exceptions import PassingError, Step, StoreError
from tap_woo_pim.http.body import as_list
from tap_woo_pim.http.client import Client
from tap_woo_pim.http.diagnoses import NO_RIGHTS, NO_RIGHTS_AT_ALL
from tap_woo_pim.http.models import Response
from tap_woo_pim.http.prefetch import result_of
from tap_woo_pim.redaction import SECRETS
from tap_woo_pim.store.connection import Connection, connect
from tap_woo_pim.store.discovery import ALL, discover
from tap_woo_pim.store.login import PROBE

logger = logging.getLogger("tap-woo-pim")

ROUTES = {
    "products": "products",
    "variations": "products/{}/variations",
    "tax_classes": "taxes/classes",
    "custom_fields": "products/custom-fields/names",
}
"""The routes of components that are not `products/COMPONENT`."""
WITHOUT_IDS = ("tax_classes", "custom_fields")
"""Components whose rows have no id. Rows of custom_fields are bare texts, from which `_fields` cannot choose."""

STATUS, GENERAL, PRODUCTS = "system_status", "settings/general", "settings/products"


class Outcome(StrEnum):
    """The result of a step."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class StoreFound:
    """The store that was reached. What the key is not allowed to see is None.

    Attributes:
        name: the name of the site.
        url: the address that the site has in its own settings.
        time_zone: a name, or hours from UTC if the site has none.
        clock: the store's time, as 2026-01-31T00:00:00Z.
        namespace: the version of WooCommerce's API that is read: wc/v3 or wc/v2.
        auth_method: how the store accepts the key: basic, query or oauth1.
        advice: which settings would be better, a sentence each.
    """

    name: str
    url: str
    woocommerce_version: str | None
    wordpress_version: str | None
    currency: str | None
    weight_unit: str | None
    dimension_unit: str | None
    time_zone: str
    clock: str
    namespace: str
    auth_method: str
    advice: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckStep:
    """A finished step of the check.

    Attributes:
        name: one of `Step`, or the sync component.
        outcome: passed, failed, or skipped with the reason in `message`.
        message: what went wrong, as the end of a sentence; empty where the step passed.
        remedy: what to do about it, as whole sentences.
        setting: the setting (form field) that is wrong; None if no setting is.
        rows: the number of rows of the component; None if the store does not say.
        found: the store that was reached; in the last step only.
        error: the failure as an exception.
    """

    name: str
    outcome: Outcome = Outcome.PASSED
    message: str = ""
    remedy: str = ""
    setting: str | None = None
    rows: int | None = None
    found: StoreFound | None = None
    error: StoreError | PassingError | None = field(default=None, repr=False, compare=False)

    @property
    def is_component(self) -> bool:
        """Whether the step is that of a sync component."""
        return not isinstance(self.name, Step)


def check_store(config: Mapping[str, Any]) -> Generator[CheckStep, None, None]:
    """Check a store by its settings, and say what was found there.

    Args:
        config: the settings of the tap as typed; what is missing or empty has its default.

    Yields:
        Each step as it ends: the settings, then `Step` in order, then each component, and the store that was found. A
        failure ends the check, except that of a component: the others are still checked.
    """
    SECRETS.hide(secrets_of(config))
    problems = problems_of(config)
    for problem in problems:
        yield CheckStep(Step.SETTINGS, Outcome.FAILED, problem.what, problem.remedy, problem.setting)
    if problems:
        return
    settings = settings_of(config)
    client = Client(settings)
    try:
        yield CheckStep(Step.SETTINGS)
        yield from _check(client)
    finally:
        client.close()


def _check(client: Client) -> Iterator[CheckStep]:
    steps = _StoreSteps(client.settings)
    try:
        found = discover(client)
        yield from steps.up_to(Step.WOOCOMMERCE, found.root)
        connection = connect(client, found)
    except (StoreError, PassingError) as error:
        yield from steps.failed(error)
        return
    yield from steps.up_to(Step.COMPONENTS if isinstance(connection.login.products, Response) else Step.READ)
    facts = {route: client.executor.submit(_fact, connection, route) for route in (STATUS, GENERAL, PRODUCTS)}
    chosen = client.settings.sync_components
    there = [component for component in chosen if connection.has(route_of(component))]
    for step in check_components(connection, dict.fromkeys(there)):
        if step.name == Step.READ:
            yield step
            return
        yield from steps.up_to(Step.COMPONENTS)
        yield step
    for component in chosen:
        if component not in there:
            yield CheckStep(component, Outcome.SKIPPED, "this store does not have it")
    yield CheckStep(Step.FOUND, found=_found(connection, facts))


def check_components(connection: Connection, components: Mapping[str, Future[Response] | None]) -> Iterator[CheckStep]:
    """Check whether components can be read.

    Args:
        connection: the store.
        components: those to check, each with the future response if its list is already requested, as it is read next.

    Yields:
        A step for each component; only that of the key's rights if it may read none of them.
    """
    # A list that is already requested needs no thread, which others may be waiting for.
    submit = connection.client.executor.submit
    answers = [answer or submit(_look, connection, component) for component, answer in components.items()]
    steps: Iterable[CheckStep] = map(_component_step, components, answers)
    if isinstance(connection.login.products, StoreError):
        # Only the other components show whether the key may read anything at all.
        steps = list(steps)
        if all(step.error is not None and step.error.diagnosis is NO_RIGHTS for step in steps):
            steps = [failed_step(Step.READ, StoreError(connection.settings.prefix(ALL), NO_RIGHTS_AT_ALL))]
    yield from steps


class _StoreSteps:
    """The steps about the store as a whole, from its address to the rights of the key."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._left = [step for step in Step if step not in (Step.SETTINGS, Step.COMPONENTS, Step.FOUND)]

    def up_to(self, end: Step, address: str = "") -> Iterator[CheckStep]:
        """Yield the steps before another one as passed. An address is that of the API, once it was found."""
        while self._left and self._left[0] is not end:
            step = self._left.pop(0)
            reason = ""
            if step is Step.TLS and (address or self._settings.site_url).startswith("http://"):
                reason = "the store is reached over plain http"
            elif step is Step.TLS and not self._settings.verify_tls:
                reason = "verify_tls is off"
            yield CheckStep(step, Outcome.SKIPPED, reason) if reason else CheckStep(step)

    def failed(self, error: StoreError | PassingError) -> Iterator[CheckStep]:
        """Yield the steps before the one that failed, and that one."""
        if error.diagnosis.step in self._left:
            yield from self.up_to(error.diagnosis.step)
        yield failed_step(self._left[0], error)


def failed_step(name: str, error: StoreError | PassingError) -> CheckStep:
    """Return a failed step for an error."""
    what, remedy = error.diagnosis.what.format(**error.details), error.diagnosis.remedy.format(**error.details)
    what, remedy = SECRETS.clean(what), SECRETS.clean(f"{remedy}.")
    return CheckStep(name, Outcome.FAILED, what, remedy, error.diagnosis.setting, error=error)


def failure(settings: Settings, steps: Iterable[CheckStep], *, counts_passing: bool = False) -> Exception | None:
    """Return the error of a failed check, with one sentence that names the components; None if it passed.

    Passing errors of components count if `counts_passing` is set; a sync goes on and tries again.
    """
    failed = [(step, step.error) for step in steps if step.error is not None]
    for step, error in failed:
        if not step.is_component:
            return error
    errors = [(step.name, error) for step, error in failed if counts_passing or isinstance(error, StoreError)]
    if not errors:
        return None
    first = errors[0][1]
    # One diagnosis is reported; the next check names components that have another.
    names = ", ".join(name for name, error in errors if error.diagnosis is first.diagnosis)
    return StoreError(settings.prefix(names), first.diagnosis, **first.details)


def _component_step(component: str, answer: Future[Response]) -> CheckStep:
    try:
        return CheckStep(component, rows=result_of(answer).total)
    except (StoreError, PassingError) as error:
        if isinstance(error, PassingError):
            logger.warning("%s", error)
        return failed_step(component, error)


def _look(connection: Connection, component: str) -> Response:
    path, params = probe_of(connection, component)
    if path != connection.path("products") or params != PROBE:
        return connection.look(path, params, subject=component, expects=as_list)
    # The request that tried the key has shown it. Reading variations below their products takes the same rights; their
    # number is not known.
    products = connection.login.products
    if isinstance(products, StoreError):
        raise products
    return products if component == "products" else replace(products, total=None)


def route_of(component: str) -> str:
    """Return the route that a store with a component has."""
    return ROUTES.get(component, f"products/{component}")


def probe_of(connection: Connection, component: str) -> tuple[str, dict[str, Any]]:
    """Return path and parameters of a request for the total of a component's list, and for no row if possible."""
    path = connection.path(route_of(component))
    if component in WITHOUT_IDS:
        return path, {"per_page": 1}
    params: dict[str, Any] = dict(PROBE)
    if component == "variations":
        path = connection.flat_variations or connection.path("products")
    if component == "reviews":
        params["status"] = "all"
    if component in ("products", "variations") and connection.settings.content == "raw":
        params["context"] = "edit"
    return path, params


def _fact(connection: Connection, route: str) -> Any:
    params = {"_fields": "environment"} if route == STATUS else {}
    try:
        return connection.look(connection.path(route), params, subject=ALL).data
    except (StoreError, PassingError) as error:
        # Settings and status need more rights than products, which a good key need not have.
        logger.debug("%s is left out: %s", route, error)
        return None


def _found(connection: Connection, facts: Mapping[str, Future[Any]]) -> StoreFound:
    settings: dict[str, str] = {}
    for group in (GENERAL, PRODUCTS):
        values = result_of(facts[group])
        for item in values if isinstance(values, list) else ():
            if isinstance(item, dict) and isinstance(item.get("value"), str):
                settings[str(item.get("id"))] = item["value"]
    status = result_of(facts[STATUS])
    environment = status.get("environment") if isinstance(status, dict) else None
    environment = environment if isinstance(environment, dict) else {}
    index = connection.index
    return StoreFound(
        name=SECRETS.clean(str(index.get("name", ""))),
        url=SECRETS.clean(str(index.get("url") or connection.settings.site_url)),
        woocommerce_version=environment.get("version"),
        wordpress_version=environment.get("wp_version"),
        currency=settings.get("woocommerce_currency"),
        weight_unit=settings.get("woocommerce_weight_unit"),
        dimension_unit=settings.get("woocommerce_dimension_unit"),
        time_zone=str(index.get("timezone_string") or index.get("gmt_offset", "?")),
        clock=connection.started_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        namespace=connection.namespace,
        auth_method=connection.login.method,
        advice=connection.advice,
    )
