"""Keys: every row of the table "Keys" of WooCommerce's behaviour, with its status, code and text."""

import base64
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from demo_store import Key, Store
from tests.demo_store.conftest import TIMEOUT_SECONDS, Open, Site

CANNOT = "woocommerce_rest_cannot_view"
ERROR = "woocommerce_rest_authentication_error"


def ask(site: Site, path: str = "wc/v3/products", auth: Any = None, **parameters: str) -> requests.Response:
    url = f"{site.server.url}/wp-json/{path}"
    return site.session.get(url, params={"per_page": "1", **parameters}, auth=auth, timeout=TIMEOUT_SECONDS)


def pair(key: Key) -> tuple[str, str]:
    return key.consumer_key, key.consumer_secret


def in_query(key: Key) -> dict[str, str]:
    return {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}


def outcome(response: requests.Response) -> tuple[int, str, str]:
    body = response.json()
    return response.status_code, body["code"], body["message"]


def test_right_keys_are_let_in_by_basic_and_by_query(site: Site) -> None:
    key = site.store.key()
    assert ask(site, auth=pair(key)).status_code == 200
    assert ask(site, **in_query(key)).status_code == 200
    assert [request.auth for request in site.server.requests] == ["basic", "query"]


def test_unknown_and_revoked_keys_are_nobody(site: Site) -> None:
    key = site.store.add_key()
    site.store.revoke_key(key)
    for auth in (pair(key), ("admin", "password"), None):
        assert outcome(ask(site, auth=auth)) == (401, CANNOT, "Sorry, you cannot list resources.")


def test_unknown_pairs_are_unknown_users_where_application_passwords_are_in_use(site: Site) -> None:
    site.store.has_application_passwords = True
    key = site.store.key()
    assert ask(site, auth=pair(key)).status_code == 200
    assert outcome(ask(site, auth=(key.consumer_key, "cs_wrong")))[1] == ERROR
    site.store.revoke_key(key)
    for path in ("wc/v3/products", ""):
        assert outcome(ask(site, path, auth=pair(key)))[:2] == (401, "invalid_username")
    # Those that do not come in the header, or not over what WordPress takes for https, are nobody as ever.
    assert outcome(ask(site, **in_query(key)))[:2] == (401, CANNOT)
    site.store.thinks_http = True
    assert outcome(ask(site, auth=pair(key)))[:2] == (401, CANNOT)


def test_query_wins_over_basic(site: Site) -> None:
    assert ask(site, auth=("ck_x", "cs_x"), **in_query(site.store.key())).status_code == 200


def test_wrong_secret_is_named(site: Site) -> None:
    wrong = (site.store.key().consumer_key, "cs_wrong")
    assert outcome(ask(site, auth=wrong)) == (401, ERROR, "Consumer secret is invalid.")


def test_write_key_may_not_read_and_read_key_may_not_write(site: Site) -> None:
    writer = site.store.add_key(permissions="write")
    text = "The API key provided does not have {} permissions."
    assert outcome(ask(site, auth=pair(writer))) == (401, ERROR, text.format("read"))
    url = f"{site.server.url}/wp-json/wc/v3/products"
    refused = site.session.post(url, auth=pair(site.store.key()), timeout=TIMEOUT_SECONDS)
    assert outcome(refused) == (401, ERROR, text.format("write"))


def test_customers_see_nothing_and_catalogue_editors_no_settings(site: Site) -> None:
    customer, editor = (site.store.add_key(user_role=role) for role in ("customer", "catalogue_editor"))
    for path in ("products", "products/tags", "variations", "settings/general", "system_status", "taxes/classes"):
        assert outcome(ask(site, f"wc/v3/{path}", pair(customer)))[:2] == (403, CANNOT)
    assert ask(site, "wc/v3/products/tags", pair(editor)).status_code == 200
    for path in ("settings", "settings/general", "system_status", "taxes", "taxes/classes"):
        assert outcome(ask(site, f"wc/v3/{path}", pair(editor)))[:2] == (403, CANNOT)
    assert outcome(ask(site, "wc/v3/products/310", pair(customer)))[2] == "Sorry, you cannot view this resource."


