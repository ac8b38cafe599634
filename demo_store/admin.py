"""Answer for settings, currency and system status, and describe namespaces and routes."""

from demo_store import shapes
from demo_store.answer import Answer, RestError
from demo_store.call import Call
from demo_store.keys import MANAGERS
from demo_store.php import Fields, encode
from demo_store.profiles import RECORDED_HOME, Route, read_json, routes


def settings_groups(call: Call) -> Answer:
    """List the groups of settings."""
    call.require(MANAGERS)
    base = f"{RECORDED_HOME}/wp-json/wc/v3/settings"
    return call.whole(
        [
            {
                "id": group,
                "label": "",
                "description": "",
                "parent_id": "",
                "sub_groups": [],
                "_links": {"options": [{"href": f"{base}/{group}"}]},
            }
            for group in call.store.contents.settings
        ]
    )


def settings(call: Call) -> Answer:
    """List the settings of a group."""
    call.require(MANAGERS)
    return call.whole([shapes.term(row, call.form()) for row in _group(call)])


def _group(call: Call) -> list[Fields]:
    group = call.store.contents.settings.get(call.args["group_id"])
    if group is None:
        raise RestError(404, "rest_setting_setting_group_invalid", "Invalid setting group.")
    return group


def setting(call: Call) -> Answer:
    """Give one setting."""
    call.require(MANAGERS)
    for row in _group(call):
        if row["id"] == call.args["id"]:
            return call.single({"group_id": call.args["group_id"], **row})
    raise RestError(404, "rest_setting_setting_invalid", "Invalid setting.")


def currency(call: Call) -> Answer:
    """Give the store's currency."""
    call.require(MANAGERS)
    return call.single(call.store.contents.currency)


def system_status(call: Call) -> Answer:
    """Give the system status: the environment, with the version that answers, and the currency's settings."""
    call.require(MANAGERS)
    contents = call.store.contents
    environment = {**contents.system_status["environment"], "version": call.store.version}
    general = {row["id"]: row["value"] for row in contents.settings["general"]}
    money = {
        "currency": general["woocommerce_currency"],
        "currency_position": general["woocommerce_currency_pos"],
        "thousand_separator": general["woocommerce_price_thousand_sep"],
        "decimal_separator": general["woocommerce_price_decimal_sep"],
        "number_of_decimals": int(general["woocommerce_price_num_decimals"]),
    }
    return call.single({"environment": environment, "settings": money})


def nothing(call: Call) -> Answer:
    """Answer for routes of wc/v3 that are none of the catalogue's (orders, coupons, ...): an empty list."""
    call.require()
    return Answer(body=b"[]")


def namespace_index(version: str, namespace: str) -> Answer:
    """Describe a namespace: its routes and what they take. Needs no key."""
    if namespace == "wc/v3":
        return Answer(body=encode(read_json(version, "namespace_wc_v3")))
    described = {route.pattern: _described(route) for route in routes(version).values() if route.namespace == namespace}
    up = {"up": [{"href": f"{RECORDED_HOME}/wp-json/"}]}
    return Answer(body=encode({"namespace": namespace, "routes": described, "_links": up}))


def _described(route: Route) -> Fields:
    return {
        "namespace": route.namespace,
        "methods": list(route.methods),
        "endpoints": [{"methods": ["GET"], "args": route.args}],
    }


def route_options(version: str, route: Route) -> Answer:
    """Describe a route for OPTIONS: as recorded for products, without a schema for the others."""
    if route.pattern == "/wc/v3/products":
        return Answer(body=encode(read_json(version, "extra")["options_products"]))
    described = _described(route) | {"methods": list(route.methods)}
    return Answer(body=encode(described))
