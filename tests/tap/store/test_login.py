"""The key is shown in the way that the store takes, found with as few requests as can be, and never unprotected."""

from __future__ import annotations

import datetime
import json
from email.utils import format_datetime
from typing import Any

import pytest
import requests

from demo_store import Store
from demo_store.answer import Answer
from demo_store.faults import When, path
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.bodies import BodyChanged
from tap_woo_pim.http.auth import Basic, KeyPair, Query
from tests.support.connection_cases import ClosedWithoutKey, Instead, LosesQuery
from tests.support.gateway import open_gateway
from tests.support.stage import TAGS, Stage, all_tags, tags, traces


def methods(server: Any) -> set[str | None]:
    return {request.auth for request in server.requests}


def test_good_key_costs_one_request_a_component_and_none_to_find_the_way(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    ended = stage.run(stage.config(server, sync_components=["products", "tags", "reviews"]), "--test")
    assert ended.code == 0
    # Two of them are one: the request that finds the way in, reads the clock and tries products.
    first, *others = [request.path for request in server.requests if request.auth]
    assert first == "/wp-json/wc/v3/products"
    assert sorted(path for path in others if "/products/" in path) == [
        "/wp-json/wc/v3/products/reviews",
        "/wp-json/wc/v3/products/tags",
    ]
    assert [request.path for request in server.requests if not request.auth] == [
        "/wp-json/",
        "/wp-json/wc/v3",
    ]
    assert methods(server) == {None, "basic"}


def test_header_is_chosen_where_it_works(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    ended = stage.run(stage.config(server, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert "the key works with auth_method basic." in ended.err


def test_query_is_chosen_where_the_header_is_stripped_and_remembered(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.strips_authorization = True
    ended = stage.run(stage.config(server, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert [request.auth for request in server.requests].count("basic") == 1
    assert ended.err.count("removes the Authorization header") == 1
    assert "Set auth_method to query to save requests." in ended.err


def test_signature_is_chosen_where_wordpress_does_not_know_of_https(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.thinks_http = True
    ended = stage.run(stage.config(server, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert [request.auth for request in server.requests if request.auth][:2] == ["basic", "query"]
    assert {request.auth for request in server.requests if request.auth is not None} == {"basic", "query", "oauth1"}
    assert "the key works with auth_method oauth1." in ended.err
    assert "Set auth_method to oauth1 to save requests." in ended.err


@pytest.mark.parametrize("method", ["basic", "query", "oauth1"])
def test_way_that_is_set_is_the_only_one_used(stage: Stage, method: str) -> None:
    server = stage.serve(Store.recorded())
    ended = stage.run(stage.config(server, auth_method=method, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert methods(server) == {None, method}


def test_signature_set_by_hand_works_behind_a_proxy_that_hides_https(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.thinks_http = True
    server.store.strips_authorization = True
    ended = stage.run(stage.config(server, auth_method="oauth1", **TAGS))
    assert tags(ended) == all_tags(server.store)


def test_signature_is_of_the_address_that_wordpress_has_for_home(stage: Stage) -> None:
    server = stage.serve(Store.recorded(), tls=False)
    server.store.home_url = "http://www.store.example"
    ended = stage.run(stage.config(server, **TAGS))
    assert tags(ended) == all_tags(server.store)


def test_signature_covers_every_parameter_of_a_page(stage: Stage) -> None:
    server = stage.serve(Store.recorded("9.9.5"), tls=False)
    parameters = {"lang": "all & more", "q": "a+b=c ~é"}
    ended = stage.run(
        stage.config(server, sync_components=["products"], extra_query_parameters=parameters, page_size=50)
    )
    assert ended.code == 0, ended.err
    ids = [row["id"] for row in ended.rows("products")]
    assert sorted(ids) == sorted(row["id"] for row in server.store.rows("products"))


@pytest.mark.parametrize("auth_method", ["auto", "oauth1"])
def test_secret_never_travels_over_plain_http(stage: Stage, auth_method: str) -> None:
    server = stage.serve(Store.recorded(), tls=False)
    config = stage.config(server, site_url="http://store.example", auth_method=auth_method, **TAGS)
    with open_gateway({"store.example:80": server.port}) as gateway:
        server.store.home_url = "http://store.example"
        stage.environment |= gateway.environment
        assert tags(stage.run(config)) == all_tags(server.store)
    sent = b"".join(gateway.plain).decode()
    assert sent.count("GET ") == len(server.requests)
    assert "oauth_signature" in sent
    assert traces(config["consumer_secret"], sent) == []
    assert "authorization" not in sent.lower()


@pytest.mark.parametrize("auth_method", ["basic", "query", "oauth1"])
def test_key_that_a_plugin_says_back_is_in_no_record(stage: Stage, auth_method: str) -> None:
    class SaysBack(Fault):
        def spoil(self, exchange: Exchange, answer: Answer) -> Answer:
            asked = exchange.http.rel_url.raw_query_string + exchange.http.headers.get("Authorization", "")
            answer.body = answer.body.replace(b'"description":""', json.dumps({"description": asked})[1:-1].encode())
            return answer

    server = stage.serve(Store.recorded())
    server.store.faults.add(SaysBack(), path("products/tags$"))
    # `run` looks for key and secret in all that the tap writes.
    ended = stage.run(stage.config(server, auth_method=auth_method, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert any("***" in (row["description"] or "") for row in ended.rows("product_tags"))


@pytest.mark.parametrize("way", [Basic, Query])
def test_unsafe_ways_refuse_plain_http_themselves(way: type[Basic | Query]) -> None:
    auth = way(KeyPair("ck_1", "cs_1"))
    with pytest.raises(PermissionError):
        requests.Request("GET", "http://store.example/", auth=auth).prepare()
    assert requests.Request("GET", "https://store.example/", auth=auth).prepare().url


@pytest.mark.parametrize("hours", [-30, 2])
def test_signature_is_by_the_clock_of_the_store(stage: Stage, hours: int) -> None:
    server = stage.serve(Store.recorded(), tls=False)
    server.store.clock.offset = hours * 3600
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)


def test_date_of_a_cache_does_not_mislead_the_signature(stage: Stage) -> None:
    server = stage.serve(Store.recorded(), tls=False)
    yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    cached = BodyChanged(Date=format_datetime(yesterday, usegmt=True))
    server.store.faults.add(cached, path("/wp-json/$"))
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)


def test_password_of_netrc_is_not_sent(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    (stage.folder / ".netrc").write_text("machine localhost login somebody password something\n")
    (stage.folder / ".netrc").chmod(0o600)
    stage.environment["HOME"] = str(stage.folder)
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)
    of_all = [request for request in server.requests if request.path in {"/wp-json/", "/wp-json/wc/v3"}]
    assert [request.auth for request in of_all] == [None, None]


def test_store_that_shows_its_api_to_key_holders_alone_is_read(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.faults.add(ClosedWithoutKey())
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)


def test_api_that_is_closed_to_visitors_is_read_where_the_front_page_names_it(stage: Stage) -> None:
    store = Store.recorded()
    store.subfolder = "/wordpress"
    server = stage.serve(store)
    link = '<https://localhost/wordpress/wp-json/>; rel="https://api.w.org/"'
    store.faults.add(Instead(200, "Store", "Welcome.", Link=link), path("^/$"))
    store.faults.add(Instead(404, "Page not found", ""), path("^/wp-json/"))
    store.faults.add(ClosedWithoutKey())
    site_url = server.url.removesuffix("/wordpress")
    assert tags(stage.run(stage.config(server, site_url=site_url, **TAGS))) == all_tags(store)


def test_api_that_is_closed_to_visitors_is_read_by_the_query_where_the_header_is_stripped(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.strips_authorization = True
    server.store.faults.add(ClosedWithoutKey())
    assert tags(stage.run(stage.config(server, **TAGS))) == all_tags(server.store)


def test_store_that_fails_behind_a_closed_api_is_told_as_failing(stage: Stage) -> None:
    server = stage.serve()
    server.store.faults.add(ClosedWithoutKey())
    server.store.faults.add("status", path("/wc/v3/products$"))
    ended = stage.run(stage.config(server))
    assert "it answered with server error 500" in ended.last_line


def test_signature_is_chosen_where_header_and_query_are_lost(stage: Stage) -> None:
    server = stage.serve(Store.recorded())
    server.store.strips_authorization = True
    server.store.faults.add(LosesQuery())
    ended = stage.run(stage.config(server, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert [request.auth for request in server.requests if request.auth][:3] == ["basic", "query", "oauth1"]
    assert "removes the Authorization header" in ended.err
    assert "Set auth_method to oauth1 to save requests." in ended.err


@pytest.mark.parametrize("status", [403, 409, 502])
def test_answer_to_a_key_in_the_query_does_not_hide_that_the_key_is_unknown(stage: Stage, status: int) -> None:
    class NoKeysInQueries(Fault):
        async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002
            return Answer(status, b"<p>captcha</p>")

    server = stage.serve()
    server.store.faults.add(NoKeysInQueries(), When(lambda request: request.auth == "query"))
    ended = stage.run(stage.config(server, consumer_key="ck_" + "0" * 40))
    assert "the store does not know this key" in ended.last_line
