"""Give the nested parts of rows the shape of the form asked for."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from demo_store.links import slug_of
from demo_store.php import Fields
from demo_store.profiles import PROFILES, read_list

NOT_IN_OLD_IMAGES = ("srcset", "sizes", "thumbnail")


@dataclass(frozen=True)
class Form:
    """The form in which rows are asked for; rows keep their bytes by it.

    Attributes:
        version: the version of WooCommerce that answers.
        namespace: `wc/v3`, `wc/v2` or `wc-analytics`.
        flat: for variations, whether the route lists those of all products.
        context: `view` or `edit`.
        fields: the parameter `_fields` as it came.
        include_meta: keys of `meta_data` to keep; empty for all.
        exclude_meta: keys of `meta_data` to leave out.
    """

    version: str
    namespace: str = "wc/v3"
    flat: bool = False
    context: str = "view"
    fields: str | None = None
    include_meta: tuple[str, ...] = ()
    exclude_meta: tuple[str, ...] = ()


def image(shown: Fields, form: Form) -> Fields:
    """Give an image of a product; only wc/v3 of 11.0.1 tells its sizes."""
    new = form.version == PROFILES[0] and form.namespace != "wc/v2"
    if not new and "srcset" in shown:
        shown = {key: value for key, value in shown.items() if key not in NOT_IN_OLD_IMAGES}
    elif new and "srcset" not in shown:
        shown = {**shown, "srcset": "", "sizes": "", "thumbnail": shown.get("src", "")}
    return shown


def attributes(entries: list[Fields], form: Form) -> list[Fields]:
    """Give a row's attributes; 5.9.0 and wc/v2 have no slugs in them."""
    has_slugs = form.version != PROFILES[-1] and form.namespace != "wc/v2"
    if not entries or ("slug" in entries[0]) == has_slugs:
        return entries
    if not has_slugs:
        return [{key: value for key, value in entry.items() if key != "slug"} for entry in entries]
    head = ("id", "name")
    return [
        {**{key: entry[key] for key in head}, "slug": attribute_slug(entry["id"], entry["name"])}
        | {key: value for key, value in entry.items() if key not in head}
        for entry in entries
    ]


@cache
def _recorded_slugs() -> dict[int, str]:
    return {row["id"]: row["slug"] for row in read_list(PROFILES[0], "attributes")}


def attribute_slug(attribute_id: int, name: str) -> str:
    """Give the slug of an attribute in a row: that of its taxonomy, or the name of a local one."""
    return _recorded_slugs().get(attribute_id, f"pa_{slug_of(name)}") if attribute_id else name


def meta_data(meta: Any, form: Form) -> Any:
    """Keep the meta data asked for. On some stores it is an object, which stays as it is."""
    if not isinstance(meta, list) or not (form.include_meta or form.exclude_meta):
        return meta
    if form.include_meta:
        return [entry for entry in meta if entry["key"] in form.include_meta]
    return [entry for entry in meta if entry["key"] not in form.exclude_meta]
