"""Faults: each does to an answer what its name says, and strikes when it is told to."""

import contextlib
import gzip
import json
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from demo_store import Store
from demo_store.faults import FAULTS, Fault, chance, every, nth, param, path, times, while_true
from demo_store.faults.bodies import BodyChanged, CompressionBomb, HtmlPage, OversizedBody, WrongContentType
from demo_store.faults.cases import cases
from demo_store.faults.pages import ChangingTotals, FewerRows, JunkRows, OtherPage, RowsChanged, WrongTotals
from demo_store.faults.statuses import FailsAbove, PoisonousRow, Redirected, Status
from demo_store.faults.transport import SlowDrip
from tests.demo_store.conftest import TIMEOUT_SECONDS, Open, Site

PRODUCTS = "wc/v3/products"
Check = Callable[[requests.Response], bool]


def raw(site: Site, **parameters: str) -> bytes:
    """Ask for products and give the body as it came, without unpacking."""
    key = site.store.key()
    query = {"per_page": "2", **parameters}
    url = f"{site.server.url}/wp-json/{PRODUCTS}"
    auth = (key.consumer_key, key.consumer_secret)
    with site.session.get(url, params=query, auth=auth, stream=True, timeout=TIMEOUT_SECONDS) as response:
        body: bytes = response.raw.read(decode_content=False)
        return body


