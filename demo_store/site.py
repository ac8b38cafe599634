"""Answer for the whole site: the front page, what stands before WordPress, and the way to the REST API."""

import base64
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from demo_store import rest
from demo_store.answer import Answer, RestError, html
from demo_store.auth import Asked
from demo_store.php import Fields, as_text
from demo_store.request_log import Request
from demo_store.store import Store

_DISABLED = {
    401: RestError(401, "rest_login_required", "REST API restricted to authenticated users."),
    403: RestError(403, "rest_forbidden", "Sorry, you are not allowed to do that."),
    404: RestError(404, "rest_disabled", "The REST API is disabled on this site."),
}
_JSON_ACCEPTED = re.compile(r"(^|\s|,)application/([\w!#$&-^.+]+\+)?json(\+oembed)?($|\s|;|,)", re.IGNORECASE)
"""As wp_is_json_media_type() has it."""


@dataclass(frozen=True)
class SiteRequest:
    """A request as the web server gets it.

    Attributes:
        method: the HTTP method.
        scheme: `https` or `http`, as the client speaks.
        host: the host and port the site is served at.
        raw_path: the path, still encoded.
        query: the parsed query.
        authorization: the Authorization header, "" for none.
        accept: the Accept header, "" for none.
        log: the log's entry.
    """

    method: str
    scheme: str
    host: str
    raw_path: str
    query: Fields
    authorization: str
    accept: str
    log: Request


def answer(store: Store, request: SiteRequest) -> Answer:
    """Answer any request to the site. The store's lock must be held."""
    for step in (_unlocked, _redirected, _blocked, _elsewhere, _maintained):
        early = step(store, request)
        if early is not None:
            return early
    path = unquote(request.raw_path).removeprefix(store.subfolder)
    if path.rstrip("/") == "/wp-json" or path.startswith("/wp-json/"):
        if store.permalinks == "plain":
            return _not_found()
        return _rest(store, request, path.removeprefix("/wp-json").rstrip("/"), looks_at_keys=True)
    if "rest_route" in request.query:
        rest_path = as_text(request.query["rest_route"]).rstrip("/")
        query = {name: value for name, value in request.query.items() if name != "rest_route"}
        return _rest(store, with_query(request, query), rest_path, looks_at_keys=False)
    if path.strip("/") in {"", "index.php"}:
        link = f'<{home(store, request)}{_rest_root(store)}>; rel="https://api.w.org/"'
        return html(200, str(store.contents.api_root["name"]), "Welcome to our store.", Link=link)
    return _not_found()


def _rest_root(store: Store) -> str:
    return "/wp-json/" if store.permalinks == "pretty" else "/index.php?rest_route=/"


def with_query(request: SiteRequest, query: Fields) -> SiteRequest:
    """Give the same request with another query."""
    return replace(request, query=query)


def home(store: Store, request: SiteRequest) -> str:
    """Give the site's address: where it is served, unless the store says otherwise."""
    return store.home_url or f"{request.scheme}://{request.host}{store.subfolder}"


def _rest(store: Store, request: SiteRequest, path: str, *, looks_at_keys: bool) -> Answer:
    if store.rest_disabled is not None:
        return _DISABLED[store.rest_disabled].answer()
    is_ssl = request.scheme == "https" and not store.thinks_http
    address = urlsplit(home(store, request))
    asked = Asked(
        request.method,
        # WordPress builds the signed address from its own settings, not from the Host header.
        f"{'https' if is_ssl else 'http'}://{address.netloc}{request.raw_path}",
        request.query,
        "" if store.strips_authorization else request.authorization,
        is_ssl,
        store.seconds(),
    )
    store.publish_due()
    return rest.answer(
        store,
        rest.RestRequest(path, request.query, asked, looks_at_keys, home(store, request), request.log),
    )


def _unlocked(store: Store, request: SiteRequest) -> Answer | None:
    """Ask for the web server's own password, as nginx does; WordPress then sees the header with it as well."""
    if store.http_login is None:
        return None
    pair = base64.b64encode(":".join(store.http_login).encode()).decode()
    if request.authorization == f"Basic {pair}":
        return None
    realm = {"WWW-Authenticate": 'Basic realm="Staging"'}
    return html(401, "401 Authorization Required", "nginx", **realm)


def _redirected(store: Store, request: SiteRequest) -> Answer | None:
    target = store.redirect_to(request.log) if callable(store.redirect_to) else store.redirect_to
    if not target:
        return None
    return html(store.redirect_status, "Moved", "The document has moved.", Location=target)


def _blocked(store: Store, request: SiteRequest) -> Answer | None:
    if store.user_agent_block is not None and store.user_agent_block(request.log.user_agent):
        return html(403, "403 Forbidden", "Your client is not allowed here.", Server="nginx")
    if store.firewall is None:
        return None
    status = int(store.firewall.split()[0])
    return html(status, "Just a moment...", "Checking your browser before you go on.", Server="shield")


def _elsewhere(store: Store, request: SiteRequest) -> Answer | None:
    path = unquote(request.raw_path)
    if not store.has_wordpress or not f"{path}/".startswith(f"{store.subfolder}/"):
        if path == "/":
            return html(200, "A website", "There is no store at this address.")
        return html(404, "404 Not Found", "The page was not found.", Server="nginx")
    return None


def _maintained(store: Store, request: SiteRequest) -> Answer | None:
    if not store.maintenance:
        return None
    text = "Briefly unavailable for scheduled maintenance. Check back in a minute."
    if not _JSON_ACCEPTED.search(request.accept):
        return html(503, "Maintenance", text, **{"Retry-After": "600"})
    # wp_maintenance() ends in wp_die(), which answers in JSON whoever asks for JSON.
    down = RestError(503, "wp_die", text).answer()
    down.headers["Retry-After"] = "600"
    return down


def _not_found() -> Answer:
    return html(404, "Page not found", "Nothing was found at this location.")
