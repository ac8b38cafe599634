"""Answer REST requests: authenticate, match the route, check parameters, ask the handler."""

from collections.abc import Callable
from dataclasses import dataclass

from demo_store import admin, catalogue, params, posts
from demo_store.answer import Answer, RestError, no_route
from demo_store.auth import Asked, authenticate, check_permissions, user_of_application_password
from demo_store.call import Call
from demo_store.contents import TERM_KINDS
from demo_store.keys import VIEWERS, Key
from demo_store.php import Fields, encode
from demo_store.profiles import Route, find_route
from demo_store.request_log import Request
from demo_store.store import Store

Handler = Callable[[Call], Answer]

_ID = r"(?P<id>[\d]+)"
_HANDLERS: dict[str, Handler] = {
    "products": posts.products,
    f"products/{_ID}": posts.product,
    r"products/(?P<product_id>[\d]+)/variations": posts.variations,
    rf"products/(?P<product_id>[\d]+)/variations/{_ID}": posts.variation,
    "variations": posts.flat_variations,
    "products/attributes": catalogue.attributes,
    f"products/attributes/{_ID}": catalogue.attribute,
    r"products/attributes/(?P<attribute_id>[\d]+)/terms": catalogue.attribute_terms,
    rf"products/attributes/(?P<attribute_id>[\d]+)/terms/{_ID}": catalogue.attribute_term,
    "products/reviews": catalogue.reviews,
    f"products/reviews/{_ID}": catalogue.review,
    r"products/(?P<product_id>[\d]+)/reviews": catalogue.product_reviews,
    "products/custom-fields/names": catalogue.custom_field_names,
    "taxes": catalogue.taxes,
    "taxes/classes": catalogue.tax_classes,
    "settings": admin.settings_groups,
    r"settings/(?P<group_id>[\w-]+)": admin.settings,
    r"settings/(?P<group_id>[\w-]+)/(?P<id>[\w-]+)": admin.setting,
    "data/currencies/current": admin.currency,
    "system_status": admin.system_status,
    **{f"products/{kind}": catalogue.term_list(kind) for kind in TERM_KINDS},
    **{f"products/{kind}/{_ID}": catalogue.term_item(kind) for kind in TERM_KINDS},
}
_NAMESPACES = ("wc/v3", "wc/v2", "wc-analytics")


@dataclass(frozen=True)
class RestRequest:
    """A request for the REST API.

    Attributes:
        path: the path below /wp-json, without a slash at its end, for instance `/wc/v3/products`.
        query: the parsed query.
        asked: what authentication looks at.
        looks_at_keys: False for `?rest_route=`, where WooCommerce does not see its own route in the address.
        home: the site's address, for links.
        log: the log's entry.
    """

    path: str
    query: Fields
    asked: Asked
    looks_at_keys: bool
    home: str
    log: Request


def answer(store: Store, request: RestRequest) -> Answer:
    """Answer a request for the REST API, errors included. The store's lock must be held."""
    key: Key | None = None
    try:
        ours = request.path.startswith(("/wc/", "/wc-"))
        if request.looks_at_keys and ours and store.has_woocommerce:
            key = authenticate(request.asked, store.keys)
        if key:
            check_permissions(key, request.asked.method)
        elif store.has_application_passwords:
            key = user_of_application_password(request.asked, store.application_passwords)
        if key is None:
            _check_closed(store, request.path)
        result = _dispatch(store, request, key)
    except RestError as error:
        result = error.answer()
    result.headers.setdefault("Link", f'<{request.home}/wp-json/>; rel="https://api.w.org/"')
    result.headers |= {"X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff"}
    result.headers["Access-Control-Expose-Headers"] = "X-WP-Total, X-WP-TotalPages, Link"
    if key:
        result.headers["Cache-Control"] = "no-cache, must-revalidate, max-age=0, no-store, private"
    return result


def _check_closed(store: Store, path: str) -> None:
    """Refuse visitors as plugins do that close the REST API to them."""
    is_index = path in {"", "/"}
    if store.closed_to_visitors == "shield" and not is_index:
        text = "Anonymous access to the WordPress Rest API has been restricted by the administrator."
        raise RestError(401, "shield_block_anon_restapi", text)
    if store.closed_to_visitors == "miniorange":
        body = {"status": "error", "error": "Restricted", "error_description": "Access is restricted to visitors."}
        raise RestError(403, "", "", body)


def namespaces(store: Store) -> list[str]:
    """List the namespaces of a store."""
    listed: list[str] = store.contents.api_root["namespaces"]
    if not store.has_woocommerce:
        return [name for name in listed if not name.startswith("wc")]
    if store.namespace == "wc/v2":
        return [name for name in listed if name in {"wc/v1", "wc/v2"} or not name.startswith("wc")]
    return listed


def _dispatch(store: Store, request: RestRequest, key: Key | None) -> Answer:
    if request.path in {"", "/"}:
        site = {"url": request.home, "home": request.home, "namespaces": namespaces(store)}
        return Answer(body=encode(store.contents.api_root | site))
    served = [name for name in _NAMESPACES if name in namespaces(store)]
    if request.path.strip("/") in served:
        return admin.namespace_index(store.version, request.path.strip("/"))
    found = find_route(store.version, request.path)
    if found is None or found[0].namespace not in served:
        raise no_route()
    result = _call(store, request, key, *found)
    if key and key.user_role in VIEWERS and result.status not in {401, 403}:
        result.headers["Allow"] = ", ".join(found[0].methods)
    return result


def _call(store: Store, request: RestRequest, key: Key | None, route: Route, args: dict[str, str]) -> Answer:
    method = request.asked.method
    if method == "OPTIONS":
        return admin.route_options(store.version, route)
    if method not in {"GET", "HEAD"}:
        if method not in route.methods:
            raise no_route()
        status = 403 if key else 401
        raise RestError(status, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
    languages = {"lang": {"type": "string", "enum": list(store.languages)}} if store.languages else {}
    parameters = params.read(route.args | languages, request.query)
    if parameters.errors:
        return Answer(400, encode(parameters.error_body()))
    call = Call(store, request.home, request.path, route, args, parameters, key, request.log)
    try:
        return _HANDLERS.get(route.name, admin.nothing)(call)
    except RestError as error:
        return error.answer()
