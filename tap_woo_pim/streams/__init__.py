"""The streams of the tap, one file each. A new file in this folder is found automatically."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from tap_woo_pim.streams.base import WooStream


def _declared() -> Iterator[type[WooStream]]:
    """Yield the stream classes with a name of their own."""
    for found in iter_modules(__path__):
        if found.name == "__main__":
            continue
        module = import_module(f"{__name__}.{found.name}")
        classes = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, WooStream)]
        yield from (one for one in classes if one.__module__ == module.__name__ and "name" in vars(one))


STREAMS: tuple[type[WooStream], ...] = tuple(sorted(_declared(), key=lambda stream: (stream.turn, stream.name)))
"""All streams, in the order in which they are read."""
