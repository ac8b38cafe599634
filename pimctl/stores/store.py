"""What a store is: one inherited extractor of the Meltano project, its credentials, and at most one schedule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pimctl.errors import PimctlError
from tap_woo_pim.config.settings import COMPONENTS as NAMES
from tap_woo_pim.config.settings import DEFAULT_COMPONENTS as DEFAULT_NAMES

TAP = "tap-woo-pim"
PREFIX = f"{TAP}--"
LONGEST_ID = 40
ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l"})


@dataclass(frozen=True)
class Component:
    """A sync component.

    Attributes:
        name: Its name in ``sync_components``.
        label: What it brings, in a few words.
        needs: Components without which its rows say little; choosing it chooses them too.
    """

    name: str
    label: str
    needs: tuple[str, ...]


LABELS = {
    "products": "texts, prices, stock, images, meta data",
    "variations": "variations of variable products",
    "categories": "product categories with their tree",
    "tags": "product tags",
    "brands": "product brands, where the store has them",
    "attributes": "global attributes and their terms",
    "shipping_classes": "product shipping classes",
    "tax_classes": "tax classes",
    "custom_fields": "names of custom fields, where the store lists them",
    "reviews": "product reviews, without the reviewers' email",
}
NEEDS = dict.fromkeys(("variations", "custom_fields", "reviews"), ("products",))
COMPONENTS = tuple(Component(name, LABELS.get(name, name.replace("_", " ")), NEEDS.get(name, ())) for name in NAMES)
BY_NAME = {component.name: component for component in COMPONENTS}
DEFAULT_COMPONENTS: tuple[str, ...] = DEFAULT_NAMES


@dataclass(frozen=True)
class Credentials:
    """What opens a store's REST API. None of it is ever shown.

    Attributes:
        key: ``ck_...``.
        secret: ``cs_...``.
        http_password: The web server's own password, as staging stores have one; empty where there is none.
    """

    key: str = field(repr=False)
    secret: str = field(repr=False)
    http_password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Store:
    """A store as meltano.yml and ``.env`` describe it, without its credentials.

    Attributes:
        id: The end of its extractor's name, by which commands and pages name it.
        extractor: Its Meltano extractor, ``tap-woo-pim--ID``.
        store_id: Its name in the PIM database; the same as ``id`` for a store added here.
        site_url: Its address.
        components: The chosen sync components, in the order of ``COMPONENTS``.
        settings: All further settings of the tap, as Meltano would hand them on.
        schedule: Name of its Meltano schedule; None without one.
        cron: When the schedule runs, as five cron fields or ``@hourly`` and the like; None without one.
        job: Name of the Meltano job that syncs this store alone; None without one.
        is_paused: Whether no sync of it may start.
        has_credentials: Whether key and secret are set.
    """

    id: str
    extractor: str
    store_id: str
    site_url: str
    components: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    schedule: str | None = None
    cron: str | None = None
    job: str | None = None
    is_paused: bool = False
    has_credentials: bool = False


def extractor_of(store_id: str) -> str:
    """Return the name of a store's extractor."""
    return f"{PREFIX}{store_id}"


def variable(extractor: str, setting: str) -> str:
    """Return the environment variable by which Meltano reads a setting of an extractor."""
    return re.sub(r"[^A-Za-z0-9]", "_", f"{extractor}_{setting}").upper()


def check_id(store_id: str) -> str:
    """Return the id of a new store, if it is one.

    Raises:
        PimctlError: It is not; the message proposes one that is.
    """
    if ID.fullmatch(store_id) and len(store_id) <= LONGEST_ID:
        return store_id
    plain = unicodedata.normalize("NFKD", store_id.lower().translate(TRANSLITERATED)).encode("ascii", "ignore").decode()
    proposal = re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_ID].strip("-")
    advice = f": {proposal}, for instance" if proposal else ""
    raise PimctlError(
        f'"{store_id}" cannot name a store. Use up to {LONGEST_ID} small letters, digits, '
        f"and single hyphens between them{advice}."
    )


def check_components(names: list[str] | tuple[str, ...]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the chosen components with those that they need, and for each added one which component needs it.

    Args:
        names: Names of components; none stands for the default ones.

    Raises:
        PimctlError: One is unknown.
    """
    chosen = set(names) or set(DEFAULT_COMPONENTS)
    unknown = sorted(chosen - BY_NAME.keys())
    if unknown:
        raise PimctlError(f'"{unknown[0]}" is not a sync component: choose from {", ".join(BY_NAME)}.')
    brought = {need: name for name in sorted(chosen) for need in BY_NAME[name].needs if need not in chosen}
    return tuple(name for name in BY_NAME if name in chosen | brought.keys()), brought


def component_of(stream: str) -> str | None:
    """Return the component that brings a stream; None for a stream that always comes.

    A stream has the name of its component, mostly with ``product_`` before it.
    """
    name = stream.removeprefix("product_").replace("attribute_terms", "attributes")
    return name if name in BY_NAME else None
