"""What stands at the address in place of the API of a store."""

from __future__ import annotations

from demo_store.answer import Answer
from demo_store.faults import FAULTS, path
from demo_store.faults.base import Exchange, Fault
from demo_store.faults.bodies import HtmlPage, LoginPage
from demo_store.faults.statuses import Status
from tests.support.connection_cases.case import THEME, Cases, Config, Instead, SetUp, spoiled
from tests.support.stage import Stage

case = Cases()


def _firewall(status: int) -> SetUp:
    return lambda stage: spoiled(stage, HtmlPage(status))


class Bare(Fault):
    """A status and a body in place of every answer."""

    def __init__(self, status: int, body: bytes = b"") -> None:
        self._answer = (status, body)

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        return Answer(*self._answer)


class Down(Fault):
    """WordPress that is being updated, with a page of its own."""

    def __init__(self, page: bytes) -> None:
        self._page = page

    async def before(self, exchange: Exchange) -> Answer:  # noqa: ARG002 - the same for all
        return Answer(503, self._page, {"Content-Type": "text/html; charset=UTF-8", "Retry-After": "600"})


def _bare(status: int) -> SetUp:
    return lambda stage: spoiled(stage, Bare(status), when="/wp-json/")


PLAIN = (
    "store ({url}), all components: its permalinks are set to Plain, and WooCommerce then accepts no keys. Choose"
    " any other structure in WordPress > Settings > Permalinks, and save."
)


@case("plain permalinks", PLAIN)
def plain_permalinks(stage: Stage) -> Config:
    server = stage.serve()
    server.store.permalinks = "plain"
    return stage.config(server)


@case(
    "WordPress without WooCommerce",
    "store ({url}), all components: WordPress is there, but WooCommerce (3.0 or newer) is not. Activate the"
    " WooCommerce plugin, or check site_url.",
)
def no_woocommerce(stage: Stage) -> Config:
    server = stage.serve()
    server.store.has_woocommerce = False
    return stage.config(server)


NOT_WORDPRESS = (
    "store ({url}), all components: there is no WordPress at this address. Check site_url. If WordPress lives in a"
    " sub-folder, add the folder."
)


@case("not WordPress", NOT_WORDPRESS)
def not_wordpress(stage: Stage) -> Config:
    server = stage.serve()
    server.store.has_wordpress = False
    return stage.config(server)


@case("not WordPress, one page for every address", NOT_WORDPRESS)
def one_page(stage: Stage) -> Config:
    return spoiled(stage, Instead(200, "A website", "There is no store at this address."))


@case(
    "REST API hidden, WordPress there",
    "store ({url}), all components: WordPress is there, but its REST API is not. Allow /wp-json/ in the security"
    " plugin or web server that hides it, and save Settings > Permalinks once.",
)
def rest_off(stage: Stage) -> Config:
    return spoiled(stage, Instead(404, "Not found", '<img src="/wp-content/uploads/logo.png">'))


HIDDEN = (
    "store ({url}), all components: WordPress is there, but its REST API is not. Allow /wp-json/ in the security"
    " plugin or web server that hides it, and save Settings > Permalinks once."
)


@case("plain permalinks, with a theme that loads a captcha and links to the log-in", PLAIN)
def plain_permalinks_theme(stage: Stage) -> Config:
    server = stage.serve()
    server.store.permalinks = "plain"
    server.store.faults.add(Instead(404, "Page not found", THEME), path("/wp-json/"))
    return stage.config(server)


@case("one page of WordPress for every address, with a captcha and a link to the log-in", HIDDEN)
def one_theme_page(stage: Stage) -> Config:
    return spoiled(stage, Instead(200, "Store", THEME))


@case("REST API hidden behind the theme's page", HIDDEN)
def rest_off_theme(stage: Stage) -> Config:
    return spoiled(stage, Instead(404, "Page not found", THEME), when="/wp-json/")


for gone_status in (404, 405, 410):
    case(f"REST API hidden behind nothing, status {gone_status}", HIDDEN)(_bare(gone_status))


@case("not WordPress, another kind of API", NOT_WORDPRESS)
def other_api(stage: Stage) -> Config:
    return spoiled(stage, Bare(404, b'{"code":"not_found","message":"No such resource."}'))


@case("not WordPress, an API that answers with lists", NOT_WORDPRESS)
def api_of_lists(stage: Stage) -> Config:
    return spoiled(stage, Bare(404, b"[]"))


@case("not WordPress, an API that answers everything", NOT_WORDPRESS)
def welcoming_api(stage: Stage) -> Config:
    return spoiled(stage, Bare(200, b'{"hello":"world"}'))


@case(
    "REST API and its front page at odds",
    "store ({url}), all components: it answers with a web page instead of data. Check site_url, and exclude /wp-json/"
    " from caches and page builders.",
)
def no_data(stage: Stage) -> Config:
    return spoiled(stage, Instead(200, "Products", "Many."), when="/wp-json/wc/v3/products")


def _blocked(status: int) -> SetUp:
    def set_up(stage: Stage) -> Config:
        server = stage.serve()
        server.store.rest_disabled = status  # type: ignore[assignment]
        return stage.config(server)

    return set_up


for blocked_status in (401, 403, 404):
    case(
        f"REST API blocked by a plugin, status {blocked_status}",
        "store ({url}), all components: a plugin has switched off or restricted the REST API"
        f" (status {blocked_status}). Allow the REST API in that plugin, at least /wp-json/ and /wp-json/wc/.",
    )(_blocked(blocked_status))


