"""The SDK's own tests of a tap, over a sample store of each version."""

from __future__ import annotations

import atexit
from contextlib import ExitStack

import pytest
from singer_sdk.testing import get_tap_test_class

from demo_store import Store
from demo_store.faults.pages import RowsChanged
from demo_store.faults.when import path
from tap_woo_pim.tap import TapWooPim
from tests.support.harness import site

# The SDK makes its tests while this module is imported, so the stores have to be there by then.
_stores = ExitStack()
atexit.register(_stores.close)


def _suite(version: str) -> type:
    served = _stores.enter_context(site(Store.recorded(version)))
    slug = served.store.rows("tags")[0]["slug"]
    # One row without an id, so that unread_rows is tested as well.
    served.store.faults.add(RowsChanged(lambda row: {} if row["slug"] == slug else row), path("/products/tags$"))
    # Not from the environment: to read it, the SDK would put .env of the checkout into that of all tests.
    return get_tap_test_class(TapWooPim, config=served.config(), parse_env_config=False)


pytestmark = [
    # Many a column, extra_fields above all, is null in every row.
    pytest.mark.filterwarnings("ignore:No records were available to test"),
    # All tests of a version look at one sync.
    pytest.mark.xdist_group("sdk"),
]


TestNewest = _suite("11.0.1")
TestMiddle = pytest.mark.long(_suite("9.9.5"))
TestOldest = pytest.mark.long(_suite("5.9.0"))
