"""Every way in which connecting a shop fails, each with the one line that the user sees."""

from __future__ import annotations

import datetime
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from demo_store import Store
from demo_store.answer import Answer, html
from demo_store.faults import FAULTS, When, path
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.bodies import BodyChanged, HtmlPage, LoginPage
from demo_store.faults.statuses import Status
from tests.credentials.certificates import self_signed
from tests.credentials.stage import Stage

Config = dict[str, Any]
SetUp = Callable[[Stage], Config]

CASES: list[Case] = []
UNKNOWN_KEY = "ck_" + "0a" * 20
OTHER_SECRET = "cs_" + "1b" * 20


@dataclass(frozen=True)
class Case:
    """A failure.

    Attributes:
        name: what is wrong, in the words of the issue.
        line: the last line on stderr; {url} is the shop's address, {other} another one of the case.
        set_up: sets the scene and gives the tap's configuration.
    """

    name: str
    line: str
    set_up: SetUp


def case(name: str, line: str) -> Callable[[SetUp], SetUp]:
    def add(set_up: SetUp) -> SetUp:
        CASES.append(Case(name, line, set_up))
        return set_up

    return add


class Instead(Fault):
    """A page in place of every answer."""

    def __init__(self, status: int, title: str, text: str, **headers: str) -> None:
        self._page = (status, title, text, headers)

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        status, title, text, headers = self._page
        return html(status, title, text, **{name.replace("_", "-"): value for name, value in headers.items()})


class Translated(Fault):
    """A shop whose texts are not English."""

    def spoil(self, exchange: Exchange, answer: Answer) -> Answer:  # noqa: ARG002 - whatever was asked
        for number, text in enumerate(
            (
                b"Consumer secret is invalid.",
                b"Consumer key is invalid.",
                b"Invalid signature - provided signature does not match.",
                b"Invalid timestamp.",
                b"The API key provided does not have read permissions.",
            )
        ):
            answer.body = answer.body.replace(text, b"Das geht so nicht (%d)." % number)
        return answer


def _spoiled(stage: Stage, fault: Fault, *, when: str = "", **settings: Any) -> Config:
    server = stage.serve()
    server.store.faults.add(fault, path(when))
    return stage.config(server, **settings)


def _firewall(status: int) -> SetUp:
    return lambda stage: _spoiled(stage, HtmlPage(status))


# --- the key --------------------------------------------------------------------------------------------------------

UNKNOWN = (
    "shop ({url}), all components: the shop does not know this key: it was revoked, mistyped, or made in another shop."
    " Make a new key with read permission in this shop, in WooCommerce > Settings > Advanced > REST API, and enter both"
    " its halves."
)
SECRET = (
    "shop ({url}), all components: the secret does not belong to this key. Enter the consumer_secret that was shown"
    " when this key was made. If it is lost, make a new key."
)
WRITE = (
    "shop ({url}), all components: the key may only write. Set its permissions to Read in WooCommerce > Settings >"
    " Advanced > REST API."
)
CLOCK = (
    "shop ({url}), all components: its clock is more than 15 minutes off from what it tells, so it takes no OAuth"
    " signature. Set the clock of the shop's server (NTP), and stop proxies from changing the Date header."
)


@case("unknown key", UNKNOWN)
def unknown_key(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_key=UNKNOWN_KEY)


@case("unknown key, over plain http", UNKNOWN)
def unknown_key_http(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), consumer_key=UNKNOWN_KEY)


