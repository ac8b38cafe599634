"""The site around the API: what a client meets on the way to it, and how it finds out what the store can do."""

import gc
import re
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from demo_store import PROFILES, Request, Store, serve
from demo_store.profiles import read_json
from tests.demo_store.conftest import TIMEOUT_SECONDS, Open, Site


def page(site: Site, path: str = "/", **headers: str) -> requests.Response:
    url = site.server.url + path
    return site.session.get(url, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)


def is_html(response: requests.Response, status: int) -> bool:
    return response.status_code == status and response.headers["Content-Type"].startswith("text/html")


def test_front_page_names_the_api(open_site: Open) -> None:
    site = open_site()
    assert page(site).headers["Link"] == f'<{site.server.url}/wp-json/>; rel="https://api.w.org/"'
    site.store.subfolder = "/shop"
    assert site.server.url.endswith("/shop")
    assert page(site).headers["Link"] == f'<{site.server.url}/wp-json/>; rel="https://api.w.org/"'
    assert site.get("wc/v3/products", per_page=1).status_code == 200
    outside = site.session.get(site.server.url.removesuffix("/shop") + "/wp-json/", timeout=TIMEOUT_SECONDS)
    assert is_html(outside, 404)


def test_index_and_namespaces_need_no_key(open_site: Open, version: str) -> None:
    site = open_site(Store.recorded(version))
    index = page(site, "/wp-json/").json()
    assert index["url"] == index["home"] == site.server.url
    assert index["timezone_string"] == read_json(version, "api_root")["timezone_string"]
    assert {"wc/v3", "wc/v2", "wc-analytics"} < set(index["namespaces"])
    assert page(site, "/wp-json/wc/v3").json() == read_json(version, "namespace_wc_v3")
    for namespace in ("wc-analytics", "wc/v2"):
        routes = page(site, f"/wp-json/{namespace}").json()["routes"]
        recorded = read_json(version, "routes_other_namespaces")[namespace]
        assert set(recorded) <= set(routes)
        for pattern, route in recorded.items():
            if pattern.endswith(("/products", "/variations")):
                assert set(routes[pattern]["endpoints"][0]["args"]) == set(route["get_arguments"])


def test_old_store_has_wc_v2_only(open_site: Open) -> None:
    site = open_site(Store.recorded("5.9.0", namespace="wc/v2"))
    assert "wc/v3" not in page(site, "/wp-json/").json()["namespaces"]
    for path in ("wc/v3", "wc/v3/products", "wc-analytics", "wc-analytics/variations"):
        assert site.get(path).json()["code"] == "rest_no_route"
    (product,) = site.rows("wc/v2/products", per_page=1, orderby="id", order="asc", type="variable", status="publish")
    assert "in_stock" in product
    assert "stock_status" not in product
    (variation,) = site.rows(f"wc/v2/products/{product['id']}/variations", per_page=1)
    assert {"visible", "in_stock"} < set(variation)
    assert "/wp-json/wc/v2/" in variation["_links"]["self"][0]["href"]
    assert "/wp-json/wc/v2/" in site.rows("wc/v2/products/tags", per_page=1)[0]["_links"]["self"][0]["href"]
    assert site.get("wc/v2/system_status").json()["environment"]["version"] == "5.9.0"


def test_reviews_of_wc_v2_are_below_their_product(site: Site) -> None:
    review = site.rows("wc/v3/products/reviews", per_page=1)[0]
    listed = site.rows(f"wc/v2/products/{review['product_id']}/reviews")
    assert review["id"] in {found["id"] for found in listed}
    assert set(listed[0]) >= {"name", "email", "review", "rating"}
    assert site.get("wc/v2/products/999999/reviews").status_code == 404


