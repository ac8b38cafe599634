"""Keys that a store does not take, or that may not read."""

from __future__ import annotations

import datetime
from email.utils import format_datetime

from demo_store import Server
from demo_store.faults import When, path
from demo_store.faults.bodies import BodyChanged
from tests.support.connection_cases.case import (
    OTHER_SECRET,
    UNKNOWN_KEY,
    Cases,
    ClosedWithoutKey,
    Config,
    LosesQuery,
    Translated,
    spoiled,
)
from tests.support.stage import Stage

case = Cases()


UNKNOWN = (
    "store ({url}), all components: the store does not know this key: it was revoked, mistyped, or made in another"
    " store. Make a new key with read permission in this store, in WooCommerce > Settings > Advanced > REST API,"
    " and enter both halves."
)
SECRET = (
    "store ({url}), all components: the secret does not belong to this key. Enter the consumer_secret that was shown"
    " when this key was made. If it is lost, make a new key."
)
WRITE = (
    "store ({url}), all components: the key may only write. Set its permissions to Read in WooCommerce > Settings >"
    " Advanced > REST API."
)
CLOCK = (
    "store ({url}), all components: the server's clock differs from its Date header by more than 15 minutes, so it"
    " rejects OAuth signatures. Set the server's clock (NTP), and stop proxies from changing the Date header."
)


@case("unknown key", UNKNOWN)
def unknown_key(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_key=UNKNOWN_KEY)


@case("unknown key, over plain http", UNKNOWN)
def unknown_key_http(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), consumer_key=UNKNOWN_KEY)


@case("unknown key, over plain http, of a store that is not English", UNKNOWN)
def unknown_key_http_translated(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    server.store.faults.add(Translated())
    return stage.config(server, consumer_key=UNKNOWN_KEY)


@case("unknown key, of a store with application passwords", UNKNOWN)
def unknown_key_application_passwords(stage: Stage) -> Config:
    server = stage.serve()
    server.store.has_application_passwords = True
    return stage.config(server, consumer_key=UNKNOWN_KEY)


@case(
    "key not copied whole",
    "store ({url}), all components: the store does not know this key, which is incomplete: it has 40 characters"
    " instead of 43. Copy consumer_key again, from ck_ to its end, or make a new key.",
)
def cut_key(stage: Stage) -> Config:
    server = stage.serve()
    return stage.config(server, consumer_key=server.store.key().consumer_key[:40])


@case(
    "key and secret swapped",
    "store ({url}), settings: consumer_key and consumer_secret are swapped. Enter the half that starts with ck_ as"
    " consumer_key.",
)
def swapped(stage: Stage) -> Config:
    config = stage.config(stage.serve())
    return config | {"consumer_key": config["consumer_secret"], "consumer_secret": config["consumer_key"]}


@case("wrong secret", SECRET)
def wrong_secret(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_secret=OTHER_SECRET)


@case("wrong secret, over plain http", SECRET)
def wrong_secret_http(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), consumer_secret=OTHER_SECRET)


@case("wrong secret, of a store that is not English", SECRET)
def wrong_secret_translated(stage: Stage) -> Config:
    return spoiled(stage, Translated(), consumer_secret=OTHER_SECRET)