@case(
    "REST API blocked by a plugin that hides its address as well",
    "store ({url}), all components: a plugin has switched off or restricted the REST API (status 404). Allow the"
    " REST API in that plugin, at least /wp-json/ and /wp-json/wc/.",
)
def blocked_and_hidden(stage: Stage) -> Config:
    server = stage.serve()
    server.store.rest_disabled = 404
    server.store.faults.add(Instead(200, "Store", '<img src="/wp-content/uploads/logo.png">'), path("^/$"))
    return stage.config(server)


for firewall_status in (200, 403, 503, 455):
    case(
        f"firewall page, status {firewall_status}",
        "store ({url}), all components: a firewall or bot protection answers instead of the store"
        f" (status {firewall_status}). Allow this machine's address, or the user agent tap-woo-pim, on /wp-json/"
        f" there.",
    )(_firewall(firewall_status))


@case(
    "user agent blocked",
    "store ({url}), all components: a firewall or bot protection answers instead of the store (status 403). Allow"
    " this machine's address, or the user agent tap-woo-pim, on /wp-json/ there.",
)
def user_agent(stage: Stage) -> Config:
    server = stage.serve()
    server.store.user_agent_block = lambda name: name.startswith("tap-")
    return stage.config(server)


MAINTAINED = (
    "store ({url}), all components: the store is in maintenance mode. Try again when it is over, usually within"
    " minutes."
)


@case("maintenance, as a page in another language", MAINTAINED)
def maintenance_page(stage: Stage) -> Config:
    page = b'<html lang="fi"><body id="error-page"><div class="wp-die-message">Huolto.</div></body></html>'
    return spoiled(stage, Down(page), max_retries=5)


@case("maintenance", MAINTAINED)
def maintenance(stage: Stage) -> Config:
    server = stage.serve()
    server.store.maintenance = True
    return stage.config(server, max_retries=5)


@case(
    "web server with a password of its own",
    "store ({url}), all components: its web server asks for a password of its own, as staging stores do. Enter that"
    " user name and password as http_user and http_password, or take the protection off /wp-json/.",
)
def site_password(stage: Stage) -> Config:
    return spoiled(stage, Instead(401, "Unauthorized", "nginx", WWW_Authenticate='Basic realm="Staging"'))


@case(
    "web server that does not take its password",
    "store ({url}), all components: its web server does not accept http_user and http_password. Enter the user name and"
    " password with which a browser opens the store.",
)
def wrong_site_password(stage: Stage) -> Config:
    server = stage.serve()
    server.store.http_login = ("staging", "right-and-long")
    return stage.config(server, http_user="staging", http_password="wrong-and-long")


@case(
    "language that Polylang does not know",
    "store ({url}), all components: the store refuses the parameter lang. Correct it in extra_query_parameters, or take"
    " it out.",
)
def unknown_language(stage: Stage) -> Config:
    server = stage.serve()
    server.store.languages = ("en", "de")
    return stage.config(server, extra_query_parameters={"lang": "all"})


@case(
    "log-in page in place of the store",
    "store ({url}), all components: it shows a login page instead of data. Exempt /wp-json/ in the plugin that"
    " makes the site private.",
)
def login_page(stage: Stage) -> Config:
    return spoiled(stage, LoginPage())


@case(
    "server error",
    "store ({url}), all components: it answered with server error 502. Try later. If it persists, look into the"
    " store's error log.",
)
def server_error(stage: Stage) -> Config:
    return spoiled(stage, Status(502))


@case(
    "too many requests",
    "store ({url}), all components: it limits the number of requests (status 429). Lower max_concurrency, or ask"
    " its host to allow this machine more requests.",
)
def too_many(stage: Stage) -> Config:
    return spoiled(stage, Status(429))


@case(
    "an answer that is cut off",
    "store ({url}), all components: it answered with broken JSON. Try later. If it persists, look for a plugin that"
    " writes into the store's responses, and into its error log.",
)
def cut_body(stage: Stage) -> Config:
    return spoiled(stage, FAULTS["cut_body"]())


@case(
    "an answer that is cut off, of rows that name a firewall and link to WordPress",
    "store ({url}), all components: it answered with broken JSON. Try later. If it persists, look for a plugin that"
    " writes into the store's responses, and into its error log.",
)
def cut_rows(stage: Stage) -> Config:
    return spoiled(stage, Bare(200, b'[{"description": "DDoS protection", "src": "/wp-content/uploads/a.png"'))


@case(
    "component whose route is gone",
    "store ({url}), tags: the store has no such route. Update WooCommerce, or remove the component from"
    " sync_components.",
)
def no_route(stage: Stage) -> Config:
    body = b'{"code":"rest_no_route","message":"","data":{"status":404}}'
    return spoiled(stage, Bare(404, body), when="products/tags$")


@case(
    "component that answers with an unknown status",
    "store ({url}), tags: it answered with HTTP status 418. Check site_url and the store's plugins.",
)
def odd_status(stage: Stage) -> Config:
    return spoiled(stage, Bare(418), when="products/tags$")


@case(
    "parameters that the store does not take",
    "store ({url}), all components: the store refuses the parameter status. Correct it in extra_query_parameters, or"
    " take it out.",
)
def bad_parameters(stage: Stage) -> Config:
    return stage.config(stage.serve(), extra_query_parameters={"status": "nonsense"})