def test_stripped_header_looks_like_an_unknown_key_and_the_query_works(site: Site) -> None:
    site.store.strips_authorization = True
    key = site.store.key()
    assert outcome(ask(site, auth=pair(key)))[:2] == (401, CANNOT)
    assert ask(site, **in_query(key)).status_code == 200
    assert ask(site, auth=OAuth1(*pair(key), signature_type="query")).status_code == 200
    assert ask(site, auth=OAuth1(*pair(key))).status_code == 401


def test_plain_http_and_unknown_tls_ignore_basic_and_query(open_site: Open) -> None:
    plain, proxied = open_site(tls=False), open_site()
    proxied.store.thinks_http = True
    for site in (plain, proxied):
        key = site.store.key()
        assert outcome(ask(site, auth=pair(key)))[:2] == (401, CANNOT)
        assert outcome(ask(site, **in_query(key)))[:2] == (401, CANNOT)
    assert ask(plain, auth=OAuth1(*pair(plain.store.key()))).status_code == 200


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
@pytest.mark.parametrize("place", ["auth_header", "query"])
def test_oauth_is_let_in_over_http_and_https(open_site: Open, *, tls: bool, method: str, place: str) -> None:
    site = open_site(tls=tls)
    auth = OAuth1(*pair(site.store.key()), signature_method=method, signature_type=place)
    listed = ask(site, auth=auth, include="310,312", search="a b/ü~+", orderby="id")
    assert listed.status_code == 200
    assert site.server.requests[0].auth == "oauth1"
    assert "oauth_signature" not in site.server.requests[0].query


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_key": "ck_unknown"}, "Consumer key is invalid."),
        ({"client_secret": "cs_wrong"}, "Invalid signature - provided signature does not match."),
        ({"signature_method": "PLAINTEXT"}, "Invalid signature - signature method is invalid."),
        ({"minutes": 16}, "Invalid timestamp."),
        ({"minutes": -16}, "Invalid timestamp."),
        ({"minutes": 14}, None),
        ({"minutes": -14}, None),
    ],
)
def test_oauth_errors_are_named(open_site: Open, changes: dict[str, Any], message: str | None) -> None:
    site = open_site(tls=False)
    key = site.store.key()
    given: dict[str, Any] = {"client_key": key.consumer_key, "client_secret": key.consumer_secret}
    minutes = changes.get("minutes", 0)
    given |= {name: value for name, value in changes.items() if name != "minutes"}
    site.store.clock.set(site.store.clock.now())
    stamp = str(int(site.store.seconds()) + minutes * 60)
    response = ask(site, auth=OAuth1(**given, timestamp=stamp))
    assert (response.json()["message"] if response.status_code == 401 else None) == message


def test_oauth_nonce_works_once_and_parts_may_not_be_missing(open_site: Open) -> None:
    site = open_site(tls=False)
    auth = OAuth1(*pair(site.store.key()), nonce="12345")
    assert ask(site, auth=auth).status_code == 200
    assert outcome(ask(site, auth=auth))[2] == "Invalid nonce - nonce has already been used."
    missing = ask(site, oauth_consumer_key="ck", oauth_nonce="1", oauth_timestamp="2", oauth_signature_method="x")
    assert outcome(missing) == (401, ERROR, "Missing OAuth parameter oauth_signature")


def test_link_header_repeats_the_secret_of_query_authentication(site: Site) -> None:
    key = site.store.key()
    link = ask(site, **in_query(key)).headers["Link"]
    assert key.consumer_secret in link
    assert "consumer_key" not in site.server.requests[0].query


def test_malformed_basic_header_is_nobody(site: Site) -> None:
    for value in ("Basic", "Basic %%%", "Basic " + base64.b64encode(b"\xff\xfe").decode(), "Bearer x"):
        url = f"{site.server.url}/wp-json/wc/v3/products"
        response = site.session.get(url, headers={"Authorization": value}, timeout=TIMEOUT_SECONDS)
        assert outcome(response)[:2] == (401, CANNOT)


def test_store_always_has_a_good_key() -> None:
    store = Store.empty()
    for key in list(store.keys):
        store.revoke_key(key)
    store.add_key(permissions="write")
    store.add_key(user_role="customer")
    assert (store.key().permissions, store.key().user_role) == ("read", "shop_manager")
    assert len(store.keys) == 3
