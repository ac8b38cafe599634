"""Cut rows down to `_fields` as WordPress's `rest_filter_response_fields` does."""

from functools import lru_cache
from typing import Any, TypeAlias

from demo_store.php import Fields, parse_list

Tree: TypeAlias = dict[str, Any]
"""Wanted names; True takes the whole value, a tree goes on inside it."""

_LATE = ("stock_status", "has_options", "post_password", "global_unique_id")


def wanted(value: object) -> Tree | None:
    """Read the parameter `_fields`; None means all fields."""
    return None if value is None else tree_of(",".join(parse_list(value)))


@lru_cache(maxsize=256)
def tree_of(names: str) -> Tree | None:
    """Make the tree of a comma list.

    A name inside a name that is already wanted whole ends the reading of the list (WordPress's `break 2`), so
    `_fields=meta_data,meta_data.key,id` leaves the id out.
    """
    tree: Tree = {}
    for name in names.split(",") if names else ():
        *outer, last = name.split(".")
        branch = tree
        for part in outer:
            if branch.get(part) is True:
                return tree
            branch = branch.setdefault(part, {})
        branch[last] = True
    return tree or None


@lru_cache(maxsize=256)
def _computed_order(names: str) -> tuple[str, ...]:
    wished = dict.fromkeys(name for name in names.split(","))
    late = [name for name in (*_LATE, "_links") if name in wished]
    return (*(name for name in wished if name not in late), *late)


def computed(row: Fields, names: str) -> object:
    """Put the fields of a product in the order WooCommerce computes them in when `_fields` is given.

    That is the order of the list itself, but for four that wc/v3 adds after the rest. A name with a dot in it
    matches no field there, so nothing of it is computed.
    """
    return {name: row[name] for name in _computed_order(names) if name in row} or []


def cut(row: Fields, tree: Tree | None) -> object:
    """Keep the wanted names of a row; a row of which nothing is left is PHP's empty array.

    Lists have their positions as names: `meta_data.key` empties the list, as it does in WordPress.
    """
    return row if tree is None else _cut(row, tree)


def _cut(value: object, tree: Tree) -> object:
    if isinstance(value, list):
        value = {str(place): item for place, item in enumerate(value)}
    elif not isinstance(value, dict):
        return value
    kept = {
        name: _cut(item, tree[name]) if tree[name] is not True else item for name, item in value.items() if name in tree
    }
    if not kept or "0" in kept:
        # PHP knows but one kind of array: with the keys 0, 1, 2 and so on, or with none, JSON has it as a list.
        return list(kept.values()) if list(kept) == [str(place) for place in range(len(kept))] else kept
    return kept