@case("unknown key, over plain http, of a shop that is not English", UNKNOWN)
def unknown_key_http_translated(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    server.store.faults.add(Translated())
    return stage.config(server, consumer_key=UNKNOWN_KEY)


@case(
    "key not copied whole",
    "shop ({url}), all components: the shop does not know this key, which is not whole: it has 40 characters instead of"
    " 43. Copy consumer_key again, from ck_ to its end, or make a new key.",
)
def cut_key(stage: Stage) -> Config:
    server = stage.serve()
    return stage.config(server, consumer_key=server.store.key().consumer_key[:40])


@case(
    "key and secret swapped",
    "shop ({url}), settings: consumer_key and consumer_secret are swapped. Enter the half that starts with ck_ as"
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


@case("wrong secret, of a shop that is not English", SECRET)
def wrong_secret_translated(stage: Stage) -> Config:
    return _spoiled(stage, Translated(), consumer_secret=OTHER_SECRET)


@case("wrong secret, over plain http, of a shop that is not English", SECRET)
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


@case(
    "key from another store",
    "shop ({url}), all components: the shop does not know this key, which is another shop's: it is entered as"
    " TAP_WOO_PIM__US_CONSUMER_KEY too. Enter the key and the secret that were made in this shop.",
)
def foreign_key(stage: Stage) -> Config:
    other = Store.empty().key()
    config = stage.config(stage.serve(), consumer_key=other.consumer_key, consumer_secret=other.consumer_secret)
    # As Meltano sets it: all of .env, and every setting of the shop that is read.
    stage.environment |= {
        "TAP_WOO_PIM__US_CONSUMER_KEY": other.consumer_key,
        "TAP_WOO_PIM__EU_CONSUMER_KEY": other.consumer_key,
        "TAP_WOO_PIM__EU_SITE_URL": config["site_url"],
    }
    return config


@case("write-only key", WRITE)
def write_only(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(permissions="write")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case("write-only key, of a shop that is not English", WRITE)
def write_only_translated(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(permissions="write")
    server.store.faults.add(Translated())
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case("write-only key, over plain http, of a shop that is not English", WRITE)
def write_only_http_translated(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    key = server.store.add_key(permissions="write")
    server.store.faults.add(Translated())
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case(
    "user without rights, for all components",
    "shop ({url}), all components: the user of this key may view no part of the catalogue. Make a new key for a user"
    " who is shop manager or administrator.",
)
def no_rights(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(user_role="customer")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case(
    "user without rights, for some components",
    "shop ({url}), tax_classes: the user of this key may not view this. Make the key for a shop manager or"
    " administrator, or leave it out of sync_components.",
)
def some_rights(stage: Stage) -> Config:
    server = stage.serve()
    key = server.store.add_key(user_role="catalogue_editor")
    return stage.config(server, consumer_key=key.consumer_key, consumer_secret=key.consumer_secret)


@case(
    "Authorization header stripped",
    "shop ({url}), all components: its web server takes the Authorization header away, so auth_method basic cannot"
    " work. Set auth_method to query or auto.",
)
def stripped(stage: Stage) -> Config:
    server = stage.serve()
    server.store.strips_authorization = True
    return stage.config(server, auth_method="basic")


@case(
    "https that WordPress takes for http",
    "shop ({url}), all components: WordPress takes this https for plain http, since its proxy does not tell it, so"
    " auth_method basic cannot work. Set auth_method to auto or oauth1, or let the proxy send X-Forwarded-Proto and"
    " WordPress heed it.",
)
def hidden_https(stage: Stage) -> Config:
    server = stage.serve()
    server.store.thinks_http = True
    return stage.config(server, auth_method="basic")


class LosesQuery(Fault):
    """A cache that takes keys out of queries."""

    async def before(self, exchange: Exchange) -> Answer | None:
        if exchange.request.auth != "query":
            return None
        return exchange.compute({"consumer_key": "", "consumer_secret": ""})


@case(
    "query stripped",
    "shop ({url}), all components: it does not see the key in the query, so auth_method query cannot work. Set"
    " auth_method to basic or auto.",
)
def lost_query(stage: Stage) -> Config:
    return _spoiled(stage, LosesQuery(), auth_method="query")


def _clock(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    server.store.clock.offset = 3600
    # A proxy before the shop tells the right time.
    server.store.faults.add(BodyChanged(Date=format_datetime(datetime.datetime.now(datetime.UTC), usegmt=True)))
    return stage.config(server)


@case("clock off by more than 15 minutes (OAuth)", CLOCK)
def clock(stage: Stage) -> Config:
    return _clock(stage)


@case("clock off by more than 15 minutes (OAuth), of a shop that is not English", CLOCK)
def clock_translated(stage: Stage) -> Config:
    stage_config = _clock(stage)
    stage.servers[-1].store.faults.add(Translated())
    return stage_config


@case(
    "key refused in an unknown way",
    "shop ({url}), all components: it refuses the key in a way of its own. Check consumer_key and consumer_secret, and"
    " the security plugins of the shop.",
)
def refused_oddly(stage: Stage) -> Config:
    def change(body: bytes) -> bytes:
        return body.replace(b"woocommerce_rest_authentication_error", b"my_own_error")

    server = stage.serve()
    server.store.faults.add(Translated())
    server.store.faults.add(BodyChanged(change), path("products$") & When(lambda request: request.method == "OPTIONS"))
    return stage.config(server, consumer_secret=OTHER_SECRET)


# --- what stands at the address -------------------------------------------------------------------------------------


@case(
    "plain permalinks",
    "shop ({url}), all components: its permalinks are plain, with which WooCommerce takes no keys. Choose any other"
    " structure in WordPress > Settings > Permalinks and save.",
)
def plain_permalinks(stage: Stage) -> Config:
    server = stage.serve()
    server.store.permalinks = "plain"
    return stage.config(server)


@case(
    "WordPress without WooCommerce",
    "shop ({url}), all components: WordPress is there, WooCommerce (3.0 or newer) is not. Activate the WooCommerce"
    " plugin, or check site_url.",
)
def no_woocommerce(stage: Stage) -> Config:
    server = stage.serve()
    server.store.has_woocommerce = False
    return stage.config(server)


NOT_WORDPRESS = (
    "shop ({url}), all components: there is no WordPress at this address. Check site_url. If WordPress lives in a"
    " sub-folder, add the folder."
)


@case("not WordPress", NOT_WORDPRESS)
def not_wordpress(stage: Stage) -> Config:
    server = stage.serve()
    server.store.has_wordpress = False
    return stage.config(server)


@case("not WordPress, one page for every address", NOT_WORDPRESS)
def one_page(stage: Stage) -> Config:
    return _spoiled(stage, Instead(200, "A website", "There is no shop at this address."))


@case(
    "REST API hidden, WordPress there",
    "shop ({url}), all components: WordPress is there, its REST API is not. Allow /wp-json/ in the security plugin or"
    " the web server that hides it, and save Settings > Permalinks once.",
)
def rest_off(stage: Stage) -> Config:
    return _spoiled(stage, Instead(404, "Not found", '<img src="/wp-content/uploads/logo.png">'))


@case(
    "REST API and its front page at odds",
    "shop ({url}), all components: it answers with a web page instead of data. Check site_url, and exclude /wp-json/"
    " from caches and page builders.",
)
def no_data(stage: Stage) -> Config:
    return _spoiled(stage, Instead(200, "Products", "Many."), when="/wp-json/wc/v3/products")


def _blocked(status: int) -> SetUp:
    def set_up(stage: Stage) -> Config:
        server = stage.serve()
        server.store.rest_disabled = status  # type: ignore[assignment]
        return stage.config(server)

    return set_up


for blocked_status in (401, 403, 404):
    case(
        f"REST API blocked by a plugin, status {blocked_status}",
        "shop ({url}), all components: a plugin has switched the REST API off or closed it"
        f" (status {blocked_status}). Allow the REST API, at least /wp-json/ and /wp-json/wc/, in that plugin.",
    )(_blocked(blocked_status))

for firewall_status in (200, 403, 503, 455):
    case(
        f"firewall page, status {firewall_status}",
        "shop ({url}), all components: a firewall or bot protection answers in the shop's place"
        f" (status {firewall_status}). Allow this machine's address, or the user agent tap-woo-pim, on /wp-json/"
        f" there.",
    )(_firewall(firewall_status))


@case(
    "user agent blocked",
    "shop ({url}), all components: a firewall or bot protection answers in the shop's place (status 403). Allow this"
    " machine's address, or the user agent tap-woo-pim, on /wp-json/ there.",
)
def user_agent(stage: Stage) -> Config:
    server = stage.serve()
    server.store.user_agent_block = lambda name: name.startswith("tap-")
    return stage.config(server)


@case(
    "maintenance",
    "shop ({url}), all components: the shop is in maintenance mode. Try again when its maintenance is over, usually in"
    " minutes.",
)
def maintenance(stage: Stage) -> Config:
    server = stage.serve()
    server.store.maintenance = True
    return stage.config(server, max_retries=5)


@case(
    "web server with a password of its own",
    "shop ({url}), all components: its web server asks for a password of its own, as test shops do. Take that"
    " protection off /wp-json/.",
)
def site_password(stage: Stage) -> Config:
    return _spoiled(stage, Instead(401, "Unauthorized", "nginx", WWW_Authenticate='Basic realm="Staging"'))


@case(
    "log-in page in place of the shop",
    "shop ({url}), all components: it asks for a log-in in a browser. Except /wp-json/ in the plugin that makes the"
    " shop private.",
)
def login_page(stage: Stage) -> Config:
    return _spoiled(stage, LoginPage())


@case(
    "server error",
    "shop ({url}), all components: it answered with the server error 502. Try later. If it lasts, look into the shop's"
    " error log.",
)
def server_error(stage: Stage) -> Config:
    return _spoiled(stage, Status(502))


@case(
    "too many requests",
    "shop ({url}), all components: it limits the number of requests (status 429). Lower max_concurrency, or let its"
    " host allow this machine more.",
)
def too_many(stage: Stage) -> Config:
    return _spoiled(stage, Status(429))


@case(
    "an answer that is cut off",
    "shop ({url}), all components: it answered with broken JSON. Try later. If it lasts, look for a plugin that writes"
    " into the shop's answers, and into its error log.",
)
def cut_body(stage: Stage) -> Config:
    return _spoiled(stage, FAULTS["cut_body"]())


@case(
    "component whose route is gone",
    "shop ({url}), tags: the shop has no such route. Update WooCommerce, or leave the component out of"
    " sync_components.",
)
def no_route(stage: Stage) -> Config:
    class Gone(Fault):
        async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002
            return Answer(404, b'{"code":"rest_no_route","message":"","data":{"status":404}}')

    return _spoiled(stage, Gone(), when="products/tags$")


@case(
    "component that answers with an unknown status",
    "shop ({url}), tags: it answered with HTTP status 418. Check site_url and the shop's plugins.",
)
def odd_status(stage: Stage) -> Config:
    class Teapot(Fault):
        async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002
            return Answer(418, b"")

    return _spoiled(stage, Teapot(), when="products/tags$")


@case(
    "parameters that the shop does not take",
    "shop ({url}), all components: the shop did not accept the request's parameters. Check extra_query_parameters.",
)
def bad_parameters(stage: Stage) -> Config:
    return stage.config(stage.serve(), extra_query_parameters={"status": "nonsense"})


# --- the way to it --------------------------------------------------------------------------------------------------


@case(
    "http where https is needed, by the setting",
    "shop ({url}), settings: auth_method basic would send the key unprotected over plain http. Set site_url to"
    " https://, or auth_method to auto or oauth1.",
)
def http_basic(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), auth_method="basic")


@case(
    "http where https is needed, by the server",
    "shop ({url}), all components: it does not answer over plain http, only over https. Set site_url to https://"
    " instead of http://.",
)
def http_to_https_port(stage: Stage) -> Config:
    server = stage.serve()
    return stage.config(server, site_url=server.url.replace("https://", "http://"))


@case(
    "https where there is only http",
    "shop ({url}), all components: it speaks plain http where https was asked for. Let the shop answer over https, or"
    " set site_url to http://, which works with auth_method auto or oauth1.",
)
def https_to_http_port(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    return stage.config(server, site_url=server.url.replace("http://", "https://"))


@case(
    "redirect to another host",
    "shop ({url}), all components: it sends on to another host, https://elsewhere.invalid, which does not get the key."
    " If that is the shop, set site_url to it.",
)
def other_host(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = "https://elsewhere.invalid/wp-json/?from=shop"
    return stage.config(server)


@case(
    "redirect to another host, of the requests with the key",
    "shop ({url}), all components: it sends on to another host, https://elsewhere.invalid, which does not get the key."
    " If that is the shop, set site_url to it.",
)
def other_host_later(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = lambda request: "https://elsewhere.invalid/x" if request.auth else None
    return stage.config(server)


@case(
    "redirect loop",
    "shop ({url}), all components: it redirects in a circle, at last to {url}/wp-json/. Set site_url to the address at"
    " which a browser ends. If it is that one, the shop's server and WordPress disagree on https: tell WordPress of its"
    " proxy.",
)
def redirect_loop(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = f"{server.url}/wp-json/"
    return stage.config(server)


@case(
    "redirect from https to http",
    "shop ({url}), all components: it sends on from https to plain http, {http_url}. Let the shop answer over https. If"
    " it has no https at all, set site_url to that address.",
)
def downgrade(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = server.url.replace("https://", "http://") + "/wp-json/"
    return stage.config(server)


def _certificate(make: Callable[[Stage], ssl.SSLContext], **settings: Any) -> SetUp:
    return lambda stage: stage.config(stage.serve(context=make(stage)), **settings)


case(
    "certificate expired",
    "shop ({url}), all components: its TLS certificate has expired. Renew the certificate of the shop.",
)(_certificate(lambda stage: stage.authority.expired()))
case(
    "certificate not valid yet",
    "shop ({url}), all components: its TLS certificate is not valid yet. Check the clock of this machine, and the"
    " certificate of the shop.",
)(_certificate(lambda stage: stage.authority.not_yet_valid()))
case(
    "certificate self-signed",
    "shop ({url}), all components: its TLS certificate is self-signed. Give the shop a certificate of a public"
    " authority, or set ca_bundle to a file with this certificate.",
)(_certificate(lambda stage: self_signed(stage.folder)))
case(
    "certificate for another name",
    "shop ({url}), all components: its TLS certificate is for another host name. Set site_url to the name in the"
    " certificate, or give the shop a certificate for this one.",
)(_certificate(lambda stage: stage.authority.context("other.example")))
case(
    "certificate of an unknown authority",
    "shop ({url}), all components: its TLS certificate is of an authority that this machine does not trust. Send the"
    " whole chain from the shop, or set ca_bundle to a file with the authority's certificate.",
)(_certificate(lambda stage: stage.authority.context("localhost"), ca_bundle=None))


@case(
    "no version of TLS in common",
    "shop ({url}), all components: no secure connection could be agreed on. Let the shop's server offer TLS 1.2 or"
    " newer, and check site_url.",
)
def old_tls(stage: Stage) -> Config:
    context = stage.authority.context("localhost")
    # A server that offers what the client does not: the same refusal as with versions, which OpenSSL 3 no longer has.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("PSK-AES256-GCM-SHA384")
    return stage.config(stage.serve(context=context))


@case(
    "file of certificate authorities that is none",
    "shop ({url}), all components: the file of certificate authorities to check its certificate against cannot be read."
    " Name a PEM file in ca_bundle, or in REQUESTS_CA_BUNDLE where ca_bundle is not set.",
)
def bad_ca_file(stage: Stage) -> Config:
    stage.environment["REQUESTS_CA_BUNDLE"] = str(stage.folder / "missing.pem")
    return stage.config(stage.serve(), ca_bundle=None)


@case(
    "host not found",
    "shop ({url}), all components: its host name was not found. Check the spelling of site_url.",
)
def host_not_found(stage: Stage) -> Config:
    return stage.config(stage.serve(), site_url="https://shop.invalid", max_retries=5)


@case(
    "connection refused",
    "shop ({url}), all components: nothing answers at this address, the connection was refused. Check site_url, and"
    " that the shop is up. A shop without https needs http:// in site_url.",
)
def refused(stage: Stage) -> Config:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    return stage.config(stage.serve(), site_url=f"https://localhost:{port}", max_retries=5)


@case(
    "time-out",
    "shop ({url}), all components: it did not answer within 1 seconds. Check site_url and the network, try later, or"
    " raise request_timeout_seconds.",
)
def time_out(stage: Stage) -> Config:
    return _spoiled(stage, FAULTS["never_answers"](), request_timeout_seconds=1, max_retries=5)


@case(
    "connection cut",
    "shop ({url}), all components: the connection broke off. Check the network, and that the shop is up.",
)
def broken_off(stage: Stage) -> Config:
    return _spoiled(stage, FAULTS["connection_reset"]())


@case(
    "proxy that does not let through",
    "shop ({url}), all components: the proxy of this machine does not let it be reached. Check the proxy's address in"
    " HTTPS_PROXY and HTTP_PROXY, or name the shop in NO_PROXY.",
)
def proxy(stage: Stage) -> Config:
    stage.gateway()
    return stage.config(stage.serve(), site_url="https://shop.example", max_retries=5)


# --- settings -------------------------------------------------------------------------------------------------------


@case(
    "settings missing",
    "shop ({url}), settings: consumer_key and consumer_secret are missing. Enter the shop's address, key and secret.",
)
def missing(stage: Stage) -> Config:
    config = stage.config(stage.serve())
    return config | {"consumer_key": "", "consumer_secret": None}


@case(
    "key in the address",
    "shop, settings: site_url holds a key. Give the address alone; key and secret have settings of their own.",
)
def key_in_address(stage: Stage) -> Config:
    config = stage.config(stage.serve())
    query = f"consumer_key={config['consumer_key']}&consumer_secret={config['consumer_secret']}"
    return config | {"site_url": f"{config['site_url']}/wp-json/wc/v3/products?{query}"}


@case(
    "not an address",
    "shop, settings: site_url is not a web address. Give it as https://shop.example.",
)
def no_address(stage: Stage) -> Config:
    return stage.config(stage.serve(), site_url="my shop")


@case(
    "user name in place of the key",
    "shop ({url}), settings: consumer_key is no WooCommerce consumer key. It starts with ck_; make one in WooCommerce >"
    " Settings > Advanced > REST API.",
)
def user_name(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_key="shopkeeper", consumer_secret="a long pass word")


@case(
    "secret of another kind",
    "shop ({url}), settings: consumer_secret is no WooCommerce consumer secret. It starts with cs_ and is shown once,"
    " when the key is made.",
)
def other_secret(stage: Stage) -> Config:
    return stage.config(stage.serve(), consumer_secret="a long pass word")