def test_plain_permalinks_hide_the_api_and_ignore_keys(site: Site) -> None:
    site.store.permalinks = "plain"
    assert is_html(page(site, "/wp-json/"), 404)
    key = site.store.key()
    url = f"{site.server.url}/?rest_route=/wc/v3/products"
    refused = site.session.get(url, auth=(key.consumer_key, key.consumer_secret), timeout=TIMEOUT_SECONDS)
    assert (refused.status_code, refused.json()["code"]) == (401, "woocommerce_rest_cannot_view")
    assert "rest_route=/" in page(site).headers["Link"]


def test_no_woocommerce_and_no_wordpress(site: Site) -> None:
    site.store.has_woocommerce = False
    assert site.get("wc/v3/products").json()["code"] == "rest_no_route"
    assert not [name for name in page(site, "/wp-json/").json()["namespaces"] if name.startswith("wc/")]
    site.store.has_wordpress = False
    assert is_html(page(site, "/wp-json/"), 404)
    assert "Link" not in page(site).headers


def test_maintenance_firewall_and_user_agent_block(site: Site) -> None:
    site.store.maintenance = True
    down = site.get("wc/v3/products")
    assert is_html(down, 503)
    assert down.headers["Retry-After"] == "600"
    told = page(site, "/wp-json/", Accept="application/json")
    assert (told.status_code, told.json()["code"], told.headers["Retry-After"]) == (503, "wp_die", "600")
    assert is_html(page(site, "/wp-json/", Accept="text/html,application/xhtml+xml"), 503)
    site.store.maintenance = False
    for firewall, status in (("403 html", 403), ("200 html", 200), ("503 html", 503)):
        site.store.firewall = firewall  # type: ignore[assignment]
        assert is_html(site.get("wc/v3/products"), status)
    site.store.firewall = None
    site.store.user_agent_block = lambda agent: "python-requests" in agent
    assert is_html(page(site, "/wp-json/"), 403)
    assert page(site, "/wp-json/", **{"User-Agent": "Mozilla/5.0"}).status_code == 200


@pytest.mark.parametrize(
    ("status", "code"), [(401, "rest_login_required"), (403, "rest_forbidden"), (404, "rest_disabled")]
)
def test_disabled_api(site: Site, status: int, code: str) -> None:
    site.store.rest_disabled = status  # type: ignore[assignment]
    response = site.get("wc/v3/products")
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_redirects(site: Site) -> None:
    site.store.redirect_to = "https://www.elsewhere.invalid/"
    site.store.redirect_status = 308
    moved = site.get("wc/v3/products")
    assert (moved.status_code, moved.headers["Location"]) == (308, "https://www.elsewhere.invalid/")
    site.store.redirect_to = lambda request: None if request.path.startswith("/wp-json") else "/wp-json/"
    assert site.get("wc/v3/products").status_code == 200
    assert page(site).headers["Location"] == "/wp-json/"


def test_missing_routes_and_trailing_slashes(site: Site) -> None:
    assert site.get("wc/v3/nonsense").json()["code"] == "rest_no_route"
    assert site.get("wc/v3/products/").status_code == 200
    assert is_html(page(site, "/no/such/page"), 404)
    assert site.get("wc/v3/orders").json() == []


def test_options_describe_routes(site: Site) -> None:
    key = site.store.key()
    for route, methods in (("products", ["GET", "POST"]), ("variations", ["GET"])):
        url = f"{site.server.url}/wp-json/wc/v3/{route}"
        response = site.session.options(url, auth=(key.consumer_key, key.consumer_secret), timeout=TIMEOUT_SECONDS)
        assert response.json()["methods"] == methods
        assert response.headers["Allow"] == ", ".join(methods)


def test_date_header_is_the_stores_clock(site: Site) -> None:
    site.store.clock.set(datetime(2030, 5, 1, 12, 0, 0, tzinfo=UTC))
    assert page(site).headers["Date"] == "Wed, 01 May 2030 12:00:00 GMT"
    site.store.clock.advance(90)
    assert page(site).headers["Date"] == "Wed, 01 May 2030 12:01:30 GMT"
    site.store.clock.offset = -30
    assert page(site).headers["Date"] == "Wed, 01 May 2030 11:59:30 GMT"


