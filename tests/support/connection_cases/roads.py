"""The way to a store: names, certificates, redirects, proxies."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

from demo_store.faults import FAULTS
from tests.support.certificates import self_signed
from tests.support.connection_cases.case import Cases, Config, SetUp, spoiled
from tests.support.stage import Stage

case = Cases()


@case(
    "http where https is needed, by the setting",
    "store ({url}), settings: auth_method basic would send the key unprotected over plain http. Set site_url to"
    " https://, or auth_method to auto or oauth1.",
)
def http_basic(stage: Stage) -> Config:
    return stage.config(stage.serve(tls=False), auth_method="basic")


@case(
    "http where https is needed, by the server",
    "store ({url}), all components: it does not answer over plain http, only over https. Set site_url to https://"
    " instead of http://.",
)
def http_to_https_port(stage: Stage) -> Config:
    server = stage.serve()
    return stage.config(server, site_url=server.url.replace("https://", "http://"))


@case(
    "https where there is only http",
    "store ({url}), all components: it speaks plain http where https was expected. Serve the store over https, or"
    " set site_url to http://, which works with auth_method auto or oauth1.",
)
def https_to_http_port(stage: Stage) -> Config:
    server = stage.serve(tls=False)
    return stage.config(server, site_url=server.url.replace("http://", "https://"))


@case(
    "redirect to another host",
    "store ({url}), all components: it redirects to another host, https://elsewhere.invalid, which must not get the"
    " key. If that host is the store, set site_url to it.",
)
def other_host(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = "https://elsewhere.invalid/wp-json/?from=store"
    return stage.config(server)


@case(
    "redirect to another host, of the requests with the key",
    "store ({url}), all components: it redirects to another host, https://elsewhere.invalid, which must not get the"
    " key. If that host is the store, set site_url to it.",
)
def other_host_later(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = lambda request: "https://elsewhere.invalid/x" if request.auth else None
    return stage.config(server)


@case(
    "redirect to an odd address",
    "store ({url}), all components: it redirects to a wrong address, https://localhost:99999. Correct that"
    " redirect in the store's web server or plugins.",
)
def odd_redirect(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = "https://localhost:99999?from=store"
    return stage.config(server)


@case(
    "redirect to other data",
    "store ({url}), all components: it redirects to a wrong address, {url}. Correct that redirect in the store's web"
    " server or plugins.",
)
def other_data(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = lambda request: None if request.path == "/wp-json/" else f"{server.url}/wp-json/wp/v2"
    return stage.config(server)


@case(
    "redirect loop",
    "store ({url}), all components: it redirects in a circle, last to {url}/wp-json/. Set site_url to the address"
    " where a browser ends up. If it is that one already, the web server and WordPress disagree about https: tell"
    " WordPress about its reverse proxy.",
)
def redirect_loop(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = f"{server.url}/wp-json/"
    return stage.config(server)


@case(
    "redirect from https to http",
    "store ({url}), all components: it redirects from https to plain http, {http_url}. Serve the store over https."
    " If it has no https at all, set site_url to that address.",
)
def downgrade(stage: Stage) -> Config:
    server = stage.serve()
    server.store.redirect_to = server.url.replace("https://", "http://") + "/wp-json/"
    return stage.config(server)


def _certificate(make: Callable[[Stage], ssl.SSLContext], **settings: Any) -> SetUp:
    return lambda stage: stage.config(stage.serve(context=make(stage)), **settings)


case(
    "certificate expired",
    "store ({url}), all components: its TLS certificate has expired. Renew the store's certificate.",
)(_certificate(lambda stage: stage.authority.expired()))
case(
    "certificate not valid yet",
    "store ({url}), all components: its TLS certificate is not valid yet. Check this machine's clock, and the"
    " store's certificate.",
)(_certificate(lambda stage: stage.authority.not_yet_valid()))
case(
    "certificate self-signed",
    "store ({url}), all components: its TLS certificate is self-signed. Give the store a certificate from a public"
    " authority, or set ca_bundle to a file with this certificate.",
)(_certificate(lambda stage: self_signed(stage.folder)))
case(
    "certificate for another name",
    "store ({url}), all components: its TLS certificate is for another host name. Set site_url to the name in the"
    " certificate, or give the store a certificate for this one.",
)(_certificate(lambda stage: stage.authority.context("other.example")))
case(
    "certificate of an unknown authority",
    "store ({url}), all components: its TLS certificate is from an authority that this machine does not trust. Let"
    " the store send its whole certificate chain, or set ca_bundle to a file with the authority's certificate.",
)(_certificate(lambda stage: stage.authority.context("localhost"), ca_bundle=None))


@case(
    "no version of TLS in common",
    "store ({url}), all components: no secure connection could be established. Let the store's server offer TLS 1.2"
    " or newer, and check site_url.",
)
def old_tls(stage: Stage) -> Config:
    context = stage.authority.context("localhost")
    # A server that offers what the client does not: the same refusal as with versions, which OpenSSL 3 no longer has.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("PSK-AES256-GCM-SHA384")
    return stage.config(stage.serve(context=context))


@case(
    "file of certificate authorities that is none",
    "store ({url}), all components: the file of trusted certificate authorities cannot be read. Name a PEM file in"
    " ca_bundle, or in REQUESTS_CA_BUNDLE if ca_bundle is not set.",
)
def bad_ca_file(stage: Stage) -> Config:
    stage.environment["REQUESTS_CA_BUNDLE"] = str(stage.folder / "missing.pem")
    return stage.config(stage.serve(), ca_bundle=None)


@case(
    "host not found",
    "store ({url}), all components: its host name was not found. Check the spelling of site_url.",
)
def host_not_found(stage: Stage) -> Config:
    return stage.config(stage.serve(), site_url="https://store.invalid", max_retries=5)


@case(
    "connection refused",
    "store ({url}), all components: nothing answers at this address, the connection was refused. Check site_url, and"
    " that the store is up. A store without https needs http:// in site_url.",
)
def refused(stage: Stage) -> Config:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    return stage.config(stage.serve(), site_url=f"https://localhost:{port}", max_retries=5)


@case(
    "time-out",
    "store ({url}), all components: it did not answer within 1 s. Check site_url and the network, try later, or"
    " raise request_timeout_seconds.",
)
def time_out(stage: Stage) -> Config:
    return spoiled(stage, FAULTS["never_answers"](), request_timeout_seconds=1, max_retries=5)


@case(
    "connection cut",
    "store ({url}), all components: the connection broke off. Check the network, and that the store is up.",
)
def broken_off(stage: Stage) -> Config:
    return spoiled(stage, FAULTS["connection_reset"]())


PROXY = (
    "store ({url}), all components: this machine's proxy does not let requests through to it. Check the proxy"
    " address in HTTPS_PROXY and HTTP_PROXY, or list the store in NO_PROXY."
)


def _odd_proxy(address: str) -> SetUp:
    def set_up(stage: Stage) -> Config:
        stage.environment |= {"HTTPS_PROXY": address, "NO_PROXY": ""}
        return stage.config(stage.serve(), max_retries=5)

    return set_up


for proxy_address in ("proxy:3128", "http://localhost:99999", "socks5://localhost:1080", "http://"):
    case(f"proxy that is none, {proxy_address}", PROXY)(_odd_proxy(proxy_address))


@case("proxy that does not let through", PROXY)
def proxy(stage: Stage) -> Config:
    stage.gateway()
    return stage.config(stage.serve(), site_url="https://store.example", max_retries=5)
