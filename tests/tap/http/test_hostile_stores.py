"""A store cannot make the tap read elsewhere, fill its memory, run for ever, or write to the user's terminal."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tracemalloc
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.exceptions import SingerSDKError

from demo_store import Store
from demo_store.answer import Answer
from demo_store.faults import Exchange, Fault, param, path
from demo_store.faults.bodies import BodyChanged, CompressionBomb
from demo_store.faults.pages import EndlessPages
from demo_store.faults.statuses import Redirected
from demo_store.php import encode
from tap_woo_pim.redaction import SECRETS, printable
from tests.support.harness import Landing, site
from tests.support.random_edits import without_flat_variations

EVIL = "\x1b]0;owned\x07\x1b[31m\u202eevil\u2066\r\n\x9b2J fake line"
TAGS: dict[str, Any] = {"sync_components": ["tags"], "max_retries": 0}
ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def store() -> Store:
    return Store.recorded("5.9.0")


@pytest.mark.parametrize(
    "target",
    [
        *(
            "file:///etc/passwd",
            "https://elsewhere.invalid/wp-json/",
            "//elsewhere.invalid/x",
            "ftp://elsewhere.invalid/",
        ),
        *("https://localhost.elsewhere.invalid/", "https://localhost@elsewhere.invalid/", "gopher://elsewhere.invalid"),
        *("https://elsewhere.invalid\\@localhost/", "data:,x", "javascript:alert(1)", "https://user@localhost/"),
        *("https://[", "//[::1", "https://[v1.evil]x/", "https://localhost:1/wp-json/wc/v3/products/tags"),
    ],
)
def test_a_redirect_leads_to_no_file_and_no_other_host(store: Store, target: str) -> None:
    with site(store) as served:
        rule = store.faults.add(Redirected(target), path("tags") & param(offset=None))
        try:
            with pytest.raises(SingerSDKError, match=r"^store \(https://localhost:\d+\), tags: ") as failure:
                served.sync(**TAGS)
        finally:
            store.faults.remove(rule)
        assert not ACTS.search(SECRETS.clean(str(failure.value)))
        assert rule.hits == 1


@pytest.mark.parametrize(
    "root", ["https://elsewhere.invalid/wp-json/", "file:///etc/", "//elsewhere.invalid/wp-json/", "https://[/wp-json/"]
)
def test_the_front_page_cannot_name_an_api_elsewhere(root: str) -> None:
    store = Store.empty()
    store.faults.add("html_page", path("/wp-json/$"))
    store.faults.add(BodyChanged(Link=f'<{root}>; rel="https://api.w.org/"'), path("/$") & ~path("wp-json"))
    with site(store) as served, pytest.raises(SingerSDKError):
        served.sync(**TAGS)
    assert all(request.path in {"/", "/wp-json/"} for request in served.server.requests)


def test_a_compression_bomb_takes_no_more_memory_than_the_limit_of_a_body(store: Store) -> None:
    with site(store) as served:
        tap = served.tap(**TAGS)
        rule = store.faults.add(CompressionBomb(300_000_000))
        tracemalloc.start()
        try:
            with pytest.raises(SingerSDKError, match="sent more than 64 MB"):
                tap.run.connection.get("wc/v3/products/tags", {"per_page": 2}, subject="tags")
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            store.faults.remove(rule)
            tap.run.client.close()
    assert peak_bytes < 90 * 2**20


@pytest.mark.parametrize("grows", [True, False])
def test_a_list_that_never_ends_is_given_up(store: Store, grows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.pagination.paginator.MAX_ROWS", 1000)
    with site(store) as served:
        rule = store.faults.add(EndlessPages(grows=grows), path("tags$") & param(offset=None))
        with pytest.raises(SingerSDKError, match="never end"):
            served.sync(**TAGS)
        store.faults.remove(rule)


class EndlessTerms(Fault):
    """Terms without end, and a total that is never reached."""

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        offset, size = int(exchange.request.query["offset"]), int(exchange.request.query["per_page"])
        answer.body = encode([{"id": 10**6 + offset + place, "name": "x" * 1000} for place in range(size)])
        answer.headers["X-WP-Total"] = str(10**12)
        return answer


@pytest.mark.parametrize(
    ("component", "lists"),
    [("attributes", "/attributes/[0-9]+/terms$"), ("variations", "/products/[0-9]+/variations$")],
)
def test_short_lists_that_never_end_are_handed_on_by_pieces(
    component: str, lists: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tap_woo_pim.pagination.paginator.MAX_ROWS", 20_000)
    store = Store.recorded("5.9.0")
    store.keep_products(30)
    without_flat_variations(store)
    store.faults.add(EndlessTerms(), path(lists) & param(offset=None))
    landing = Landing()
    with site(store) as served, pytest.raises(SingerSDKError, match="never end"):
        served.sync(landing, sync_components=[component])
    assert 15_000 < max(map(len, landing.tables.values())) <= 20_100


class Cookies(Fault):
    """A new cookie with every answer."""

    def __init__(self, length: int) -> None:
        self.length, self.numbers = length, count()

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
        del exchange
        answer.headers["Set-Cookie"] = f"c{next(self.numbers)}={'x' * self.length}; Path=/"
        return answer


def test_a_store_leaves_no_cookies(store: Store) -> None:
    with site(store) as served:
        rule = store.faults.add(Cookies(4000))
        tap = served.tap(**{**TAGS, "page_size": 10})
        try:
            tap.sync_all()
            assert len(tap.run.client._transport._session.cookies) == 0
        finally:
            tap.run.client.close()
            store.faults.remove(rule)


def test_names_of_custom_fields_that_never_end_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tap_woo_pim.streams.product_custom_fields.MAX_PAGES", 7)
    store = Store.recorded("9.9.5")
    numbers = iter(range(10**6))
    store.faults.add(
        BodyChanged(lambda _: str([f"name {next(numbers)}"]).replace("'", '"').encode(), X_WP_Total="1000000"),
        path("custom-fields") & param(page=None),
    )
    with site(store) as served:
        landing = served.sync(sync_components=["custom_fields"])
    assert len(landing.tables["product_custom_fields"]) == 7
    assert ("store", "product_custom_fields") not in landing.tables.get("snapshots", {})


@given(st.text())
def test_what_is_shown_acts_on_no_terminal(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert shown == text or not text.isprintable()


def test_logs_are_cleaned_where_they_leave() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "name: %s", (EVIL,), None)
    assert SECRETS.filter(record)
    assert not ACTS.search(record.getMessage())
    assert "evil" in record.getMessage()


def test_nothing_of_a_stores_making_acts_on_the_users_terminal(tmp_path: Path) -> None:
    store = Store.empty()
    escaped = EVIL.encode("unicode_escape").replace(b"\\x", b"\\u00")
    store.faults.add(BodyChanged(lambda body: body.replace(b'"name":"', b'"name":"' + escaped)))
    with site(store) as served:
        config = tmp_path / "config.json"
        config.write_text(str(served.config(**TAGS)).replace("'", '"'))
        told = run(config, "--test")
        assert "evil" in told.stdout
        assert not ACTS.search(told.stdout.replace("\n", ""))
        store.faults.add(RawRedirect(), path("tags"))
        told = run(config)
        assert told.returncode == 1
        assert "evil" in told.stderr
        assert not ACTS.search(told.stderr.replace("\n", ""))


class RawRedirect(Fault):
    """A redirect to a name with characters that a decent web server would not send."""

    async def send(self, exchange: Exchange, answer: Answer) -> web.StreamResponse:  # noqa: ARG002
        assert exchange.http.transport is not None
        target = EVIL.replace("\r\n", "")
        head = f"HTTP/1.1 302 Found\r\nLocation: https://{target}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        exchange.http.transport.write(head.encode())
        exchange.http.transport.close()
        return web.Response()


def run(config: Path, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-m", "tap_woo_pim", "--config", str(config), *options]
    return subprocess.run(arguments, capture_output=True, check=False, encoding="utf-8", timeout=120)
