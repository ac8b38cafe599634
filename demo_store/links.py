"""Make the addresses and links of rows."""

import re
import unicodedata
from typing import Any

from demo_store.php import Fields
from demo_store.profiles import RECORDED_HOME

ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def moved_links(links: Any, namespace: str) -> Any:
    """Give links as another namespace has them."""
    if namespace == "wc/v3":
        return links
    if isinstance(links, dict):
        return {name: moved_links(value, namespace) for name, value in links.items()}
    if isinstance(links, list):
        return [moved_links(value, namespace) for value in links]
    return links.replace("/wp-json/wc/v3/", f"/wp-json/{namespace}/") if isinstance(links, str) else links


def links(collection: str, row_id: object, up: str | None = None) -> Fields:
    """Make the links of a row of wc/v3.

    Args:
        collection: the list's route, for instance `products/tags`.
        row_id: the row's id.
        up: the route of the row above it.
    """
    base = f"{RECORDED_HOME}/wp-json/wc/v3/"
    made: Fields = {
        "self": [{"href": f"{base}{collection}/{row_id}", "targetHints": {"allow": list(ALL_METHODS)}}],
        "collection": [{"href": f"{base}{collection}"}],
    }
    if up:
        made["up"] = [{"href": f"{base}{up}"}]
    return made


def slug_of(name: str) -> str:
    """Make a slug as `sanitize_title` does for Latin letters."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.lower()) if not unicodedata.combining(letter)
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
