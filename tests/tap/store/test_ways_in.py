"""Stores that are read although they stand behind something: a web server's password, a plugin that closes the API."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from demo_store import Server, Store
from tap_woo_pim.store.check import Outcome, check_store
from tests.support.stage import TAGS, Stage, all_tags, tags

LOGIN = ("staging", "let me in, please")
HTTP = {"http_user": LOGIN[0], "http_password": LOGIN[1]}


def locked(stage: Stage, **switches: Any) -> Server:
    """A recorded store behind nginx's own password."""
    server = stage.serve(Store.recorded("9.9.5"))
    server.store.http_login = LOGIN
    for name, value in switches.items():
        setattr(server.store, name, value)
    return server


def ways(server: Server) -> set[str | None]:
    return {request.auth for request in server.requests if "/wc/v3/" in request.path}


def test_store_behind_the_web_servers_password_is_read_with_the_key_in_the_query(stage: Stage) -> None:
    server = locked(stage)
    ended = stage.run(stage.config(server, **HTTP, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert ways(server) == {"query"}
    assert "WARNING" not in ended.err


def test_it_is_read_by_signature_where_wordpress_does_not_know_of_https(stage: Stage) -> None:
    server = locked(stage, thinks_http=True)
    ended = stage.run(stage.config(server, **HTTP, **TAGS))
    assert tags(ended) == all_tags(server.store)
    assert "oauth1" in ways(server)


def test_it_is_read_where_wordpress_takes_that_password_for_an_application_password(stage: Stage) -> None:
    server = locked(stage)
    server.store.add_application_password("somebody")
    ended = stage.run(stage.config(server, **HTTP, **TAGS))
    assert tags(ended) == all_tags(server.store)


@pytest.mark.parametrize("spaces", [True, False], ids=["in groups", "in one"])
def test_application_password_is_taken_as_wordpress_shows_it(stage: Stage, spaces: bool) -> None:
    server = stage.serve(Store.recorded("9.9.5"))
    password = server.store.add_application_password("shop manager")
    typed = password if spaces else password.replace(" ", "")
    ended = stage.run(stage.config(server, consumer_key="shop manager", consumer_secret=typed, **TAGS))
    assert ended.code == 0, ended.err
    assert tags(ended) == all_tags(server.store)
    assert ways(server) == {"basic"}


@pytest.mark.parametrize("plugin", ["shield", "miniorange"])
@pytest.mark.parametrize("method", ["basic", "query"])
def test_store_that_is_closed_to_visitors_is_read_with_the_key(stage: Stage, plugin: Any, method: str) -> None:
    server = stage.serve(Store.recorded("9.9.5"))
    server.store.closed_to_visitors = plugin
    ended = stage.run(stage.config(server, auth_method=method, **TAGS))
    assert ended.code == 0, ended.err
    assert tags(ended) == all_tags(server.store)


def test_application_password_opens_the_index_of_a_closed_store_too(stage: Stage) -> None:
    server = stage.serve(Store.recorded("9.9.5"))
    server.store.closed_to_visitors = "miniorange"
    password = server.store.add_application_password("anna")
    config = stage.config(server, consumer_key="anna", consumer_secret=password, sync_components=["tags"])
    *_, last = check_store(config)
    assert last.found is not None
    assert last.found.time_zone == "Europe/Berlin"


def test_check_says_at_which_field_the_web_servers_password_is_missing_or_wrong(stage: Stage) -> None:
    server = locked(stage)
    for settings, field in (({}, "http_user"), (HTTP | {"http_password": "wrong and long"}, "http_password")):
        *passed, last = check_store(stage.config(server, **settings))
        assert (last.name, last.outcome, last.setting) == ("WordPress there", Outcome.FAILED, field)
        assert [step.name for step in passed][-1] == "TLS certificate trusted"


@pytest.mark.parametrize("arguments", [[], ["--test"], ["--discover"], ["--about", "--format=json"]])
def test_passwords_stand_in_nothing_that_the_tap_writes(stage: Stage, arguments: list[str]) -> None:
    """`Stage.run` looks for them in all messages and logs, at level DEBUG, plain, encoded and inside of base64."""
    server = locked(stage)
    server.store.add_application_password("anna")
    pair = base64.b64encode(":".join(LOGIN).encode()).decode()
    ended = stage.run(stage.config(server, **HTTP, **TAGS), *arguments)
    assert ended.code == 0, ended.err
    assert pair not in ended.out + ended.err
    other = stage.serve(Store.recorded("9.9.5"))
    password = other.store.add_application_password("anna")
    ended = stage.run(stage.config(other, consumer_key="anna", consumer_secret=password, **TAGS), *arguments)
    assert ended.code == 0, ended.err


@pytest.mark.parametrize(
    ("parameters", "currency"),
    [
        ({"currency": "usd"}, "USD"),
        ({"wmc-currency": "CHF", "lang": "all"}, "CHF"),
        ({"lang": "all"}, None),
        ({"currency": "euros"}, "unknown"),
        ({}, None),
    ],
)
def test_store_says_which_currency_it_was_asked_for(stage: Stage, parameters: Any, currency: str | None) -> None:
    server = stage.serve(Store.recorded("9.9.5"))
    ended = stage.run(stage.config(server, **TAGS, extra_query_parameters=parameters))
    (row,) = ended.rows("stores")
    assert (row["requested_currency"], row["currency"]) == (currency, "EUR")
    assert ("so the currency of the prices is unknown" in ended.err) == (currency == "unknown")
