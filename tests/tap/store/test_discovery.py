"""The store is found however its address is typed, and the key goes to no other host."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo_store import Request, Store
from demo_store.answer import Answer, html
from demo_store.faults import path
from demo_store.faults.base import Exchange, Fault
from tap_woo_pim.config.urls import api_root, is_same_store, site_address
from tests.support.connection_cases import THEME, Instead
from tests.support.gateway import open_gateway
from tests.support.stage import TAGS, Stage, all_tags, tags


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("store.example", "https://store.example"),
        ("  HTTPS://Store.EXAMPLE/  ", "https://store.example"),
        ("http://store.example:80/", "http://store.example"),
        ("https://store.example:443", "https://store.example"),
        ("store.example:8443/", "https://store.example:8443"),
        ("//store.example", "https://store.example"),
        ("store.example./", "https://store.example"),
        ("https://store.example/de/", "https://store.example/de"),
        ("https://store.example/Store", "https://store.example/Store"),
        ("https://store.example/wp-json", "https://store.example"),
        ("https://store.example/de/wp-json/wc/v3/products", "https://store.example/de"),
        ("https://store.example/wp-admin/admin.php?page=wc-settings&tab=advanced", "https://store.example"),
        ("https://store.example/WP-Admin/", "https://store.example"),
        ("https://store.example/wp-login.php?redirect_to=x", "https://store.example"),
        ("https://store.example/index.php/wp-json/", "https://store.example"),
        ("https://store.example/#top", "https://store.example"),
        ("müller.example/lädchen", "https://xn--mller-kva.example/l%C3%A4dchen"),
        ("https://xn--mller-kva.example", "https://xn--mller-kva.example"),
        ("https://[::1]:8443/", "https://[::1]:8443"),
        ("192.0.2.7/shop", "https://192.0.2.7/shop"),
    ],
)
def test_address_is_taken_as_people_type_it(typed: str, address: str) -> None:
    assert site_address(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "https://",
        "my store",
        "https://shop .example",
        "ftp://store.example",
        "https://store.example:99999",
        "https://[::1",
        "https://store..example",
        f"https://{'a' * 64}.example",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="site_url is not a web address"):
        site_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "https://ck_12345678:cs_12345678@store.example",
        "https://store.example/?consumer_key=x",
        "https://store.example/wp-json/wc/v3/products?oauth_consumer_key=x",
        "https://me:pass@store.example",
    ],
)
def test_secrets_in_an_address_are_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(ValueError, match="site_url contains") as refused:
        site_address(typed)
    assert "store.example" not in str(refused.value).replace("https://store.example", "")
    assert "pass@" not in str(refused.value)


@given(st.text())
def test_any_text_is_an_address_or_refused_and_an_address_stays_what_it_is(typed: str) -> None:
    try:
        address = site_address(typed)
    except ValueError:
        return
    assert site_address(address) == address
    assert address.startswith(("https://", "http://"))
    assert not address.endswith("/")


def test_twins_are_the_same_store_and_no_others_are() -> None:
    assert is_same_store("http://store.example/a", "https://www.store.example:8443/b")
    assert is_same_store("https://www.store.example", "https://STORE.example")
    for other in (
        "https://store.example.evil.invalid",
        "https://evil.invalid/store.example",
        "https://de.store.example",
    ):
        assert not is_same_store("https://store.example", other)


def test_api_root_is_read_from_the_page() -> None:
    page = '<link rel="icon" href="/a"><LINK rel="https://api.w.org/" href="/Blog/index.php?rest_route=&#038;x=/">'
    assert api_root("", page, "https://x.example/") == "https://x.example/Blog/index.php?rest_route=&x=/"
    assert api_root("", '<link rel="https://api.w.org/">', "https://x.example/") is None
    assert api_root("", "https://api.w.org/", "https://x.example/") is None
    endless = f'<link rel="https://api.w.org/" href="&#{"9" * 5000};">'
    assert api_root("", endless, "https://x.example/") is None


@pytest.mark.parametrize("unit", ["<link ", "<link>", "<link href=", '<link href="', '<link href="x'])
def test_a_page_of_links_is_searched_once(unit: str) -> None:
    began = time.thread_time()
    assert api_root("", unit * 100_000, "https://x.example/") is None
    assert time.thread_time() - began < 5


def test_api_root_is_read_from_the_link_header() -> None:
    link = '<https://x.example/a,b>; rel=shortlink, </blog/wp-json/>; rel="https://api.w.org/"'
    assert api_root(link, "", "https://x.example/") == "https://x.example/blog/wp-json/"
    assert api_root("", "", "https://x.example/") is None
    assert api_root("<https://x.example/>; rel=next", "", "https://x.example/") is None


@pytest.mark.parametrize("typed", ["/shop", "/shop/", "/shop/wp-admin/", "/shop/wp-json/wc/v3/"])
def test_wordpress_in_a_sub_folder_is_found(stage: Stage, typed: str) -> None:
    store = Store.recorded()
    store.subfolder = "/shop"
    server = stage.serve(store)
    site_url = server.url.removesuffix("/shop") + typed
    assert tags(stage.run(stage.config(server, site_url=site_url, **TAGS))) == all_tags(store)


def test_api_is_found_by_the_front_page_where_it_lives_elsewhere(stage: Stage) -> None:
    store = Store.recorded()
    store.subfolder = "/wordpress"
    server = stage.serve(store)
    origin = server.url.removesuffix("/wordpress")
    # WordPress in a folder of its own, its front page at the top, and a proxy that does not tell it of https.
    link = '<http://localhost/wordpress/wp-json/>; rel="https://api.w.org/"'
    store.faults.add(Instead(200, "Store", "Welcome.", Link=link), path("^/$"))
    # The page for addresses that are not there, as themes make it.
    store.faults.add(Instead(404, "Page not found", THEME), path("^/wp-json/"))
    ended = stage.run(stage.config(server, site_url=origin, **TAGS))
    assert tags(ended) == all_tags(store)
    assert f"the store is at {server.url}. Set site_url to that address." in ended.err
    assert "Set store_id" not in ended.err


def test_better_address_comes_with_the_store_id_that_keeps_the_rows(stage: Stage) -> None:
    store = Store.recorded()
    store.subfolder = "/wordpress"
    server = stage.serve(store)
    link = '<http://localhost/wordpress/wp-json/>; rel="https://api.w.org/"'
    store.faults.add(Instead(200, "Store", "Welcome.", Link=link), path("^/$"))
    config = stage.config(server, site_url=server.url.removesuffix("/wordpress"), store_id=None, **TAGS)
    ended = stage.run(config)
    (store_id,) = {row["store_id"] for row in ended.rows("product_tags")}
    assert f"Set site_url to that address. Set store_id to {store_id} too, or all of its rows arrive" in ended.err


def test_folder_that_is_named_like_a_key_is_proposed_to_nobody(stage: Stage) -> None:
    store = Store.recorded()
    store.subfolder = "/oauth_shop"
    server = stage.serve(store)
    link = '<https://localhost/oauth_shop/wp-json/>; rel="https://api.w.org/"'
    store.faults.add(Instead(200, "Store", "Welcome.", Link=link), path("^/$"))
    ended = stage.run(stage.config(server, site_url=server.url.removesuffix("/oauth_shop"), **TAGS))
    assert tags(ended) == all_tags(store)
    assert "Set site_url" not in ended.err


def test_api_is_found_by_the_page_itself_where_its_header_is_lost(stage: Stage) -> None:
    store = Store.recorded()
    store.subfolder = "/wordpress"
    server = stage.serve(store)
    tag = "<link rel='https://api.w.org/' href='http://localhost/wordpress/wp-json/' />"
    store.faults.add(Instead(200, "Store", tag), path("^/$"))
    ended = stage.run(stage.config(server, site_url=server.url.removesuffix("/wordpress"), **TAGS))
    assert tags(ended) == all_tags(store)


def test_permalinks_below_index_php_are_no_better_address(stage: Stage) -> None:
    store = Store.recorded()
    store.subfolder = "/index.php"
    server = stage.serve(store)
    link = '<https://localhost/index.php/wp-json/>; rel="https://api.w.org/"'
    store.faults.add(Instead(200, "Store", "Welcome.", Link=link), path("^/$"))
    ended = stage.run(stage.config(server, site_url=server.url, **TAGS))
    assert tags(ended) == all_tags(store)
    assert "Set site_url" not in ended.err


def test_api_on_another_host_than_the_front_page_gets_no_key(stage: Stage) -> None:
    server = stage.serve()
    server.store.has_wordpress = False
    link = '<https://elsewhere.invalid/wp-json/>; rel="https://api.w.org/"'
    server.store.faults.add(Instead(200, "Store", "Welcome.", Link=link), path("^/$"))
    ended = stage.run(stage.config(server))
    assert "it redirects to another host, https://elsewhere.invalid, which must not get the key" in ended.last_line
    assert {request.auth for request in server.requests} == {None}


def test_store_at_its_www_twin_is_followed_with_the_key_and_the_better_address_told_once(stage: Stage) -> None:
    context = stage.authority.context("store.example", "www.store.example")
    store = Store.recorded()
    server = stage.serve(store, context=context)
    sign = stage.serve(Store.empty(), context=context)
    sign.store.redirect_to = lambda request: f"https://www.store.example{request.path}"
    stage.gateway(store_example=sign, www_store_example=server)
    ended = stage.run(stage.config(server, site_url="store.example", **TAGS))
    assert tags(ended) == all_tags(store)
    assert ended.err.count("Set site_url to that address.") == 1
    assert "the store is at https://www.store.example. Set site_url to that address." in ended.err
    assert len(sign.requests) == 1


def test_redirect_of_single_requests_to_the_twin_gets_the_key_anew(stage: Stage) -> None:
    context = stage.authority.context("store.example", "www.store.example")
    store = Store.recorded()
    server = stage.serve(store, context=context)
    sign = stage.serve(store, context=context)
    stage.gateway(store_example=sign, www_store_example=server)
    # Only what carries a key is sent on, with a parameter of the server's own.
    twin = "https://www.store.example{}?from=twin"

    def send_on(request: Request) -> str | None:
        return twin.format(request.path) if request.auth and "from" not in request.query else None

    store.redirect_to = send_on
    ended = stage.run(stage.config(server, site_url="https://store.example", **TAGS))
    assert tags(ended) == all_tags(store)
    assert {request.auth for request in server.requests} == {"basic"}


def test_store_that_sends_http_on_to_https_is_read_over_https(stage: Stage) -> None:
    context = stage.authority.context("store.example")
    store = Store.recorded()
    server = stage.serve(store, context=context)
    sign = stage.serve(Store.empty(), tls=False)
    sign.store.redirect_to = lambda request: f"https://store.example{request.path}"
    with open_gateway({"store.example:80": sign.port, "store.example:443": server.port}) as gateway:
        stage.environment |= gateway.environment
        ended = stage.run(stage.config(server, site_url="http://store.example", **TAGS))
    assert tags(ended) == all_tags(store)
    assert "the store is at https://store.example. Set site_url to that address." in ended.err
    assert len(gateway.plain) == 1


def test_internationalised_name_is_reached(stage: Stage) -> None:
    server = stage.serve(Store.recorded(), context=stage.authority.context("xn--mller-kva.example"))
    with open_gateway({"xn--mller-kva.example:443": server.port}) as gateway:
        stage.environment |= gateway.environment
        ended = stage.run(stage.config(server, site_url="Müller.example", store_id=None, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert {row["store_id"] for row in ended.rows("product_tags")} == {"xn--mller-kva.example"}


@pytest.mark.parametrize("target", ["https://somebody@{}/wp-json/", "https://localhost:99999/wp-json/", "https://[x"])
def test_redirect_to_an_odd_address_is_told_as_one(stage: Stage, target: str) -> None:
    server = stage.serve()
    server.store.redirect_to = target.format(server.url.removeprefix("https://"))
    ended = stage.run(stage.config(server))
    shown = target.format(server.url.removeprefix("https://")).replace("somebody@", "").removesuffix("/wp-json/")
    assert f"all components: it redirects to a wrong address, {shown}" in ended.last_line
    assert "somebody" not in ended.last_line


def test_gate_that_lets_in_by_a_cookie_is_passed(stage: Stage) -> None:
    class Gate(Fault):
        async def before(self, exchange: Exchange) -> Answer | None:
            if "gate=passed" in exchange.http.headers.get("Cookie", ""):
                return None
            return html(302, "Found", "", Location=exchange.request.path, **{"Set-Cookie": "gate=passed; Path=/"})

    server = stage.serve(Store.recorded())
    server.store.faults.add(Gate())
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)


def test_key_does_not_go_where_another_host_is_named(stage: Stage) -> None:
    context = stage.authority.context("store.example", "evil.example")
    server = stage.serve(Store.recorded(), context=context)
    evil = stage.serve(Store.recorded(), context=context)
    server.store.redirect_to = lambda request: f"https://evil.example{request.path}" if request.auth else None
    stage.gateway(store_example=server, evil_example=evil)
    ended = stage.run(stage.config(server, site_url="https://store.example", **TAGS))
    assert ended.code == 1
    assert "it redirects to another host, https://evil.example, which must not get the key" in ended.last_line
    assert evil.requests == []
