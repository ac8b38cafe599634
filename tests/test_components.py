"""What repeats the sync components says the same as the streams of the tap."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pimctl.stores.store import component_of
from tap_woo_pim.config.settings import COMPONENTS
from tap_woo_pim.store.check import route_of
from tap_woo_pim.streams import STREAMS

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_store_with_the_route_of_the_check_has_a_stream_of_the_component(component: str) -> None:
    run: Any = SimpleNamespace(connection=SimpleNamespace(has=lambda route: route == route_of(component)))
    assert any(stream.is_in(run) for stream in STREAMS if stream.component == component)


def test_pimctl_knows_the_component_of_each_stream() -> None:
    assert {stream.name: component_of(stream.name) for stream in STREAMS} == {
        stream.name: stream.component for stream in STREAMS
    }
