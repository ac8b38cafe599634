"""A WooCommerce store to read from: recorded or made-up goods behind the REST API of a recorded version."""

from demo_store.keys import Key
from demo_store.profiles import PROFILES
from demo_store.request_log import Request
from demo_store.server import Server, serve
from demo_store.store import Store

__all__ = ["PROFILES", "Key", "Request", "Server", "Store", "serve"]