def broken(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return True
    return False


BODIES: list[tuple[str, Check]] = [
    ("cut_body", lambda r: broken(r.content) and r.content.startswith(b'[{"id"')),
    ("empty_body", lambda r: r.content == b""),
    ("notice_before", lambda r: r.content.startswith(b"<br />") and r.content.endswith(b"]")),
    ("notice_after", lambda r: r.content.startswith(b"[") and r.content.endswith(b"<br />\n")),
    ("byte_order_mark", lambda r: r.content.startswith(b"\xef\xbb\xbf[")),
    ("blank_lines", lambda r: r.content.startswith(b"\n\r\n\n[") and isinstance(r.json(), list)),
    ("wrong_content_type", lambda r: r.headers["Content-Type"].startswith("text/html") and len(r.json()) == 2),
    ("no_content_type", lambda r: "Content-Type" not in r.headers and len(r.json()) == 2),
    ("wrong_charset", lambda r: r.headers["Content-Type"].endswith("8859-1") and len(json.loads(r.content)) == 2),
    ("not_a_number", lambda r: b'"average":NaN' in r.content),
    ("trailing_comma", lambda r: broken(r.content) and r.content.endswith(b",]")),
    ("invalid_utf8", lambda r: broken(r.content) and b"\xff\xfe" in r.content),
    ("deep_nesting", lambda r: r.content.startswith(b"[[[[[[")),
    ("html_page", lambda r: r.status_code == 200 and r.content.startswith(b"<!DOCTYPE")),
    ("login_page", lambda r: r.status_code == 200 and b"loginform" in r.content),
    ("no_totals", lambda r: "X-WP-Total" not in r.headers and "X-WP-TotalPages" not in r.headers),
    ("wrong_totals", lambda r: r.headers["X-WP-Total"] == r.headers["X-WP-TotalPages"] == "1"),
    ("junk_rows", lambda r: r.json() == [None, None]),
    ("text_ids", lambda r: all(isinstance(row["id"], str) for row in r.json())),
    ("no_ids", lambda r: all("id" not in row and "name" in row for row in r.json())),
    ("object_not_list", lambda r: list(r.json()) == ["0", "1"]),
    ("status", lambda r: (r.status_code, r.json()["code"]) == (500, "internal_server_error")),
    ("redirected", lambda r: (r.status_code, r.headers["Location"]) == (302, "https://elsewhere.invalid/")),
    ("key_revoked", lambda r: (r.status_code, r.json()["code"]) == (401, "woocommerce_rest_cannot_view")),
    ("slow_drip", lambda r: len(r.json()) == 2),
    ("body_changed", lambda r: len(r.json()) == 2),
    ("rows_changed", lambda r: len(r.json()) == 2),
    ("poisonous_row", lambda r: len(r.json()) == 2),
    ("fails_above", lambda r: len(r.json()) == 2),
    ("changing_totals", lambda r: r.headers["X-WP-Total"] == "1904"),
    ("other_page", lambda r: len(r.json()) == 2),
    ("same_page", lambda r: len(r.json()) == 2),
    ("fields_changed", lambda r: len(r.json()) == 2),
    ("wrong_types", lambda r: all(not isinstance(row["meta_data"], list) or len(row) > 60 for row in r.json())),
    ("zero_dates", lambda r: {row["date_modified_gmt"] for row in r.json()} == {"0000-00-00T00:00:00"}),
    ("year_9999", lambda r: {row["date_created"] for row in r.json()} == {"9999-12-31T23:59:59"}),
    ("meta_data_as_object", lambda r: all(isinstance(row["meta_data"], dict) for row in r.json())),
    ("long_descriptions", lambda r: {len(row["description"]) for row in r.json()} == {10_000_000}),
    ("lone_surrogates", lambda r: b'"name":"\\ud83d ' in r.content),
    ("nul_characters", lambda r: {row["name"] for row in r.json()} == {"a\0b"}),
    ("huge_numbers", lambda r: r.json()[0]["total_sales"] == 2**63 and b":1e400" in r.content),
    ("nested_fields", lambda r: r.content.count(b'[{"inner":') > 300),
    ("control_characters", lambda r: r.json()[0]["name"].startswith("\x1b[31m")),
    ("list_not_object", lambda r: len(r.json()) == 2),
    ("endless_pages", lambda r: len(r.json()) == 2),
]
ELSEWHERE = {
    *("connection_reset", "closed_halfway", "never_answers", "broken_gzip", "compression_bomb", "oversized_body"),
    *("connection_refused", "host_not_found", "fewer_rows", "ends_early", "early_hints"),
}


@pytest.mark.parametrize(("name", "check"), BODIES, ids=[name for name, _ in BODIES])
def test_fault_spoils_the_answer(site: Site, name: str, check: Check) -> None:
    healthy = site.get(PRODUCTS, per_page=2)
    rule = site.store.faults.add(name)
    assert check(site.get(PRODUCTS, per_page=2))
    assert rule.hits == 1
    site.store.faults.remove(rule)
    assert site.get(PRODUCTS, per_page=2).content == healthy.content


def test_every_fault_has_a_name_and_a_test() -> None:
    assert set(FAULTS) == {name for name, _ in BODIES} | ELSEWHERE
    assert all(fault.name == name and issubclass(fault, Fault) for name, fault in FAULTS.items())


@pytest.mark.parametrize("name", ["connection_reset", "closed_halfway"])
def test_connection_is_cut(site: Site, name: str) -> None:
    site.store.faults.add(name, times(1))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        site.get(PRODUCTS)
    assert site.get(PRODUCTS).status_code == 200


@pytest.mark.parametrize("name", ["connection_refused", "host_not_found"])
def test_store_that_cannot_be_reached_comes_back(site: Site, name: str) -> None:
    site.get(PRODUCTS)
    site.store.faults.add(name, times(1))
    tries = 0
    while site.server.requests[-1].status != 200 or tries == 0:
        tries += 1
        with contextlib.suppress(requests.ConnectionError):
            assert site.get(PRODUCTS).status_code == 200
    assert tries > 2


def test_early_hints_come_before_the_answer(site: Site) -> None:
    site.store.faults.add("early_hints", times(1))
    hints = site.get(PRODUCTS)  # requests takes them for the answer
    assert (hints.status_code, hints.content, "preload" in hints.headers["Link"]) == (103, b"", True)


def test_pages_behind_the_end_are_full_of_new_rows(site: Site) -> None:
    site.store.faults.add("endless_pages")
    far, farther = (site.get(PRODUCTS, per_page=5, offset=offset) for offset in (10_000, 10_005))
    assert (len(far.json()), far.headers["X-WP-Total"]) == (5, "10010")
    assert max(row["id"] for row in far.json()) < min(row["id"] for row in farther.json())


@pytest.mark.parametrize("name", cases(1, 2, 3))
def test_every_case_is_a_fault_of_its_own(name: str) -> None:
    make = cases(1, 2, 3)[name]
    assert isinstance(make(), Fault)
    assert make() is not make()


def test_object_comes_in_a_list(site: Site) -> None:
    site.store.faults.add("list_not_object")
    assert isinstance(site.get("wc/v3/system_status").json(), list)


def test_server_that_never_answers_can_be_stopped(open_site: Open) -> None:
    site = open_site()
    site.store.faults.add("never_answers", times(1))
    key = site.store.key()
    auth = (key.consumer_key, key.consumer_secret)
    with pytest.raises(requests.ReadTimeout):
        site.session.get(f"{site.server.url}/wp-json/{PRODUCTS}", auth=auth, timeout=0.2)
    assert site.server.requests[0].status == 0
    assert site.get(PRODUCTS).status_code == 200


def test_slow_drip_takes_its_time(site: Site) -> None:
    site.store.faults.add(SlowDrip(seconds=0.03, pieces=5))
    began = time.monotonic()
    assert len(site.rows(PRODUCTS)) == 10
    assert time.monotonic() - began >= 0.15


def test_broken_gzip_cannot_be_unpacked(site: Site) -> None:
    site.store.faults.add("broken_gzip")
    with pytest.raises((EOFError, zlib.error, gzip.BadGzipFile)):
        gzip.decompress(raw(site))


def test_compression_bomb_is_small_on_the_wire(site: Site) -> None:
    site.store.faults.add(CompressionBomb(20_000_000))
    packed = raw(site)
    assert len(packed) < 100_000
    assert len(gzip.decompress(packed)) > 20_000_000


def test_oversized_body_is_valid_json(site: Site) -> None:
    site.store.faults.add(OversizedBody(3_000_000))
    response = site.get(PRODUCTS)
    assert len(response.content) > 3_000_000
    assert len(response.json()) == 10


@pytest.mark.parametrize("status", [500, 502, 503, 504, 508, 520, 521, 522, 523, 524, 429])
def test_statuses(site: Site, status: int) -> None:
    site.store.faults.add(Status(status, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"))
    response = site.get(PRODUCTS)
    assert response.status_code == status
    assert response.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"


def test_large_pages_fail_where_smaller_ones_succeed(site: Site) -> None:
    site.store.faults.add(FailsAbove(20, status=504))
    assert site.get(PRODUCTS, per_page=21).status_code == 504
    assert site.get(PRODUCTS, per_page=20).status_code == 200


def test_poisonous_row_fails_every_page_it_is_on(site: Site) -> None:
    ids = [row["id"] for row in site.rows(PRODUCTS, orderby="id", order="asc", per_page=10)]
    site.store.faults.add(PoisonousRow(ids[4]))
    asked = {"orderby": "id", "order": "asc"}
    assert site.get(PRODUCTS, per_page=10, **asked).status_code == 500
    assert [site.get(PRODUCTS, per_page=1, offset=place, **asked).status_code for place in (3, 4, 5)] == [200, 500, 200]


def test_wrong_pages(site: Site) -> None:
    def page(number: int) -> Any:
        return site.rows(PRODUCTS, orderby="id", order="asc", per_page=3, page=number, _fields="id")

    def at(offset: int) -> Any:
        return site.rows(PRODUCTS, orderby="id", order="asc", per_page=3, offset=offset, _fields="id")

    first, second, third = page(1), page(2), page(3)
    rule = site.store.faults.add(OtherPage(1))
    assert [page(1), page(2), at(0)] == [second, third, second]
    site.store.faults.remove(rule)
    rule = site.store.faults.add("same_page")
    assert [page(1), page(2), at(6)] == [first, first, first]
    site.store.faults.remove(rule)
    site.store.faults.add(FewerRows(2))
    assert [page(1), at(3)] == [first[:2], second[:2]]


def test_list_ends_in_the_middle_of_a_page_behind_the_first(site: Site) -> None:
    site.store.faults.add("ends_early")
    first, second = (site.get(PRODUCTS, per_page=6, offset=offset) for offset in (0, 6))
    assert (len(first.json()), first.headers["X-WP-Total"]) == (6, "1903")
    assert (len(second.json()), second.headers["X-WP-Total"]) == (3, "9")


def test_totals_that_change_and_rows_that_are_changed(site: Site) -> None:
    site.store.faults.add(ChangingTotals(-100))
    site.store.faults.add(RowsChanged(lambda row: row["id"]))
    answers = [site.get(PRODUCTS, per_page=100) for _ in range(2)]
    assert [answer.headers["X-WP-Total"] for answer in answers] == ["1803", "1703"]
    assert [answer.headers["X-WP-TotalPages"] for answer in answers] == ["19", "18"]
    assert all(isinstance(row, int) for row in answers[0].json())


def test_arguments_of_faults(site: Site) -> None:
    faults = site.store.faults
    for fault, check in (
        (JunkRows([1]), lambda r: r.json()[0] == [1]),
        (WrongTotals("many", -1), lambda r: (r.headers["X-WP-Total"], r.headers["X-WP-TotalPages"]) == ("many", "-1")),
        (HtmlPage(403), lambda r: r.status_code == 403),
        (Redirected("/there", 307), lambda r: (r.status_code, r.headers["Location"]) == (307, "/there")),
        (WrongContentType("text/plain"), lambda r: r.headers["Content-Type"] == "text/plain"),
        (BodyChanged(bytes.upper, X_Cache="HIT"), lambda r: b'"ID"' in r.content and r.headers["X-Cache"] == "HIT"),
    ):
        faults.add(fault)
        assert check(site.get(PRODUCTS))
        faults.clear()


def struck(site: Site, count: int, **parameters: object) -> list[bool]:
    return [site.get(PRODUCTS, per_page=1, **parameters).status_code == 500 for _ in range(count)]


def test_when_by_number(site: Site) -> None:
    for when, expected in (
        (nth(2, 4), [False, True, False, True, False]),
        (every(2), [False, True, False, True, False]),
        (times(2), [True, True, False, False, False]),
        (~times(2), [False, False, True, True, True]),
        (nth(1) | nth(3), [True, False, True, False, False]),
    ):
        site.store.faults.clear()
        site.store.faults.add("status", when)
        assert struck(site, 5) == expected


def test_when_by_path_parameter_chance_and_condition(site: Site) -> None:
    site.store.faults.add("status", path(r"/products$") & param(page=2) & nth(2))
    assert struck(site, 2) == [False, False]
    assert struck(site, 3, page=2) == [False, True, False]
    site.store.faults.clear()
    site.store.faults.add("status", param(search=None))
    assert struck(site, 1) + struck(site, 1, search="x") == [False, True]
    site.store.faults.clear()
    site.store.faults.add("status", chance(0.5, seed=7))
    first = struck(site, 12)
    site.store.faults.clear()
    site.store.faults.add("status", chance(0.5, seed=7))
    assert struck(site, 12) == first
    assert {True, False} == set(first)
    site.store.faults.clear()
    gate = threading.Event()
    site.store.faults.add("status", while_true(gate.is_set))
    assert struck(site, 1) == [False]
    gate.set()
    assert struck(site, 1) == [True]


def test_workers_bound_the_requests_answered_at_once_and_latency_adds_up(open_site: Open) -> None:
    site = open_site(Store.empty())
    site.store.create_product(name="One")
    site.store.workers, site.store.latency_seconds, site.store.latency_per_row_seconds = 2, 0.05, 0.05
    key = site.store.key()

    def ask(_: int) -> int:
        return requests.get(
            f"{site.server.url}/wp-json/{PRODUCTS}",
            auth=(key.consumer_key, key.consumer_secret),
            verify=str(site.server.ca_bundle),
            timeout=TIMEOUT_SECONDS,
        ).status_code

    began = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(ask, range(6))) == [200] * 6
    assert time.monotonic() - began >= 0.3
    assert max(request.in_flight for request in site.server.requests) > 2