@case("wrong secret, over plain http, of a store that is not English", SECRET)
def wrong_secret_http_translated(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    server.store.faults.add(Translated())
    return stage.config(server, consumer_secret=OTHER_SECRET)


@case("wrong secret, of a server that strips the Authorization header", SECRET)
def wrong_secret_stripped(stage: Stage) -> Config:
    server = stage.serve()
    server.store.strips_authorization = True
    return stage.config(server, consumer_secret=OTHER_SECRET)


@case("wrong secret, of https that WordPress takes for http", SECRET)
def wrong_secret_hidden(stage: Stage) -> Config:
    server = stage.serve()
    server.store.thinks_http = True
    return stage.config(server, consumer_secret=OTHER_SECRET)


@case("write-only key", WRITE)
def write_only(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(permissions="write")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case("write-only key, of a store that is not English", WRITE)
def write_only_translated(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(permissions="write")
    server.store.faults.add(Translated())
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case("write-only key, over plain http, of a store that is not English", WRITE)
def write_only_http_translated(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    key = server.store.add_key(permissions="write")
    server.store.faults.add(Translated())
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case(
    "user without rights, for all components",
    "store ({url}), all components: this key's user may not view any part of the catalogue. Make a new key for a"
    " shop manager or administrator.",
)
def no_rights(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(user_role="customer")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case(
    "user without rights, for some components",
    "store ({url}), tax_classes: this key's user may not view this. Make the key for a shop manager or"
    " administrator, or remove the component from sync_components.",
)
def some_rights(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(user_role="catalogue_editor")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case(
    "Authorization header stripped",
    "store ({url}), all components: its web server removes the Authorization header, so auth_method basic cannot"
    " work. Set auth_method to auto.",
)
def stripped(stage: Stage) -> Config:
    server = stage.serve()
    server.store.strips_authorization = True
    return stage.config(server, auth_method="basic")


@case(
    "https that WordPress takes for http",
    "store ({url}), all components: WordPress believes it is served over HTTP, because its reverse proxy does not"
    " send X-Forwarded-Proto, so auth_method basic cannot work. Set auth_method to auto or oauth1, or make the"
    " proxy send X-Forwarded-Proto and WordPress honour it.",
)
def hidden_https(stage: Stage) -> Config:
    server = stage.serve()
    server.store.thinks_http = True
    return stage.config(server, auth_method="basic")


@case(
    "query stripped",
    "store ({url}), all components: its web server removes the key from the query, so auth_method query cannot work."
    " Set auth_method to auto.",
)
def lost_query(stage: Stage) -> Config:
    return spoiled(stage, LosesQuery(), auth_method="query")


def _clock(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    server.store.clock.offset = 3600
    # A proxy before the store tells the right time.
    server.store.faults.add(BodyChanged(Date=format_datetime(datetime.datetime.now(datetime.UTC), usegmt=True)))
    return stage.config(server)


@case("clock off by more than 15 minutes (OAuth)", CLOCK)
def clock(stage: Stage) -> Config:
    return _clock(stage)


@case("clock off by more than 15 minutes (OAuth), of a store that is not English", CLOCK)
def clock_translated(stage: Stage) -> Config:
    stage_config = _clock(stage)
    stage.servers[-1].store.faults.add(Translated())
    return stage_config


@case(
    "key refused in an unknown way",
    "store ({url}), all components: it refuses the key for a reason that it does not explain. Check consumer_key"
    " and consumer_secret, and the security plugins of the store.",
)
def refused_oddly(stage: Stage) -> Config:
    def change(body: bytes) -> bytes:
        return body.replace(b"woocommerce_rest_authentication_error", b"my_own_error")

    server = stage.serve()
    server.store.faults.add(Translated())
    server.store.faults.add(BodyChanged(change), path("products$") & When(lambda request: request.method == "OPTIONS"))
    return stage.config(server, consumer_secret=OTHER_SECRET)


def _closed(stage: Stage) -> Server:
    server = stage.serve()
    server.store.faults.add(ClosedWithoutKey())
    return server


@case("unknown key, of an API that is closed to visitors", UNKNOWN)
def unknown_key_closed(stage: Stage) -> Config:
    return stage.config(_closed(stage), consumer_key=UNKNOWN_KEY)


@case("wrong secret, of an API that is closed to visitors", SECRET)
def wrong_secret_closed(stage: Stage) -> Config:
    return stage.config(_closed(stage), consumer_secret=OTHER_SECRET)


@case("write-only key, of an API that is closed to visitors", WRITE)
def write_only_closed(stage: Stage) -> Config:
    server = _closed(stage)
    key = server.store.add_key(permissions="write")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


PASSWORD = "abcd EFGH ijkl 1234 qrst uvwx"


def _user(stage: Stage, **settings: str) -> Config:
    server = stage.serve()
    server.store.add_application_password("anna")
    return stage.config(server, **{"consumer_key": "anna", "consumer_secret": PASSWORD, **settings})


@case(
    "application password of another user name",
    "store ({url}), all components: the store has no user of this name. With an application password, enter the"
    " WordPress user name as consumer_key.",
)
def unknown_user(stage: Stage) -> Config:
    return _user(stage, consumer_key="berta")


@case(
    "application password that is wrong",
    "store ({url}), all components: the application password does not belong to this user, or was revoked. Make a new"
    " one in WordPress > Users > Profile > Application Passwords, and enter it as consumer_secret.",
)
def wrong_application_password(stage: Stage) -> Config:
    return _user(stage)


@case(
    "application password of a user who may view nothing",
    "store ({url}), all components: this key's user may not view any part of the catalogue. Make a new key for a"
    " shop manager or administrator.",
)
def application_password_without_rights(stage: Stage) -> Config:
    server = stage.serve()
    password = server.store.add_application_password("anna", "customer")
    return stage.config(server, consumer_key="anna", consumer_secret=password)


LOST = (
    "store ({url}), all components: the store does not recognise the application password. Check it. If it is right,"
    " let the web server pass the Authorization header on to PHP, or enter a consumer key and secret instead."
)


@case("application password of a store where nobody has one", LOST)
def no_application_passwords(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_key="anna", consumer_secret=PASSWORD)


@case("application password, Authorization header stripped", LOST)
def stripped_application_password(stage: Stage) -> Config:
    config = _user(stage)
    stage.servers[-1].store.strips_authorization = True
    return config


@case(
    "application passwords switched off",
    "store ({url}), all components: application passwords are switched off in this store. Allow them in its security"
    " plugin, or enter a consumer key and secret instead.",
)
def switched_off_application_passwords(stage: Stage) -> Config:
    def change(body: bytes) -> bytes:
        return body.replace(b"incorrect_password", b"application_passwords_disabled")

    config = _user(stage)
    stage.servers[-1].store.faults.add(BodyChanged(change))
    return config


@case("unknown key, of an API that Shield closes to visitors", UNKNOWN)
def unknown_key_shield(stage: Stage) -> Config:
    server = stage.serve()
    server.store.closed_to_visitors = "shield"
    return stage.config(server, consumer_key=UNKNOWN_KEY)


@case("unknown key, of an API that miniOrange closes to visitors", UNKNOWN)
def unknown_key_miniorange(stage: Stage) -> Config:
    server = stage.serve()
    server.store.closed_to_visitors = "miniorange"
    return stage.config(server, consumer_key=UNKNOWN_KEY)