def test_requests_are_logged(site: Site) -> None:
    site.get("wc/v3/products", per_page=2, _fields="id")
    (logged,) = site.server.requests
    assert (logged.method, logged.path, logged.query) == (
        "GET",
        "/wp-json/wc/v3/products",
        {"per_page": "2", "_fields": "id"},
    )
    assert (logged.status, logged.auth, logged.in_flight, logged.rows, logged.number) == (200, "basic", 1, 2, 1)
    assert logged.user_agent.startswith("python-requests")
    assert logged.seconds > 0
    assert abs((datetime.now(UTC) - logged.started_at).total_seconds()) < TIMEOUT_SECONDS


def test_hook_may_edit_between_requests(site: Site) -> None:
    seen: list[int] = []

    def edit(request: Request) -> None:
        seen.append(request.number)
        site.store.edit_product(310, name=f"Name {request.number}")

    site.store.before_request = edit
    names = [site.rows("wc/v3/products", include=310)[0]["name"] for _ in range(2)]
    assert names == ["Name 1", "Name 2"]
    assert seen == [1, 2]


def test_answers_are_compressed_when_asked_for(site: Site) -> None:
    packed = site.get("wc/v3/products")
    assert packed.headers["Content-Encoding"] == "gzip"
    site.session.headers["Accept-Encoding"] = "identity"
    plain = site.get("wc/v3/products")
    assert "Content-Encoding" not in plain.headers
    assert plain.content == packed.content
    assert site.session.head(f"{site.server.url}/wp-json/", timeout=TIMEOUT_SECONDS).content == b""


@pytest.mark.parametrize("profile", PROFILES)
def test_system_status_names_the_version_that_answers(open_site: Open, profile: str) -> None:
    site = open_site(Store.recorded("9.9.5", version=profile))
    status = site.get("wc/v3/system_status").json()
    assert status["environment"]["version"] == profile
    assert status["settings"]["currency"] == "EUR"
    groups = [group["id"] for group in site.rows("wc/v3/settings")]
    assert groups == ["general", "products", "tax"]
    setting = site.get("wc/v3/settings/general/woocommerce_currency").json()
    assert setting["value"] == "EUR"
    assert site.get("wc/v3/settings/nonsense").status_code == 404
    assert site.get("wc/v3/settings/general/nonsense").status_code == 404


def test_certificate_authority_is_kept_and_replaced_when_broken(tmp_path: Path) -> None:
    contents = []
    for spoil in (False, False, True):
        if spoil:
            (tmp_path / "demo-store-ca.pem").write_text("no certificate")
        with serve(Store.empty(), ca_dir=tmp_path) as server:
            assert server.ca_bundle is not None
            contents.append(server.ca_bundle.read_bytes())
            assert requests.get(server.url, verify=str(server.ca_bundle), timeout=TIMEOUT_SECONDS).status_code == 200
    assert contents[0] == contents[1] != contents[2]


def test_port_that_is_taken_is_an_error() -> None:
    with (
        serve(Store.empty(), tls=False) as server,
        pytest.raises(OSError, match=re.escape(str(server.port))),
        serve(Store.empty(), tls=False, port=server.port),
    ):
        pass


def test_unknown_versions_are_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("there are 11.0.1, 9.9.5, 5.9.0")):
        Store.recorded("1.2.3")
    with pytest.raises(ValueError, match=re.escape("No recording of WooCommerce 4.0")):
        Store.empty("4.0")


@pytest.mark.filterwarnings("error")
def test_connections_that_asked_for_nothing_end_with_the_server() -> None:
    for _ in range(5):
        with serve(Store.empty()) as server:
            assert server.ca_bundle
            begun = socket.create_connection(("127.0.0.1", server.port))  # in the middle of its handshake
            bare = socket.create_connection(("127.0.0.1", server.port))
            context = ssl.create_default_context(cafile=str(server.ca_bundle))
            idle = context.wrap_socket(bare, server_hostname="localhost")
        begun.close()
        idle.close()
    gc.collect()
