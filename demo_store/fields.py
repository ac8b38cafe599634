"""Cut rows down to `_fields` as WordPress's `rest_filter_response_fields` does."""

from typing import Any, TypeAlias

from demo_store.php import Fields, parse_list

Tree: TypeAlias = dict[str, Any]
"""Wanted names; True takes the whole value, a tree goes on inside it."""


def wanted(value: object) -> Tree | None:
    """Read the parameter `_fields`; None means all fields.

    A name inside a name that is already wanted whole ends the reading of the list (WordPress's `break 2`), so
    `_fields=meta_data,meta_data.key,id` leaves the id out.
    """
    names = parse_list(value) if value is not None else []
    if not names:
        return None
    tree: Tree = {}
    for name in names:
        *outer, last = name.split(".")
        branch = tree
        for part in outer:
            if branch.get(part) is True:
                return tree
            branch = branch.setdefault(part, {})
        branch[last] = True
    return tree


def cut(row: Fields, tree: Tree | None) -> object:
    """Keep the wanted names of a row; a row of which nothing is left is PHP's empty array.

    Lists have their positions as names: `meta_data.key` empties the list, as it does in WordPress.
    """
    return row if tree is None else _cut(row, tree)


def _cut(value: object, tree: Tree) -> object:
    if isinstance(value, list):
        kept = {str(place): item for place, item in enumerate(value) if str(place) in tree}
    elif isinstance(value, dict):
        kept = {name: item for name, item in value.items() if name in tree}
    else:
        return value
    result = {
        name: _cut(item, tree[name]) if isinstance(tree[name], dict) else item for name, item in kept.items()
    }
    if list(result) == [str(place) for place in range(len(result))]:
        return list(result.values())
    return result
